"""What the window is handed: exactly its ports, each of which the fakes fill."""

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from desktop_app.ui.services import Services
from tests.support.ui_fakes import fake_services


def test_the_fakes_fill_every_place(tmp_path: Path):
    services = fake_services(tmp_path)
    names = {field.name for field in fields(Services)} - {"data_folder"}
    assert all(getattr(services, name) is not None for name in names)


def test_services_do_not_change(tmp_path: Path):
    with pytest.raises(FrozenInstanceError):
        fake_services(tmp_path).engine = None

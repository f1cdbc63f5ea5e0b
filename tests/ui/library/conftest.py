"""The panes of the right side over fakes."""

import pytest

from desktop_app.ui.notices import Notices
from tests.support.ui_fakes import FakeLibrary


@pytest.fixture
def library() -> FakeLibrary:
    return FakeLibrary()


@pytest.fixture
def notices(qtbot) -> Notices:
    made = Notices()
    qtbot.addWidget(made)
    return made

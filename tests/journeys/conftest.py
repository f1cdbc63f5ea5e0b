"""Journeys run on a screen of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.screen import Screen, need_screen


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """An empty screen with real keys and mouse."""
    need_screen()
    folder = tmp_path / "screen"
    folder.mkdir()
    with Screen(folder) as made:
        yield made

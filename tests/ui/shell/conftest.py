"""The window over fakes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.models import EnginePhase
from desktop_app.ui.services import Services
from desktop_app.ui.shell.window import MainWindow
from desktop_app.ui.theme import theme
from tests.support import harbour
from tests.support.ui_fakes import fake_services


@pytest.fixture
def services(tmp_path: Path) -> Services:
    made = fake_services(tmp_path / "data")
    harbour.fill_library(made.library)
    made.turns.answers = harbour.answer
    return made


@pytest.fixture
def opened(qtbot):
    """Opens a window over services and waits until it has settled."""

    def open_over(services: Services) -> MainWindow:
        window = MainWindow(services)
        qtbot.addWidget(window)
        window.sidebar.rows._today = lambda: harbour.NOW.date()
        window.resize(1280, 800)
        window.show()
        window.start()
        qtbot.waitUntil(lambda: services.engine.state().phase is EnginePhase.READY)
        qtbot.waitUntil(lambda: window.header.documents.text() == " 2 documents")
        return window

    return open_over


@pytest.fixture
def window(opened, services: Services) -> Iterator[MainWindow]:
    made = opened(services)
    yield made
    made.close()
    theme().set_mode("light")

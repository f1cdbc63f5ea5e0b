"""The header fits its chips to the width."""

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.domain.models import EnginePhase, EngineState
from desktop_app.ui.shell.header import Header
from tests.support import harbour
from tests.support.ui_fakes import FakeLibrary


@pytest.fixture
def header(qtbot) -> Header:
    made = Header()
    qtbot.addWidget(made)
    library = FakeLibrary()
    harbour.fill_library(library, failed=True)
    made.set_documents(library.documents())
    made.set_model(EngineState(EnginePhase.READY, "A" * 60, 4096, 310_000_000), "")
    made.show()
    return made


@pytest.mark.parametrize("width", [320, 420, 640, 900, 1400])
def test_chips_stay_inside_and_whole(header: Header, width: int):
    header.resize(width, 80)
    QApplication.processEvents()
    for chip in (header.model, header.documents):
        assert chip.geometry().right() <= header.width()
        assert chip.width() >= min(chip.sizeHint().width(), width // 2)
    assert "ready" in header.model.text()


def test_narrow_says_less_and_keeps_the_whole_for_screen_readers(header: Header):
    header.resize(1000, 80)
    assert header.documents.text() == " 2 of 5 documents ready"
    assert "0.3 GB" in header.model.text()
    header.resize(400, 80)
    assert header.documents.text() == " 2 of 5"
    assert "0.3 GB" not in header.model.text()
    assert header.documents.accessibleName() == "Documents: 2 of 5 documents ready"
    assert "A" * 60 in header.model.accessibleName()


def test_an_ampersand_is_an_ampersand(header: Header):
    header.resize(1000, 80)
    header.set_model(EngineState(EnginePhase.EMPTY), "R&D")
    assert "R&&D" in header.model.text()
    header.set_title("")
    assert header.title.whole == "New conversation"

"""The two tabs of the right column."""

import pytest
from PySide6.QtCore import Qt

from desktop_app.ui.library.side import DOCUMENTS, SOURCE, SidePanel
from tests.support import harbour


@pytest.fixture
def side(qtbot, library, tasks, notices) -> SidePanel:
    made = SidePanel(library, tasks, notices)
    qtbot.addWidget(made)
    harbour.fill_library(library)
    made.resize(400, 600)
    made.show()
    return made


def test_tabs_turn_by_key(qtbot, side):
    side.tabs.setFocus()
    qtbot.keyClick(side.tabs, Qt.Key.Key_Right)
    assert side.source.isVisible()
    qtbot.keyClick(side.tabs, Qt.Key.Key_Left)
    assert side.documents.isVisible()


def test_a_citation_and_a_document_turn_to_the_source(qtbot, side):
    with qtbot.waitSignal(side.source.shown):
        side.open_cited(harbour.ferry_answer().citations[0])
    assert side.tabs.currentIndex() == SOURCE
    side.show_documents()
    assert side.tabs.currentIndex() == DOCUMENTS
    with qtbot.waitSignal(side.source.shown):
        side.documents.opened.emit(1)
    assert side.tabs.currentIndex() == SOURCE


def test_a_removed_document_leaves_the_source(qtbot, side, library):
    with qtbot.waitSignal(side.source.shown):
        side.open_document(1)
    library.remove(1)
    qtbot.waitUntil(lambda: side.source.view.toPlainText() == "")

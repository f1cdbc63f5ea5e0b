"""The drop area and the progress card."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent

from desktop_app.domain.documents import DocumentState, IngestProgress
from desktop_app.ui.library.adding import DropArea, ProgressCard


@pytest.mark.parametrize(("urls", "over"), [(["file:///tmp/a.txt"], True), ([], False)])
def test_only_files_light_the_area_up(qtbot, urls: list[str], over: bool):
    area = DropArea()
    qtbot.addWidget(area)
    data = QMimeData()
    data.setText("words")
    if urls:
        data.setUrls(list(map(QUrl, urls)))
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    area.dragEnterEvent(event)
    assert bool(area.property("over")) is over
    area.dragLeaveEvent(QDragLeaveEvent())
    assert not area.property("over")


def test_the_card_counts_files_and_passages(qtbot):
    card = ProgressCard()
    qtbot.addWidget(card)
    assert card.isHidden()
    card.show_progress(IngestProgress("a.pdf", DocumentState.EMBEDDING, 1, 4, 50, 100))
    assert not card.isHidden()
    assert card.bar.value() == 375
    with qtbot.waitSignal(card.cancelled):
        qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    card.show_progress(None)
    assert card.isHidden()

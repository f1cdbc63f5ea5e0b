"""The drop area, and the card that says how far adding is."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.documents import IngestProgress
from desktop_app.ui import wording
from desktop_app.ui.icons import icon
from desktop_app.ui.library.drops import urls_of
from desktop_app.ui.parts import ElidedLabel, button, label, restyle
from desktop_app.ui.theme import theme


class DropArea(QFrame):
    """Takes files and folders; its buttons ask for them.

    Signals:
        dropped: a list of QUrl.
        files_wanted, folder_wanted.
    """

    dropped = Signal(list)
    files_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "drop")
        self.setAcceptDrops(True)
        self.setAccessibleName("Add documents")
        self._icon = label()
        self._draw()
        theme().changed.connect(self._draw)
        self.files = button("Choose files", self.files_wanted.emit, kind="link")
        self.folder = button(
            "or a folder", self.folder_wanted.emit, kind="link", name="Choose a folder"
        )
        kinds = label(wording.DROP_KINDS, "small", wrap=True)
        kinds.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addStretch()
        buttons.addWidget(self.files)
        buttons.addWidget(self.folder)
        buttons.addStretch()
        centre = Qt.AlignmentFlag.AlignHCenter
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(4)
        layout.addWidget(self._icon, 0, centre)
        layout.addWidget(label(wording.DROP_HERE, "strong"), 0, centre)
        layout.addWidget(kinds)
        layout.addLayout(buttons)

    def _draw(self) -> None:
        drawing = icon("upload", "muted")
        self._icon.setPixmap(drawing.pixmap(QSize(20, 20), self.devicePixelRatioF()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if urls_of(event.mimeData()):
            event.acceptProposedAction()
            restyle(self, "over", True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        restyle(self, "over", False)

    def dropEvent(self, event: QDropEvent) -> None:
        restyle(self, "over", False)
        urls = urls_of(event.mimeData())
        if urls:
            event.acceptProposedAction()
            self.dropped.emit(urls)


class ProgressCard(QFrame):
    """Which file of how many, how far, and a way to stop.

    Signals:
        cancelled: the button was clicked.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "note")
        self._head = ElidedLabel(role="strong", middle=True)
        self._under = ElidedLabel(role="small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Documents added")
        self.stop = button("Cancel", self.cancelled.emit, name="Cancel adding documents")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._head)
        words.addWidget(self._under)
        row = QHBoxLayout()
        row.addLayout(words, 1)
        row.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 10)
        layout.addLayout(row)
        layout.addWidget(self.bar)
        self.hide()

    def show_progress(self, now: IngestProgress | None) -> None:
        """Where adding stands; None hides the card."""
        self.setVisible(now is not None)
        if now is None:
            return
        self._head.set_whole(wording.adding(now))
        self._under.set_whole(wording.progress(now))
        share = now.passages_done / now.passages_total if now.passages_total else 0.0
        self.bar.setRange(0, 1000)
        self.bar.setValue(round((now.files_done + share) / max(1, now.files_total) * 1000))

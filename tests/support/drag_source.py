"""A small window to drag files out of: `drag_source.py TOP FILE…`. Exits 0 once they are taken."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget


class Source(QWidget):
    """Drags its files as soon as the mouse moves on it with a button down."""

    def __init__(self, files: list[str]) -> None:
        super().__init__()
        self.files = files
        self.dragging = False
        self.setWindowTitle("Drag source")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.dragging:
            return
        self.dragging = True
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(file) for file in self.files])
        print("dragging", flush=True)  # noqa: T201 - for whoever moves the mouse
        drag = QDrag(self)
        drag.setMimeData(data)
        taken = drag.exec(Qt.DropAction.CopyAction)
        # The taker asks for the data only after the drop; whoever leaves at once has nothing to give.
        QTimer.singleShot(1500, lambda: QApplication.exit(taken != Qt.DropAction.CopyAction))


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    window = Source(sys.argv[2:])
    window.setGeometry(0, int(sys.argv[1]), 60, 60)
    window.show()
    sys.exit(application.exec())

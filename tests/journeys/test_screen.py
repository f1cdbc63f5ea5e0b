"""The screen of the journeys itself: real keys, a real mouse, a real drop, a picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.support.screen import HEIGHT, WIDTH, Screen, wait_until

pytestmark = pytest.mark.screen

PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication, QLineEdit
class Field(QLineEdit):
    def dragEnterEvent(self, event): event.acceptProposedAction()
    def dragMoveEvent(self, event): event.acceptProposedAction()
    def dropEvent(self, event):
        event.acceptProposedAction()
        print("dropped", event.mimeData().urls()[0].fileName(), flush=True)
application = QApplication(sys.argv)
field = Field()
field.setWindowTitle("Field for the test")
field.setStyleSheet("background: #ff0000; border: none")
field.setGeometry(400, 200, 300, 60)
field.returnPressed.connect(lambda: print("entered", field.text(), flush=True))
field.show()
sys.exit(application.exec())
"""


def test_keys_mouse_drop_and_picture(screen: Screen, tmp_path: Path) -> None:
    log = tmp_path / "log"
    screen.start("-c", PROGRAM, log=log)
    window = screen.window("^Field for the test$")
    assert screen.geometry(window) == (400, 200, 300, 60)
    screen.click(420, 230)
    screen.focus(window)
    screen.type("Grüße, world")
    screen.keys("BackSpace", "Return")
    wait_until(lambda: "entered Grüße, worl\n" in log.read_text(), 5, "the keys")
    file = tmp_path / "three pages.pdf"
    file.write_bytes(b"%PDF-")
    screen.drop([file], 500, 230)
    wait_until(lambda: "dropped three pages.pdf" in log.read_text(), 5, "the drop")
    picture = tmp_path / "picture.png"
    screen.screenshot(picture)
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (WIDTH, HEIGHT)
    assert image.pixelColor(690, 205).name() == "#ff0000"

"""The program that makes the pictures of the window runs."""

from PySide6.QtGui import QImage

from tools import screenshots


def test_a_picture_is_made(qtbot, tmp_path):
    picture = QImage(str(screenshots.take("empty", "light", tmp_path)))
    assert (picture.width(), picture.height()) == screenshots.WIDE

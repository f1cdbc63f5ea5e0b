"""Icons: drawn in the colour of the theme, sharp, alive as long as they are shown."""

import gc
import xml.etree.ElementTree as ET

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from desktop_app.settings.paths import Paths
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import DARK, LIGHT, theme

DRAWINGS = sorted(path.stem for path in Paths.asset("icons").glob("*.svg"))


def strongest(image: QImage) -> QColor:
    """The colour of the most opaque pixel."""
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


@pytest.fixture(autouse=True)
def light(qapp: QApplication):
    theme().set_mode("light")
    yield
    theme().set_mode("light")


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_draws(name: str):
    root = ET.fromstring(Paths.asset(f"icons/{name}.svg").read_bytes())
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    image = icon(name).pixmap(QSize(32, 32)).toImage()
    assert strongest(image).alpha() > 200


def test_a_new_theme_recolours_an_icon_that_exists():
    found = icon("square", "accent")
    before = strongest(found.pixmap(QSize(64, 64)).toImage())
    theme().set_mode("dark")
    after = strongest(found.pixmap(QSize(64, 64)).toImage())
    assert before.name() == LIGHT.accent
    assert after.name() == DARK.accent


def test_a_disabled_icon_is_paler():
    image = icon("square").pixmap(QSize(64, 64), QIcon.Mode.Disabled).toImage()
    assert strongest(image).name() == LIGHT.border_strong


def test_icons_are_sharp_on_a_dense_screen():
    assert icon("search").pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)


def test_copies_outlive_their_original():
    copies = [QIcon(icon("search")) for _ in range(50)]
    gc.collect()
    assert all(not copy.pixmap(QSize(16, 16)).isNull() for copy in copies)


def test_a_copy_that_is_changed_lives_by_itself():
    for _ in range(50):
        original = icon("search")
        copy = QIcon(original)
        copy.setIsMask(True)  # takes a clone of the drawing
        del original
        gc.collect()
        assert not copy.pixmap(QSize(16, 16)).isNull()


def test_an_unknown_name_is_an_error_at_once():
    with pytest.raises(FileNotFoundError):
        icon("no-such-drawing")


def test_the_licences_lie_beside_what_they_cover():
    assert "ISC" in Paths.asset("icons/LICENSE").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in Paths.asset("fonts/LICENSE").read_text(encoding="utf-8")

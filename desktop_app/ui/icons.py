"""Icons: outline drawings from assets/icons, drawn in the colours of the theme, sharp at every scale."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_app.settings.paths import Paths
from desktop_app.ui.theme import theme

SIZE = 16
"""The usual edge of an icon in the window, in pixels."""


_CLONES: list[QIconEngine] = []


class _Drawing(QIconEngine):
    """Renders one drawing in the colours in force when it is painted: a new theme needs no new icon."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name, self._token = name, token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        tokens = theme().tokens
        token = "border_strong" if mode == QIcon.Mode.Disabled else self._token
        renderer = QSvgRenderer(QByteArray(_coloured(self._name, getattr(tokens, token))))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        image = QPixmap(size)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, image.rect(), mode, state)
        painter.end()
        return image

    def clone(self) -> QIconEngine:
        made = _Drawing(self._name, self._token)
        # Qt owns the copy, but PySide does not know it and would free it at once
        _CLONES.append(made)
        return made


def icon(name: str, token: str = "text") -> QIcon:
    """The icon called `name` in the colour of a token ("muted", "accent", …), recoloured live.

    Raises FileNotFoundError for a name without a drawing.
    """
    theme()  # made now, not while painting: it replaces the style that is being painted with
    _drawing(name)
    return QIcon(_Drawing(name, token))


@cache
def _drawing(name: str) -> bytes:
    return Paths.asset(f"icons/{name}.svg").read_bytes()


@lru_cache(maxsize=256)
def _coloured(name: str, colour: str) -> bytes:
    return _drawing(name).replace(b"currentColor", colour.encode())

"""Which columns a window of a given width shows, and where a window may stand on the screens there are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from PySide6.QtCore import QRect

MEDIUM, NARROW = 900, 640
"""At most this wide: the document panel starts hidden; the list is behind a button."""
LEFT_WIDTH, CHAT_WIDTH, RIGHT_WIDTH = 256, 360, 300
SMALLEST = (320, 240)
DEFAULT = (1280, 820)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which of the three columns are visible."""

    left: bool
    chat: bool
    right: bool


def columns(width: int, left: bool, right: bool) -> Columns:
    """What fits of what is wanted. On a narrow window one column shows at a time, the wanted one first."""
    if width <= NARROW:
        if right:
            return Columns(False, False, True)
        return Columns(left, not left, False)
    if right and left and width < LEFT_WIDTH + CHAT_WIDTH + RIGHT_WIDTH:
        return Columns(False, True, True)
    return Columns(left, True, right)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the window stood and how wide its columns were, in pixels."""

    x: int
    y: int
    width: int
    height: int
    maximized: bool = False
    sizes: tuple[int, ...] = ()

    def save(self) -> str:
        """As the text of a setting."""
        return json.dumps(asdict(self))

    @staticmethod
    def load(text: str) -> Placement | None:
        """From the text of a setting; None for anything that is not whole (GU13)."""
        try:
            raw = json.loads(text)
            numbers = [raw[name] for name in ("x", "y", "width", "height")]
            sizes = tuple(raw.get("sizes", ()))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        if not all(type(n) is int and abs(n) < 100_000 for n in [*numbers, *sizes]):
            return None
        if any(size < 0 for size in sizes) or len(sizes) != 3 or not sum(sizes):
            sizes = ()
        x, y, width, height = numbers
        return Placement(x, y, width, height, raw.get("maximized") is True, sizes)


def placed(wanted: Placement | None, screens: Sequence[QRect]) -> QRect:
    """The rectangle for the window: the wanted one where enough of it can be seen, else centred."""
    first = screens[0] if screens else QRect(0, 0, *DEFAULT)
    if wanted is not None:
        rect = QRect(wanted.x, wanted.y, wanted.width, wanted.height)
        for screen in screens:
            seen = rect.intersected(screen)
            big_enough = rect.width() >= SMALLEST[0] and rect.height() >= SMALLEST[1]
            # the title bar must be within reach of the mouse
            reachable = screen.top() <= rect.top() + 8 <= screen.bottom()
            if big_enough and reachable and seen.width() >= 120 and seen.height() >= 80:
                return QRect(
                    rect.x(),
                    max(rect.y(), screen.top()),
                    min(rect.width(), screen.width()),
                    min(rect.height(), screen.height()),
                )
    rect = QRect(0, 0, min(DEFAULT[0], first.width()), min(DEFAULT[1], first.height()))
    rect.moveCenter(first.center())
    return rect

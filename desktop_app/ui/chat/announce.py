"""Tells screen readers of a growing answer: each sentence once, when it is finished, never interrupting."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6 import QtGui
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

_END = re.compile(r"[.!?…。！？][\"'”’)\]]*(?=\s)|\n")


def announce(widget: QWidget, text: str) -> None:
    """Have `text` spoken politely, where something listens and this Qt can (6.8 and later)."""
    event = getattr(QtGui, "QAccessibleAnnouncementEvent", None)
    if event is None or not QAccessible.isActive() or not text.strip():
        return
    announcement = event(widget, text)
    announcement.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
    QAccessible.updateAccessibility(announcement)


class SentenceReader:
    """Hands over the sentences of a growing text, each once it has ended."""

    def __init__(self, speak: Callable[[str], None]) -> None:
        self._speak = speak
        self._spoken = 0

    def hear(self, text: str, *, ended: bool = False) -> None:
        """The text so far; `ended`: there will be no more of it."""
        if len(text) < self._spoken:
            self._spoken = 0
        end = len(text) if ended else self._spoken
        if not ended:
            for match in _END.finditer(text, self._spoken):
                end = match.end()
        if piece := text[self._spoken : end].strip():
            self._speak(piece)
        self._spoken = end

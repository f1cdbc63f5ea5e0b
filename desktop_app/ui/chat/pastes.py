"""Long pasted texts: kept beside the question, whole, and put before the model as passages."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.domain.values import Passage
from desktop_app.ui.chat import wording

LONGEST = 20_000
"""Characters above which a paste becomes a chip: more than this in a text field freezes it."""
PASSAGE = 1_000
"""Characters of a passage, about a paragraph."""


def name(pastes: Sequence[str]) -> str:
    """“Pasted text, 1.0 MB”: what to call one or several pastes."""
    return wording.pasted(sum(len(text.encode("utf-8", "replace")) for text in pastes))


def passages(pastes: Sequence[str]) -> tuple[Passage, ...]:
    """Cut pasted texts into passages at paragraphs, lines, sentences or, failing these, spaces."""
    made: list[Passage] = []
    for number, text in enumerate(pastes, start=1):
        document = "Pasted text" if len(pastes) == 1 else f"Pasted text {number}"
        start = 0
        while start < len(text):
            end = _end(text, start)
            if text[start:end].strip():
                made.append(Passage(0, 0, document, None, start, end, text[start:end]))
            start = end
    return tuple(made)


def _end(text: str, start: int) -> int:
    limit = start + PASSAGE
    if limit >= len(text):
        return len(text)
    for mark in ("\n\n", "\n", ". ", " "):
        found = text.rfind(mark, start + PASSAGE // 2, limit)
        if found >= 0:
            return found + len(mark)
    return limit

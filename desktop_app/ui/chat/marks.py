"""Puts verdict marks and citation chips into an answer's Markdown at the sentences they belong to.

Offsets count characters of the Markdown source, and where a character ends up on the page is known only
after parsing. So a sentinel travels through the parser with the text: two marks of rare punctuation round
one private character that numbers it. Punctuation, because beside it emphasis opens and closes as before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from desktop_app.domain.values import Citation, Label, Verdict

_GUARD = "\u2e4e"
_FIRST, _LAST = 0xE000, 0xF8FF
SENTINEL = re.compile(f"{_GUARD}([\ue000-\uf8ff]){_GUARD}")
_BLOCK_PREFIX = re.compile(r"(?:[ \t]*(?:[-*+]|\d{1,9}[.)]|#{1,6}|>|\|)(?=[ \t]))*[ \t]*")

GLYPHS = {
    Label.SUPPORTED: "✓",
    Label.UNSUPPORTED: "?",
    Label.CONTRADICTED: "✗",
    Label.UNCHECKED: "○",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands at one place: a sentence's beginning or end, or a citation.

    `index` counts within the answer's verdicts, or its citations.
    """

    kind: Literal["begin", "end", "cite"]
    index: int


@dataclass(frozen=True, slots=True)
class Notes:
    """The verdicts and citations of an answer; empty while nothing was checked."""

    verdicts: tuple[Verdict, ...] = ()
    citations: tuple[Citation, ...] = ()


NO_NOTES = Notes()


def annotate(text: str, notes: Notes) -> tuple[str, list[Mark]]:
    """The text with sentinels, and what each stands for, by number."""
    places = [
        *(
            (_after_prefix(text, v.start), 2, Mark("begin", i))
            for i, v in enumerate(notes.verdicts)
        ),
        *((v.end, 0, Mark("end", i)) for i, v in enumerate(notes.verdicts)),
        *((c.sentence_end, 1, Mark("cite", i)) for i, c in enumerate(notes.citations)),
    ]
    places = [place for place in places if 0 <= place[0] <= len(text)]
    places.sort(key=lambda place: place[:2])
    places = places[: _LAST - _FIRST + 1]
    pieces: list[str] = []
    marks: list[Mark] = []
    position = 0
    for place, _order, mark in places:
        pieces += [text[position:place], _GUARD, chr(_FIRST + len(marks)), _GUARD]
        marks.append(mark)
        position = place
    return "".join([*pieces, text[position:]]), marks


def strip(text: str) -> str:
    """The text without sentinels."""
    return SENTINEL.sub("", text) if _GUARD in text else text


def number(sentinel: str) -> int:
    """Which mark a sentinel's private character stands for."""
    return ord(sentinel) - _FIRST


def usable(text: str) -> bool:
    """Whether the text is free of what sentinels are made of."""
    return _GUARD not in text


def words(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as sentences, for screen readers."""
    meanings = {
        Label.SUPPORTED: "supported by your documents",
        Label.UNSUPPORTED: "not supported by your documents",
        Label.CONTRADICTED: "contradicted by your documents",
        Label.UNCHECKED: "not checked",
    }
    return " ".join(f"Sentence {n}: {meanings[v.label]}." for n, v in enumerate(verdicts, 1))


def _after_prefix(text: str, start: int) -> int:
    """Behind a bullet, heading or quote sign: a mark in front would make it ordinary text."""
    line = text.rfind("\n", 0, max(start, 0)) + 1
    prefix = _BLOCK_PREFIX.match(text, line)
    return max(start, prefix.end()) if prefix else start

"""Text to passages: whole sentences packed up to what the embedder reads, with page and exact offsets.

A passage never crosses a page and starts anew at a heading; the heading it stands under, or else the title
of its document, is kept beside it. The last sentence of a passage opens the next
one, so that what a sentence leans on is beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop_app.domain.language import sentences
from desktop_app.domain.terms import is_english
from desktop_app.domain.values import Passage

BUDGET = 235
"""Estimated tokens of a passage; MiniLM reads 256 and two are its own marks."""

LOOKAHEAD = 32 * BUDGET
"""Characters looked at for one part: more than fit, unless they are nearly all white space."""

OVERLAP = 50
"""The longest last sentence that is repeated, in estimated tokens."""

MINIMUM = 40
"""Estimated tokens under which a passage is not ended only because a heading comes."""

_HEADING = re.compile(r"#{1,6}\s+(\S.{0,200})")
_TITLE = re.compile(r"\s*(?:#{1,6}\s+)?(\S[^\n]{0,200})\n[^\S\n]*\n\s*\S")
_PIECE = re.compile(r"[A-Za-zÀ-ɏ]+|\d+|[^\W\d_]|[^\w\s]|_")
_BREAK = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence or a part of a long one; `opens` a paragraph; `heading` is its words if it is one."""

    start: int
    end: int
    tokens: int
    opens: bool
    heading: str


def estimate_tokens(text: str, english: bool = True) -> int:
    """About how many word pieces an English uncased vocabulary makes of `text`; rather more than fewer.

    English words are mostly whole; those of other Latin languages are cut up, other scripts to letters.
    """
    total = 0.0
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece[0].isdigit():
            total += (len(piece) + 1) // 2
        elif len(piece) == 1:
            total += 1
        elif english and piece.isascii():
            total += 1.05 + max(0, len(piece) - 7) * 0.2
        else:
            total += 0.5 + len(piece) * 0.37
    return round(total)


def chunk(
    text: str, page_starts: Sequence[int] = (), document_id: int = 0, document: str = ""
) -> list[Passage]:
    """Passages in order; together they hold every character of `text` that is no white space."""
    passages = []
    heading = _title(text)
    english = is_english(text)
    for page, start, end in _pages(text, page_starts):
        for units in _packed(list(_units(text, start, end, english))):
            heading = next((unit.heading for unit in units if unit.heading), heading)
            first, last = units[0].start, units[-1].end
            passages.append(
                Passage(0, document_id, document, page, first, last, text[first:last], heading)
            )
    return passages


def _title(text: str) -> str:
    """The first line when it stands alone, what a paper or an article begins with; else nothing."""
    match = _TITLE.match(text)
    return match[1].strip() if match else ""


def _pages(text: str, page_starts: Sequence[int]) -> Iterator[tuple[int | None, int, int]]:
    if not page_starts:
        yield None, 0, len(text)
        return
    bounds = [0, *page_starts[1:], len(text)]
    for number, (start, end) in enumerate(pairwise(bounds), 1):
        yield number, start, end


def _units(text: str, start: int, end: int, english: bool) -> Iterator[_Unit]:
    """Sentences of a page, each paragraph by itself, long ones in parts."""
    at = start
    for stop in (*_BREAK.finditer(text, start, end), None):
        until = stop.start() if stop else end
        paragraph = text[at:until]
        opens = True
        for first, last in sentences(paragraph):
            match = _HEADING.match(paragraph[first:last])
            heading = match[1].split("\n")[0].strip() if match else ""
            for left, right, tokens in _parts(text, at + first, at + last, english):
                yield _Unit(left, right, tokens, opens, heading)
                opens, heading = False, ""
        at = stop.end() if stop else end


def _parts(text: str, start: int, end: int, english: bool) -> Iterator[tuple[int, int, int]]:
    """A stretch that fits the budget as it is; a longer one cut between words, or within a huge one."""
    while start < end:
        # never the whole rest: that would read a word of a million letters again for each of its parts
        stop = min(end, start + LOOKAHEAD)
        tokens = estimate_tokens(text[start:stop], english)
        if tokens <= BUDGET:
            yield start, stop, tokens
            start = stop
            continue
        cut = start + max(1, (stop - start) * BUDGET * 4 // (5 * tokens))
        space = max(text.rfind(" ", start + 1, cut), text.rfind("\n", start + 1, cut))
        cut = space if space > start else cut
        while estimate_tokens(text[start:cut], english) > BUDGET:
            cut = start + max(1, (cut - start) * 2 // 3)
        yield start, cut, estimate_tokens(text[start:cut], english)
        start = cut
        while start < end and text[start].isspace():
            start += 1


def _packed(units: list[_Unit]) -> Iterator[list[_Unit]]:
    """Units put together up to the budget."""
    current: list[_Unit] = []
    total = 0
    lengths = _paragraph_lengths(units)
    for number, unit in enumerate(units):
        full = total + unit.tokens > BUDGET
        ends_well = unit.opens and total > BUDGET * 0.6 and total + lengths[number] > BUDGET
        if current and (full or ends_well or (unit.heading and total >= MINIMUM)):
            yield current
            repeated = current[-1]
            carried = (
                full
                and not unit.opens
                and repeated.tokens <= OVERLAP
                and repeated.tokens + unit.tokens <= BUDGET
                and len(current) > 1
            )
            current = [repeated] if carried else []
            total = repeated.tokens if carried else 0
        current.append(unit)
        total += unit.tokens
    if current:
        yield current


def _paragraph_lengths(units: list[_Unit]) -> list[int]:
    """For each unit that opens a paragraph, the paragraph's tokens; nought for the others."""
    lengths = [0] * len(units)
    opening = 0
    for number, unit in enumerate(units):
        opening = number if unit.opens else opening
        lengths[opening] += unit.tokens
    return lengths

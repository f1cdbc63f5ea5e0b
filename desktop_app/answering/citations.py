"""Citations by alignment: each claim is laid beside the passages, and points to the stretch that carries it.

Words, numbers and names decide, not the model: it may name a passage by its number, which is a hint and
never as proof. A claim that no passage carries gets no citation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop_app.answering.claims import Claim
from desktop_app.domain.language import content_words, names, numbers, sentences, weight
from desktop_app.domain.values import Citation, Passage

CARRIED = 0.6
"""Share of a claim's content (by weight) that a stretch must hold to be cited."""
CARRIED_IF_NAMED = 0.45
"""The same where the model named the passage itself."""
STRETCH = 2
"""Sentences of a stretch at most."""
LONGER = 0.05
"""What a second sentence must add to the share to be worth quoting."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a passage that carries a claim best, and how much of the claim it holds."""

    start: int
    end: int
    share: float


def cite(
    claims: Sequence[Claim], passages: Sequence[Passage], hints: Mapping[int, Sequence[int]]
) -> tuple[Citation, ...]:
    """Citations of the claims in order, numbered by passage in order of appearance.

    `hints` maps an offset in the answer to the passage numbers (from 1) that the model wrote there.
    """
    markers: dict[int, int] = {}
    found = []
    for claim in claims:
        named = [
            n for at, given in hints.items() if claim.start < at <= claim.end + 1 for n in given
        ]
        best = _best(claim, passages, named)
        if best is None:
            continue
        place, stretch = best
        marker = markers.setdefault(place, len(markers) + 1)
        found.append(_citation(marker, passages[place], stretch, claim.end))
    return tuple(found)


def _best(
    claim: Claim, passages: Sequence[Passage], named: Sequence[int]
) -> tuple[int, Stretch] | None:
    best: tuple[int, Stretch] | None = None
    for place, passage in enumerate(passages):
        stretch = align(claim.plain, passage.text)
        enough = CARRIED_IF_NAMED if place + 1 in named else CARRIED
        if stretch.share >= enough and (best is None or stretch.share > best[1].share):
            best = place, stretch
    return best


def align(claim: str, passage: str) -> Stretch:
    """The stretch of the passage that holds most of the claim; share 0 where a number is not in it.

    Numbers must stand in the stretch itself and half the names at least, since a sentence about other
    figures or other people does not carry the claim however many words they share.
    """
    wanted = set(content_words(claim))
    figures, people = numbers(claim), names(claim)
    total = sum(weight(word) for word in wanted)
    best = Stretch(0, 0, 0.0)
    if not total:
        return best
    most = 0.0
    spans = sentences(passage)
    held = [set(content_words(passage[a:b])) for a, b in spans]
    given = [numbers(passage[a:b]) for a, b in spans]
    for first in range(len(spans)):
        words: set[str] = set()
        digits: set[str] = set()
        for last in range(first, min(first + STRETCH, len(spans))):
            words |= held[last]
            digits |= given[last]
            share = sum(weight(word) for word in wanted & words) / total
            value = share - LONGER * (last - first)
            if value > most and figures <= digits and 2 * len(people & words) >= len(people):
                most, best = value, Stretch(spans[first][0], spans[last][1], share)
    return best


def _citation(marker: int, passage: Passage, stretch: Stretch, sentence_end: int) -> Citation:
    return Citation(
        marker=marker,
        document=passage.document,
        page=passage.page,
        start=passage.start + stretch.start,
        end=passage.start + stretch.end,
        quote=passage.text[stretch.start : stretch.end],
        document_id=passage.document_id,
        sentence_end=sentence_end,
    )


class MarkerFilter:
    """Takes the model's own [1] out of the stream, so that the only markers shown are aligned ones.

    Only numbers of passages that were given go; other brackets and code stay. `hints` maps the offset
    in the text that is left to the numbers that stood there.
    """

    _PARTIAL = re.compile(r"\s?(?:\[(?:\d{1,2}(?:, ?\d{0,2})*)?)?$")
    _MARKER = re.compile(r"\s?\[(\d{1,2}(?:, ?\d{1,2})*)\]")

    def __init__(self, passages: int) -> None:
        self.hints: dict[int, list[int]] = {}
        self._passages = passages
        self._held = ""
        self._length = 0
        self._ticks = 0

    def feed(self, piece: str) -> str:
        """The text that may be shown; an unfinished marker is held back."""
        if not self._passages:
            return piece
        self._held += piece
        partial = self._PARTIAL.search(self._held)
        cut = partial.start() if partial else len(self._held)
        ready, self._held = self._held[:cut], self._held[cut:]
        return self._clean(ready)

    def finish(self) -> str:
        """What was held back."""
        ready, self._held = self._held, ""
        return self._clean(ready)

    def _clean(self, text: str) -> str:
        out: list[str] = []
        at = 0
        for match in self._MARKER.finditer(text):
            self._emit(out, text[at : match.start()])
            at = match.end()
            given = [int(number) for number in match[1].split(",")]
            in_code = self._ticks % 2 == 1
            if in_code or not all(1 <= number <= self._passages for number in given):
                self._emit(out, match[0])
            else:
                self.hints.setdefault(self._length, []).extend(given)
        self._emit(out, text[at:])
        return "".join(out)

    def _emit(self, out: list[str], text: str) -> None:
        out.append(text)
        self._length += len(text)
        self._ticks += text.count("`")

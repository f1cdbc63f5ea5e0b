"""Cheap signals of whether a passage answers a question or supports a sentence.

Words, numbers, names and cosines, each a number that a logistic layer weighs. Their names and order are
part of the weights file.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from desktop_app.domain.language import (
    NEGATIONS,
    content_words,
    names,
    numbers,
    sentences,
    weight,
    words,
)

# numpy takes a quarter of a second to import: a window that has not searched yet does without it
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

WINDOW_LIMIT = 400
"""Windows of one passage at most; of a longer passage those with the most of the query's words."""
SPAN = 3
"""Sentences of a wide window; wide windows begin at every second sentence."""

ANSWERABLE = (
    "cosine", "cosine_sentence", "cosine_top3", "cosine_passage", "peak", "coverage", "coverage_window",
    "coverage_at_cosine", "joint", "names_missing", "numbers_missing", "bigrams", "heaviest_missing",
    "cue_known", "cue_found", "question_words", "passage_length",
)  # fmt: skip
SUPPORTED = (
    "cosine", "cosine_sentence", "cosine_top3", "coverage", "coverage_window", "coverage_at_cosine",
    "joint", "names_missing", "some_numbers_missing", "bigrams", "word_bigrams",
    "heaviest_missing", "missing_words", "negation", "sentence_words", "passage_length",
)  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A stretch of a passage: one sentence, or up to `SPAN` when `wide`."""

    start: int
    end: int
    text: str
    parts: tuple[str, ...]
    """Its sentences: only these are embedded; a wide window's vector is their mean, which costs nothing."""
    stems: frozenset[str]

    @property
    def wide(self) -> bool:
        return len(self.parts) > 1


@dataclass(frozen=True)
class PassageText:
    """A passage cut into windows, with what its words say as a whole."""

    windows: tuple[Window, ...]
    stems: frozenset[str]
    numbers: frozenset[str]
    bigrams: frozenset[tuple[str, str]]
    word_bigrams: frozenset[tuple[str, str]]
    length: int


@dataclass(frozen=True)
class QueryText:
    """A question or a sentence, taken apart once."""

    text: str
    stems: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    bigrams: frozenset[tuple[str, str]]
    word_bigrams: frozenset[tuple[str, str]]
    negated: bool


def _adjacent(items: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset(itertools.pairwise(items))


@lru_cache(maxsize=256)
def passage_text(text: str) -> PassageText:
    """Cut and read a passage; the last ones are kept."""
    spans = sentences(text)
    stems = [frozenset(content_words(text[a:b])) for a, b in spans]
    texts = [text[a:b] for a, b in spans]
    windows = [
        Window(a, b, each, (each,), found)
        for (a, b), each, found in zip(spans, texts, stems, strict=True)
    ]
    for first in range(0, max(len(spans) - 1, 0), 2):
        last = min(first + SPAN, len(spans)) - 1
        start, end = spans[first][0], spans[last][1]
        union = frozenset[str]().union(*stems[first : last + 1])
        parts = tuple(texts[first : last + 1])
        windows.append(Window(start, end, text[start:end], parts, union))
    return PassageText(
        tuple(windows),
        frozenset().union(*stems),
        frozenset(numbers(text)),
        _adjacent(content_words(text)),
        _adjacent(words(text)),
        len(text),
    )


@lru_cache(maxsize=256)
def query_text(text: str) -> QueryText:
    """Take a question or sentence apart; the last ones are kept."""
    stems = tuple(dict.fromkeys(content_words(text)))
    plain = words(text)
    return QueryText(
        text,
        stems,
        frozenset(names(text)),
        frozenset(numbers(text)),
        _adjacent(content_words(text)),
        _adjacent(plain),
        bool(NEGATIONS.intersection(plain)) or "n't" in text or "n’t" in text,
    )


def likely_windows(passage: PassageText, query: QueryText) -> list[Window]:
    """All windows, or of a very long passage the `WINDOW_LIMIT` that share most words with the query."""
    if len(passage.windows) <= WINDOW_LIMIT:
        return list(passage.windows)
    wanted = set(query.stems)
    ranked = sorted(passage.windows, key=lambda window: -_coverage(wanted, window.stems))
    return ranked[:WINDOW_LIMIT]


def _coverage(wanted: set[str] | tuple[str, ...], found: frozenset[str]) -> float:
    total = sum(weight(stem) for stem in wanted)
    return sum(weight(stem) for stem in wanted if stem in found) / total if total else 0.0


def _share_missing(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted - found) / len(wanted) if wanted else 0.0


def _share_shared(wanted: frozenset[tuple[str, str]], found: frozenset[tuple[str, str]]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 0.0


@dataclass(frozen=True)
class Match:
    """How one query meets one passage: the figures both heads share, and the best window."""

    cosine: float
    cosine_sentence: float
    cosine_top3: float
    cosine_passage: float
    coverage: float
    coverage_window: float
    coverage_at_cosine: float
    joint: float
    heaviest_missing: float
    best: Window


def match(
    query: QueryText,
    passage: PassageText,
    windows: Sequence[Window],
    cosines: npt.NDArray[np.float32],
) -> Match:
    """Hold a query against the windows of a passage, given their cosines; `windows` is not empty."""
    import numpy as np

    narrow = np.array([not window.wide for window in windows])
    coverage = np.array([_coverage(query.stems, window.stems) for window in windows])
    joint = cosines + 0.5 * coverage - np.where(narrow, 0.0, 0.02)
    best = int(np.argmax(joint))
    missing = [weight(stem) for stem in query.stems if stem not in passage.stems]
    sentence_cosines = np.sort(cosines[narrow])[::-1]
    return Match(
        cosine=float(cosines.max()),
        cosine_sentence=float(sentence_cosines[0])
        if sentence_cosines.size
        else float(cosines.max()),
        cosine_top3=float(np.sort(cosines)[::-1][:3].mean()),
        cosine_passage=float(cosines.mean()),
        coverage=_coverage(query.stems, passage.stems),
        coverage_window=float(coverage.max()),
        coverage_at_cosine=float(coverage[int(np.argmax(cosines))]),
        joint=float(joint[best]),
        heaviest_missing=max(missing, default=0.0),
        best=windows[best],
    )


def answerable_signals(query: QueryText, passage: PassageText, found: Match) -> list[float]:
    """The numbers named in `ANSWERABLE`, in that order."""
    known, cue = answer_cue(query, found.best.text)
    return [
        found.cosine, found.cosine_sentence, found.cosine_top3, found.cosine_passage,
        found.cosine - found.cosine_passage, found.coverage, found.coverage_window,
        found.coverage_at_cosine, found.joint,
        _share_missing(query.names, passage.stems), _share_missing(query.numbers, passage.numbers),
        _share_shared(query.bigrams, passage.bigrams), found.heaviest_missing,
        float(known), float(cue), math.log1p(len(query.stems)), math.log1p(passage.length / 100),
    ]  # fmt: skip


def supported_signals(query: QueryText, passage: PassageText, found: Match) -> list[float]:
    """The numbers named in `SUPPORTED`, in that order."""
    window = query_text(found.best.text)
    # one wrong figure among right ones tells; none found at all may stand there in words
    absent = query.numbers - passage.numbers
    missing = len([stem for stem in query.stems if stem not in passage.stems])
    return [
        found.cosine, found.cosine_sentence, found.cosine_top3, found.coverage,
        found.coverage_window, found.coverage_at_cosine, found.joint,
        _share_missing(query.names, passage.stems),
        float(bool(absent) and absent != query.numbers),
        _share_shared(query.bigrams, passage.bigrams),
        _share_shared(query.word_bigrams, passage.word_bigrams), found.heaviest_missing,
        math.log1p(missing), float(query.negated != window.negated),
        math.log1p(len(query.stems)), math.log1p(passage.length / 100),
    ]  # fmt: skip


_CUES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\b(when|what (year|date|day|month|century|decade|time))\b", re.I),
        re.compile(r"\b(1\d{3}|20\d\d)\b|\d{1,2}(st|nd|rd|th)?[ ,]|centur|(January|February|March"
                   r"|April|May|June|July|August|September|October|November|December)\b|\d:\d\d"),
    ),
    (
        re.compile(r"\bhow (many|much|old|long|far|tall|big|large|high|often)|percent"
                   r"|what (number|share|rate)", re.I),
        re.compile(r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half"
                   r"|several|first|second|twice|no|none)\b", re.I),
    ),
    (
        re.compile(r"\b(who|whom|whose|which (person|king|president|author|actor|player|scientist))\b", re.I),
        re.compile(r"\b[A-Z][\w'’.-]+ (?:[a-z]+ )?[A-Z][\w'’-]+"),
    ),
    (
        re.compile(r"\b(where|(what|which) (country|city|state|place|river|town|region|area))\b", re.I),
        re.compile(r"\b(in|at|from|near|to|of|across) (the )?[A-Z]\w+"),
    ),
    (
        re.compile(r"\b(why|what (caused?|reason))\b", re.I),
        re.compile(r"\b(because|due to|since|so that|as a result|therefore|in order|caused?|leads? to|led to"
                   r"|reason|thus|to \w+)\b", re.I),
    ),
)  # fmt: skip


def answer_cue(query: QueryText, window: str) -> tuple[bool, bool]:
    """(the kind of answer is known, the window holds one of that kind that the question did not name)."""
    for asks, answers in _CUES:
        if asks.search(query.text):
            found = (match[0] for match in answers.finditer(window))
            return True, any(text.casefold() not in query.text.casefold() for text in found)
    return False, False

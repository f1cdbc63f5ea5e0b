"""Decides whether to answer, and words what the decision rested on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop_app.domain.language import sentences
from desktop_app.domain.values import NearMiss, Question, ScoredPassage, Why

NEAR_MISSES = 3
QUOTE_LIMIT = 240


def declines(question: Question, best_score: float | None, threshold: float) -> bool:
    """Whether to say that the documents do not hold the answer; None: nothing was found."""
    if not question.switches.admit_ignorance or question.answer_anyway:
        return False
    return best_score is None or best_score < threshold


_ADMISSION = re.compile(
    r"(could|can|was|am|were)( ?not|n['’]t)( be)?( able to)? (find|found|answer|determine|tell)"
    r"|(do|does|did)( not|n['’]t) (contain|hold|mention|provide|include|specify|give|say|state|have)"
    r"|(is|are|was)( not|n['’]t) (mentioned|provided|specified|stated|given|found|in the)"
    r"|no (information|mention|answer)|(do not|don['’]t) know|not enough information",
    re.IGNORECASE,
)
_SOURCES = re.compile(
    r"\b(passages?|documents?|text|context|information|answer|sources?|know|question)\b",
    re.IGNORECASE,
)
ADMISSION_LIMIT = 240


def admits(text: str) -> bool:
    """Whether a sentence says, in the usual words, that the answer was not found."""
    if len(text) > ADMISSION_LIMIT:
        return False
    return bool(_ADMISSION.search(text) and (_SOURCES.search(text) or "find it" in text))


def explain(
    passages: Sequence[ScoredPassage],
    scores: Sequence[float],
    *,
    searched: int,
    documents: int,
    threshold: float,
    unreadable: tuple[str, ...],
) -> Why:
    """What was searched and how near it came. `passages` and their `scores` come best first.

    `scores` is empty when nothing was judged; then there are no near misses either.
    """
    pairs = list(zip(passages, scores, strict=False))
    return Why(
        searched=searched,
        documents=documents,
        best_score=max(scores, default=None),
        threshold=threshold,
        near_misses=tuple(_near_miss(each, score) for each, score in pairs[:NEAR_MISSES]),
        unreadable=unreadable,
    )


def _near_miss(scored: ScoredPassage, score: float) -> NearMiss:
    passage = scored.passage
    quote = _opening(passage.text)
    return NearMiss(
        passage.document,
        passage.page,
        passage.start,
        passage.end,
        quote,
        score,
        passage.document_id,
    )


def _opening(text: str) -> str:
    """The first sentences of a passage, as much as a card shows."""
    end = 0
    for _, stop in sentences(text):
        if end and stop > QUOTE_LIMIT:
            break
        end = stop
    return text[: min(end, QUOTE_LIMIT)].strip()

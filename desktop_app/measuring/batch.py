"""Rows in and rows out of the batch commands: the exact JSON of `ask`, `check` and `search`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from desktop_app.answering.selfcheck import check_answer
from desktop_app.domain.codec import encode
from desktop_app.domain.errors import BAD_INPUT, KnownFault
from desktop_app.domain.ports import EvidenceScorer
from desktop_app.domain.values import (
    Answer,
    ChatMessage,
    Citation,
    Evidence,
    Label,
    NearMiss,
    Outcome,
    Passage,
    Question,
    ScoredPassage,
    Switches,
    Verdict,
)
from desktop_app.measuring.sets import Row


def passages_of(row: Row) -> tuple[Passage, ...] | None:
    """The passages of a row as values with ids 0; None where it names none."""
    given = row.get("passages")
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise _bad(row, "passages", "a list of objects with title and text")
    return tuple(
        Passage(0, 0, _text(row, each, "title"), None, 0, len(text), text)
        for each in given
        for text in (_text(row, each, "text"),)
    )


def question_from_row(row: Row, switches: Switches | None = None) -> Question:
    """The question of a batch row `{id, question, history[], passages[]}`. Raises `KnownFault`."""
    history = row.get("history") or []
    if not isinstance(history, list) or not all(isinstance(each, dict) for each in history):
        raise _bad(row, "history", "a list of objects with role and text")
    text = row.get("question")
    if not isinstance(text, str) or not text.strip():
        raise _bad(row, "question", "a text that is not empty")
    return Question(
        text=text,
        history=tuple(_message(row, each) for each in history),
        passages=passages_of(row),
        switches=switches or Switches(),
    )


def _message(row: Row, each: Row) -> ChatMessage:
    role = each.get("role")
    if role not in ("user", "assistant"):
        raise _bad(row, "history", "roles user and assistant only")
    return ChatMessage(role, _text(row, each, "text"))


def _text(row: Row, each: Row, key: str) -> str:
    value = each.get(key, "")
    if not isinstance(value, str):
        raise _bad(row, key, "a text")
    return value


def _bad(row: Row, key: str, wanted: str) -> KnownFault:
    name = row.get("id", "without an id")
    return KnownFault(
        BAD_INPUT, f"Row {name}: “{key}” must be {wanted}.", action="Correct the row."
    )


def answer_to_row(answer: Answer) -> Row:
    """An answer as `candor ask` prints it, without the `id` that a batch puts before it.

    Beyond the fields that scripts rely on: `notice` and `fault`, where there is one to say.
    """
    row: Row = {
        "question": answer.question,
        "outcome": answer.outcome.value,
        "text": answer.text,
        "citations": [
            _place(each, marker=each.marker, quote=each.quote) for each in answer.citations
        ],
        "verdicts": [_verdict(each) for each in answer.verdicts],
        "why": {
            "searched": answer.why.searched,
            "best_score": answer.why.best_score,
            "threshold": answer.why.threshold,
            "near_misses": [
                _place(each, quote=each.quote, score=each.score) for each in answer.why.near_misses
            ],
        },
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "timing": encode(answer.timing),
    }
    row |= {key: said for key in ("notice", "fault") if (said := getattr(answer, key))}
    return row


def _place(each: Citation | Evidence | NearMiss, **more: Any) -> Row:
    where = {
        "document": each.document,
        "page": each.page,
        "start": each.start,
        "end": each.end,
    }
    return where | more


def _verdict(verdict: Verdict) -> Row:
    return {
        "start": verdict.start,
        "end": verdict.end,
        "sentence": verdict.sentence,
        "label": verdict.label.value,
        "score": verdict.score,
        "evidence": [_place(each) for each in verdict.evidence],
    }


def unanswered(row: Row) -> Row:
    """What `candor ask` writes for a row that could not be asked."""
    question = row.get("question")
    return answer_to_row(Answer(question if isinstance(question, str) else "", Outcome.FAILED, ""))


def check_row(row: Row, scorer: EvidenceScorer, threshold: float) -> Row:
    """`{id, question?, passages[], answer}` checked: `{score, verdicts[]}`. Raises `KnownFault`."""
    answer = row.get("answer")
    if not isinstance(answer, str):
        raise _bad(row, "answer", "a text")
    question = row.get("question") or ""
    passages = [each for each in passages_of(row) or () if each.text.strip()]
    verdicts = check_answer(str(question), answer, passages, scorer, threshold)
    return {
        "score": unsupported_probability(verdicts),
        "verdicts": [_verdict(each) for each in verdicts],
    }


def unsupported_probability(verdicts: Sequence[Verdict]) -> float:
    """The probability that an answer is not supported: that of its worst sentence.

    An answer is as good as its worst sentence, and that measured no worse than the mean. 0.5, which
    says nothing, where nothing was checked.
    """
    checked = [each.score for each in verdicts if each.label is not Label.UNCHECKED]
    return 1.0 - min(checked) if checked else 0.5


UNCHECKED = {"score": 0.5, "verdicts": []}
"""What `candor check` writes for a row that could not be checked: a score that says nothing."""


def hits_to_row(hits: Sequence[ScoredPassage]) -> Row:
    """Search results as `candor library search` prints them."""
    found = [
        {
            "doc": hit.passage.document,
            "page": hit.passage.page,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": hit.score,
            "text": hit.passage.text,
        }
        for hit in hits
    ]
    return {"hits": found}


def answer_footer(answer: Answer) -> str:
    """What stands below an answer in a terminal: sources, verdicts, why it was declined."""
    lines = [answer.text] if answer.outcome is Outcome.DECLINED else []
    for each in {citation.marker: citation for citation in answer.citations}.values():
        lines.append(f"[{each.marker}] {_where(each)}: “{_short(each.quote)}”")
    doubtful = [each for each in answer.verdicts if each.label is Label.UNSUPPORTED]
    lines += [f"Not supported by your documents: “{_short(each.sentence)}”" for each in doubtful]
    if answer.why.near_misses:
        lines.append(
            f"Searched {answer.why.searched:,} passages. Nearest, each below {answer.why.threshold:.2f}:"
        )
        lines += [
            f"  {each.score:.2f} {_where(each)}: “{_short(each.quote)}”"
            for each in answer.why.near_misses
        ]
    lines += [f"Could not be searched: {name}" for name in answer.why.unreadable]
    if answer.notice:
        lines.append(answer.notice)
    return "\n".join(lines)


def _where(each: Citation | NearMiss) -> str:
    return f"{each.document}, page {each.page}" if each.page else each.document


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 160 else f"{plain[:159]}…"


def query_of(row: Row) -> str:
    """The query of a row `{id, query}`. Raises `KnownFault`."""
    query = row.get("query")
    if not isinstance(query, str) or not query.strip():
        raise _bad(row, "query", "a text that is not empty")
    return query

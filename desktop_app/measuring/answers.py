"""Measures answering: refuses what the passages do not hold, answers what they do, and is right about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from desktop_app.domain.values import Answer, Outcome, Question, Switches
from desktop_app.measuring.batch import question_from_row
from desktop_app.measuring.metrics import auroc, bootstrap, refusal_pair
from desktop_app.measuring.report import Figures, Report
from desktop_app.measuring.sets import Row, flag, read_rows, set_files, set_name


@dataclass(frozen=True, slots=True)
class Asked:
    """One row and what became of it. `right`: a gold answer stands in the text; None without gold."""

    answerable: bool
    answer: Answer
    right: bool | None


def measure_answers(
    paths: Sequence[Path],
    answer: Callable[[Question], Answer],
    *,
    switches: Switches | None = None,
    limit: int = 0,
) -> Report:
    """Ask every row `{question, history, passages, answers, answerable}`; `limit` rows of each set.

    Raises `KnownFault` for a file that cannot be read. An answer that failed counts as given.
    """
    sets: dict[str, Figures] = {}
    model = ""
    for path in (file for each in paths for file in set_files(each)):
        asked = [ask(row, answer, switches or Switches()) for row in read_rows(path, limit)]
        model = asked[-1].answer.model if asked else model
        sets[set_name(path)] = figures(asked)
    return Report("answers", sets, model)


def ask(row: Row, answer: Callable[[Question], Answer], switches: Switches) -> Asked:
    """One row, asked."""
    answerable = flag(row, "answerable")
    given = answer(question_from_row(row, switches))
    gold = [text for text in row.get("answers") or [] if isinstance(text, str) and text.strip()]
    return Asked(answerable, given, contains(given.text, gold) if gold and answerable else None)


def figures(asked: Sequence[Asked]) -> Figures:
    """The refusal pair with its interval, accuracy where answered, the score's AUROC, and times."""
    answerable = [each.answerable for each in asked]
    refused = [each.answer.outcome is Outcome.DECLINED for each in asked]
    can, no = np.array(answerable, dtype=bool), np.array(refused, dtype=bool)
    scored = [each for each in asked if each.answer.why.best_score is not None]
    right = [each.right for each in asked if each.right is not None]
    told = [
        each.right
        for each, out in zip(asked, refused, strict=True)
        if each.right is not None and not out
    ]
    firsts = [
        each.answer.timing.first_token_ms
        for each, out in zip(asked, refused, strict=True)
        if not out
    ]
    return {
        "rows": len(asked),
        **refusal_pair(answerable, refused),
        "balanced_interval": bootstrap(
            lambda drawn: refusal_pair(can[drawn].tolist(), no[drawn].tolist())["balanced"], len(asked)
        ),
        "auroc": auroc(
            [each.answerable for each in scored], [each.answer.why.best_score or 0.0 for each in scored]
        ),
        "contains": float(np.mean(right)) if right else float("nan"),
        "contains_where_answered": float(np.mean(told)) if told else float("nan"),
        "failed": sum(each.answer.outcome is Outcome.FAILED for each in asked),
        "first_token_ms": float(np.median(firsts)) if firsts else float("nan"),
    }  # fmt: skip


def contains(text: str, gold: Sequence[str]) -> bool:
    """Whether one of the gold answers stands in the text, case, marks and articles aside."""
    said = f" {_plain(text)} "
    return any(f" {_plain(each)} " in said for each in gold if _plain(each))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"\w+", folded)
    return " ".join(word for word in words if word not in ("a", "an", "the"))

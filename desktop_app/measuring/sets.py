"""Evaluation files: one JSON object a line, gzipped or not, read row by row and checked by shape."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import ChatMessage, Passage, Question, Switches

Row = dict[str, Any]


def read_rows(path: Path, limit: int = 0) -> Iterator[Row]:
    """The objects of a file in order; `limit` 0 = all. Raises `KnownFault` naming file and line."""
    count = 0
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                if limit and count >= limit:
                    return
                yield _object(path, number, line)
                count += 1
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise KnownFault(
            "ME1",
            f"{path.name} could not be read.",
            action="Give a .jsonl or .jsonl.gz file that exists and is whole.",
            details=str(error),
        ) from error


def _object(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        row = error
    if not isinstance(row, dict):
        raise KnownFault(
            "ME2",
            f"Line {number:,} of {path.name} is not a JSON object.",
            action="Write one object a line.",
            details=str(row),
        )
    return row


def set_files(path: Path) -> list[Path]:
    """The .jsonl and .jsonl.gz files of a folder by name, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.name.endswith((".jsonl", ".jsonl.gz")))


def set_name(path: Path) -> str:
    """`clapnq` of `answers/clapnq.jsonl.gz`."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


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
    return KnownFault("ME3", f"Row {name}: “{key}” must be {wanted}.", action="Correct the row.")

"""Evaluation files: one JSON object a line, gzipped or not, read row by row and checked by shape."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BAD_INPUT, KnownFault

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
            BAD_INPUT,
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
            BAD_INPUT,
            f"Line {number:,} of {path.name} is not a JSON object.",
            action="Write one object a line.",
            details=str(row),
        )
    return row


def flag(row: Row, key: str) -> bool:
    """A label of a row. Raises `KnownFault` where it is missing."""
    value = row.get(key)
    if not isinstance(value, bool):
        name = row.get("id", "without an id")
        raise KnownFault(
            BAD_INPUT, f"Row {name}: “{key}” must be true or false.", action="Correct the row."
        )
    return value


def set_files(path: Path) -> list[Path]:
    """The .jsonl and .jsonl.gz files of a folder by name, or the file itself."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.name.endswith((".jsonl", ".jsonl.gz")))


def set_name(path: Path) -> str:
    """`clapnq` of `answers/clapnq.jsonl.gz`."""
    return path.name.removesuffix(".gz").removesuffix(".jsonl")

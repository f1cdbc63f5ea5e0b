"""What every command says in the same way: results, progress, bad input, rows in and rows out."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BAD_INPUT, KnownFault
from desktop_app.measuring.sets import Row, read_rows


def bad_input(sentence: str, action: str = "") -> KnownFault:
    """The fault to raise for what was given to the command; exit status 2."""
    return KnownFault(BAD_INPUT, sentence, action=action)


def plain(text: str) -> str:
    """Text of a document, a file name or a model, unable to move the cursor or turn the writing."""
    return "".join(
        char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cf")
    )


def say(result: dict[str, Any] | None, text: str) -> None:
    """Print one JSON object, or the text where `result` is None."""
    print(json.dumps(result, ensure_ascii=False) if result is not None else plain(text))


def show_progress(text: str, *, last: bool) -> None:
    """One line that overwrites itself, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if last else ""
        print(f"\r\033[K{plain(text)}", end=end, file=sys.stderr, flush=True)


def rows_of(path: str) -> list[Row]:
    """The objects of a JSON-lines file, gzipped or not; a broken one is bad input."""
    return list(read_rows(Path(path)))


def write_rows(rows: Sequence[Row], function: Callable[[Row], Row], out: str) -> int:
    """One result a line, each written as soon as it is known; the exit status."""
    try:
        target = open(out, "w", encoding="utf-8")  # noqa: SIM115 - closed by the `with` below
    except OSError as error:
        raise bad_input(f"Cannot write {out}: {error.strerror}.") from error
    with target:
        for number, row in enumerate(rows, 1):
            print(json.dumps(function(row), ensure_ascii=False), file=target, flush=True)
            show_progress(f"{number:,} of {len(rows):,}", last=number == len(rows))
    return 0

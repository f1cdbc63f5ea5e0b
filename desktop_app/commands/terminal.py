"""What every command says in the same way: results, progress, bad input, rows in and rows out."""

from __future__ import annotations

import json
import sys
import unicodedata
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.domain.errors import BAD_INPUT, KnownFault
from desktop_app.domain.models import ModelFile
from desktop_app.measuring.sets import Row, read_rows
from desktop_app.models.shelf import GGUFShelf


def bad_input(sentence: str, action: str = "") -> KnownFault:
    """The fault to raise for what was given to the command; exit status 2."""
    return KnownFault(BAD_INPUT, sentence, action=action)


def name_model(shelf: GGUFShelf, name: str) -> ModelFile:
    """The model of a name or file that a command was given; what is none is bad input.

    Empty: the one of the settings, which is looked at when it is used.
    """
    try:
        found = shelf.find(name)
        if name:
            shelf.info(found.path)
    except KnownFault as known:
        if not name:
            raise
        raise bad_input(str(known.fault)) from known
    return found


def plain(text: str) -> str:
    """Text of a document, a file name or a model, unable to move the cursor or turn the writing."""
    return "".join(
        char for char in text if char == "\n" or unicodedata.category(char) not in _UNPRINTABLE
    )


_UNPRINTABLE = ("Cc", "Cf", "Cs")
"""Control, format and surrogate characters."""


def as_json(result: dict[str, Any]) -> str:
    """One line; half a character, as a file name may hold, becomes a question mark."""
    return json.dumps(result, ensure_ascii=False).encode("utf-8", "replace").decode()


def say(result: dict[str, Any] | None, text: str) -> None:
    """Print one JSON object, or the text, if there is any, where `result` is None."""
    if said := as_json(result) if result is not None else plain(text):
        print(said)


def warn(sentence: str) -> None:
    """One sentence on stderr, where it disturbs no result."""
    print(f"candor: {plain(sentence)}", file=sys.stderr)


def show_progress(text: str, *, last: bool) -> None:
    """One line that overwrites itself, on a terminal only."""
    if sys.stderr.isatty():
        end = "\n" if last else ""
        print(f"\r\033[K{plain(text)}", end=end, file=sys.stderr, flush=True)


def rows_of(path: str) -> list[Row]:
    """The objects of a JSON-lines file, gzipped or not; a broken one is bad input."""
    return list(read_rows(Path(path)))


def write_rows(
    rows: list[Row],
    function: Callable[[Row], Row],
    failed: Callable[[Row], Row],
    arguments: Namespace,
) -> int:
    """`{id}` and the result of each row into --out, as soon as it is known; the exit status.

    A row that cannot be done costs no other: it becomes `failed` of it with a `fault` that says why, and
    the status is 1.
    """
    if not arguments.out:
        raise bad_input("--batch needs --out OUT.jsonl.")
    faults = 0
    try:
        with open(arguments.out, "w", encoding="utf-8") as target:
            for number, row in enumerate(rows, 1):
                result = _done(row, function, failed)
                faults += "fault" in result
                print(as_json({"id": row.get("id")} | result), file=target, flush=True)
                show_progress(f"{number:,} of {len(rows):,}", last=number == len(rows))
    except OSError as error:
        raise bad_input(f"Cannot write {arguments.out}: {error.strerror}.") from error
    if arguments.json:
        say({"rows": len(rows), "failed": faults}, "")
    if faults:
        warn(f"{faults:,} of {len(rows):,} rows failed; the `fault` of each says why.")
    return 1 if faults else 0


def _done(row: Row, function: Callable[[Row], Row], failed: Callable[[Row], Row]) -> Row:
    try:
        return function(row)
    except KnownFault as known:
        return failed(row) | {"fault": str(known.fault)}

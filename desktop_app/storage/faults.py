"""Which SQLite errors are the world's doing, and the sentences for them; the others are bugs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.domain.errors import KnownFault

SENTENCES: dict[int, tuple[str, str, str, str]] = {
    sqlite3.SQLITE_BUSY: (
        "DB6",
        "{name} is open in another program.",
        "Nothing was changed.",
        "Close the other program (or the other Candor) and try again.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        "DB2",
        "{name} is damaged.",
        "The damaged file is kept as it is.",
        "Go back to a copy in the folder backups; the damaged file stays beside it.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "DB1",
        "{name} is damaged: its beginning is not that of a database.",
        "The damaged file is kept as it is.",
        "Go back to a copy in the folder backups; the damaged file stays beside it.",
    ),
    sqlite3.SQLITE_FULL: (
        "DI1",
        "The disk is full: {name} could not be saved.",
        "What was saved before is safe.",
        "Free some space and try again.",
    ),
    sqlite3.SQLITE_READONLY: (
        "DI7",
        "{name} is read-only: nothing new can be saved.",
        "What was saved before can be read.",
        "Make the data folder writable, or choose another one with --data-dir.",
    ),
    sqlite3.SQLITE_IOERR: (
        "DI9",
        "The disk reported an error while {name} was in use.",
        "What was saved before is safe; nothing more is written until Candor is started again.",
        "Check the disk, then start Candor again.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "DI8",
        "{name} cannot be opened.",
        "Nothing was changed.",
        "Check that the data folder is there and belongs to this account.",
    ),
}
SAME = {
    sqlite3.SQLITE_LOCKED: sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_PERM: sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH: sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL: sqlite3.SQLITE_BUSY,
}


def make_fault(code: int, path: Path, details: str = "") -> KnownFault:
    """The fault for a primary SQLite result code of `SENTENCES`."""
    row, what, safe, action = SENTENCES[code]
    return KnownFault(
        row,
        what.format(name=path.name),
        safe=safe,
        action=action,
        details=f"{path}: {details}" if details else str(path),
    )


def known_fault(error: sqlite3.Error, path: Path) -> KnownFault | None:
    """What to tell a person about `error`; None when it is a mistake in this program."""
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    primary = SAME.get(primary, primary)
    if primary not in SENTENCES:
        return None
    return make_fault(primary, path, f"{getattr(error, 'sqlite_errorname', '')}: {error}")


@contextmanager
def errors_of(path: Path) -> Iterator[None]:
    """Turn the SQLite errors of the block that are the world's doing into KnownFault."""
    try:
        yield
    except sqlite3.Error as error:
        fault = known_fault(error, path)
        if fault is None:
            raise
        raise fault from error

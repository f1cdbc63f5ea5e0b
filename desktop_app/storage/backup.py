"""Verified copies of a database: made, thinned by count, found again and put back.

A copy is written by `VACUUM INTO` (copying the file while it is in use gives corrupt copies), checked, synced
and only then given its name, so every file with a backup's name was whole when it was made.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain.errors import KnownFault
from desktop_app.storage.faults import errors_of

DAILY, WEEKLY, MONTHLY = 7, 4, 6
STAMP = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy. `made` is local time, seconds since the epoch, taken from its name."""

    path: Path
    made: float
    size: int


def backups(folder: Path, stem: str) -> list[Backup]:
    """The copies of the database called `stem`, newest first by name."""
    pattern = re.compile(re.escape(stem) + r"-(\d{8}-\d{6})(?:-\d+)?\.db")
    found = []
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if (match := pattern.fullmatch(path.name)) is None:
                continue
            with contextlib.suppress(ValueError, OSError, OverflowError):
                made = time.mktime(time.strptime(match[1], STAMP))
                found.append(Backup(path, made, path.stat().st_size))
    return sorted(found, key=lambda backup: (backup.made, backup.path.name), reverse=True)


def due(folder: Path, stem: str) -> bool:
    """Whether no copy carries today's date."""
    today = time.strftime("%Y%m%d")
    return not any(
        backup.path.name.startswith(f"{stem}-{today}-") for backup in backups(folder, stem)
    )


def make_backup(connection: sqlite3.Connection, folder: Path, stem: str) -> Path:
    """Write, check and sync a copy of `connection`'s database, then thin the older ones; returns the copy.

    Raises KnownFault DB16 when that cannot be done; then the earlier copies are untouched.
    """
    part = folder / f".{stem}.part"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        connection.execute("VACUUM INTO ?", (str(part),))
        if (damage := check(part)) != "ok":
            raise sqlite3.DatabaseError(damage)
        _sync(part)
        path = _free_name(folder, f"{stem}-{time.strftime(STAMP)}", ".db")
        part.rename(path)
        _sync(folder)
    except (sqlite3.Error, OSError) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise KnownFault(
            "DB16",
            f"No backup of {stem} could be made in {folder}.",
            safe=f"{len(backups(folder, stem)):,} earlier backups are untouched.",
            action="Make room there and see that the folder can be written.",
            details=repr(error),
        ) from error
    thin(folder, stem, keep=path)
    return path


def check(path: Path, patience: float = 5.0) -> str:
    """`ok`, or what is wrong with the database at `path`; waits `patience` seconds for who has it open."""
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=patience)
        ) as copy:
            return str(copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)


def thin(folder: Path, stem: str, keep: Path | None = None) -> None:
    """Delete all but the newest of each of 7 days, 4 weeks and 6 months.

    Those are the newest days, weeks and months that have a copy: a wrong clock deletes nothing.
    """
    found = backups(folder, stem)
    kept = {keep}
    for form, count in (("%Y%m%d", DAILY), ("%G-%V", WEEKLY), ("%Y%m", MONTHLY)):
        newest: dict[str, Path] = {}
        for backup in found:
            newest.setdefault(time.strftime(form, time.localtime(backup.made)), backup.path)
        kept.update(list(newest.values())[:count])
    for backup in found:
        if backup.path not in kept:
            with contextlib.suppress(OSError):
                backup.path.unlink()


def newest_good_backup(folder: Path, stem: str) -> Backup | None:
    """The newest copy that passes its check; None where there is none."""
    return next((backup for backup in backups(folder, stem) if check(backup.path) == "ok"), None)


def restore(backup: Path, database: Path) -> Path:
    """Put a copy in the place of `database`, which is kept; returns where. Nobody may have either file open.

    Raises KnownFault DB2 when the copy is damaged, and what `errors_of` says of a disk that refuses.
    """
    if (damage := check(backup)) != "ok":
        raise KnownFault(
            "DB2",
            f"The backup {backup.name} is damaged.",
            safe="Nothing was changed.",
            action="Choose another backup.",
            details=damage,
        )
    part = database.with_name(f".{database.name}.restore")
    try:
        part.unlink(missing_ok=True)
        with (
            errors_of(part),
            contextlib.closing(
                sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)
            ) as copy,
        ):
            copy.execute("VACUUM INTO ?", (str(part),))
        _sync(part)
        kept = set_aside(database, "before-restore")
        part.rename(database)
        _sync(database.parent)
    except OSError as error:
        raise KnownFault(
            "DB15",
            f"{backup.name} could not be put back.",
            safe="The backup and the file it was to replace are both kept.",
            action="Check the disk and try again.",
            details=repr(error),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return kept


def set_aside(database: Path, label: str) -> Path:
    """Rename a database and the journal beside it, so that its place is free; returns the new name.

    The journal goes first: left behind, SQLite would replay it over whatever takes the place.
    """
    kept = _free_name(
        database.parent, f"{database.stem}.{label}-{time.strftime(STAMP)}", database.suffix
    )
    for ending in ("-wal", "-shm", ""):
        source = database.with_name(database.name + ending)
        if source.exists():
            source.rename(kept.with_name(kept.name + ending))
    return kept


def _free_name(folder: Path, stem: str, suffix: str) -> Path:
    path, number = folder / f"{stem}{suffix}", 0
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""One SQLite file behind one connection: opened with care, migrated after a backup, its errors in words.

Opening goes: look at the bytes (empty? a database? from the future?) without touching them, connect, take
the file for this process alone, migrate. WAL with two connections can corrupt a file (fixed in SQLite 3.51.3
only), so there is one, `locking_mode=EXCLUSIVE`, behind a lock that all threads share.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import sqlite3
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from desktop_app.domain.errors import Fault, KnownFault
from desktop_app.storage.backup import due, make_backup
from desktop_app.storage.faults import errors_of, make_fault
from desktop_app.storage.reserve import RESERVE_BYTES, Reserve

log = logging.getLogger(__name__)

Migration = Callable[[sqlite3.Connection], None]
Synchronous = Literal["OFF", "NORMAL", "FULL", "EXTRA"]

MAGIC = b"SQLite format 3\0"
SQLITE_VERSION = sqlite3.sqlite_version
VERSION_OFFSET = 60
"""Where `user_version` lies in a database file: 4 bytes, big-endian."""


class Database:
    """An open database, safe from any thread. Its methods raise KnownFault or, for a bug, sqlite3.Error.

    `stopped` is the fault that forbids writing (read-only, disk error); None while all is well.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Migration],
        *,
        backups: Path | None,
        synchronous: Synchronous = "FULL",
        expected: bool = False,
        reserve: int = RESERVE_BYTES,
        patience: float = 1.0,
    ) -> None:
        """Open or make `path` and bring it up to date.

        `expected`: it held data before, so an empty file is a loss. `backups`: the folder for copies, None
        for data that can be made again. `reserve`: bytes of the reserve file, 0 for none. `patience`:
        seconds to wait for another program. Raises KnownFault DB1, DB2, DB3, DB6, DB7, DB10, DI1, DI8, DI9.
        """
        self.path = path
        self.stopped: Fault | None = None
        self._lock = threading.RLock()
        self._backups = backups
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._reserve = Reserve(path.parent, reserve)
        _look(path, len(migrations), expected)
        with errors_of(path):
            try:
                self._connection = _connect(self._readable(), synchronous, patience)
                self._migrate(migrations)
            except BaseException:
                self._let_go()
                raise
        if self.stopped is None:
            self._reserve.keep()

    @contextmanager
    def transaction(self, *, frees: bool = False) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing of it; on disk when it has ended. A block inside a block joins it.

        `frees`: on a full disk the reserve is given up for this one, which deletes or finishes something.
        """
        with self._lock, self._guarded():
            if self.stopped is not None:
                fault = self.stopped
                raise KnownFault(
                    fault.code,
                    fault.what,
                    safe=fault.safe,
                    action=fault.action,
                    details=fault.details,
                )
            joined = self._connection.in_transaction
            if joined:
                yield self._connection
                return
            if frees:
                self._reserve.give_way()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                # a full disk or an I/O error has rolled back already
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            if not frees:
                self._reserve.keep()

    def query(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a SELECT."""
        with self._lock, self._guarded():
            return self._connection.execute(sql, parameters).fetchall()

    def back_up_if_due(self) -> Path | None:
        """A verified copy where today has none yet; returns it. Raises KnownFault DB16."""
        with self._lock:
            if self._backups is None or self.stopped or not due(self._backups, self.path.stem):
                return None
            return make_backup(self._connection, self._backups, self.path.stem)

    def close(self) -> None:
        """Fold the journal into the file and let go of it; idempotent."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with errors_of(self.path):
                yield
        except KnownFault as known:
            # after a failed fsync the system may have dropped what it could not write: no more saving
            if known.fault.code == "DI9" and self.stopped is None:
                self.stopped = known.fault
            raise

    def _readable(self) -> Path:
        """The file to open: `path`, or a copy of it when its disk cannot be written.

        SQLite cannot read a WAL file on a read-only disk without `immutable`, which ignores the journal.
        """
        if not self.path.exists() or _writable(self.path):
            return self.path
        self.stopped = make_fault(sqlite3.SQLITE_READONLY, self.path).fault
        self._copy = tempfile.TemporaryDirectory(prefix="candor-")
        copy = Path(self._copy.name) / self.path.name
        for ending in ("", "-wal"):
            source = self.path.with_name(self.path.name + ending)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + ending))
        return copy

    def _migrate(self, migrations: Sequence[Migration]) -> None:
        connection = self._connection
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version < len(migrations):
            if version and self._backups is not None and self.stopped is None:
                _back_up_before_migrating(connection, self._backups, self.path)
            for number, migration in enumerate(migrations[version:], version + 1):
                connection.execute("BEGIN IMMEDIATE")
                migration(connection)
                if not connection.in_transaction:
                    raise ValueError(f"{migration.__name__} ended its transaction")
                connection.execute(f"PRAGMA user_version={number}")
                connection.execute("COMMIT")
        connection.execute("PRAGMA foreign_keys=ON")


def _back_up_before_migrating(connection: sqlite3.Connection, folder: Path, path: Path) -> None:
    try:
        make_backup(connection, folder, path.stem)
    except KnownFault as known:
        size = path.stat().st_size / 1e6
        raise KnownFault(
            "DB10",
            f"{path.name} ({size:,.1f} MB) must be brought up to date, and no copy of it can be made.",
            safe="Nothing was changed.",
            action=f"Free {2 * size:,.1f} MB in the data folder and start Candor again.",
            details=known.fault.details,
        ) from known


def _connect(path: Path, synchronous: Synchronous, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA journal_size_limit=4194304")
        # reading and writing once takes the file for this process
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("COMMIT")
    except BaseException:
        connection.close()
        raise
    return connection


def _writable(path: Path) -> bool:
    """Whether SQLite may write the file and its folder; asked by doing, for root is allowed everything."""
    try:
        os.close(os.open(path, os.O_RDWR))
        with tempfile.TemporaryFile(dir=path.parent):
            return True
    except OSError as error:
        log.info("%s is not writable: %s", path, error)
        return error.errno in (errno.ENOSPC, errno.EDQUOT)


def _look(path: Path, known: int, expected: bool) -> None:
    """Refuse, without touching it, a file that is empty, no database, or made by a newer version."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        if expected:
            raise _lost(path, "is gone") from None
        return
    except OSError as error:
        raise make_fault(sqlite3.SQLITE_CANTOPEN, path, repr(error)) from error
    if not head:
        if expected:
            raise _lost(path, "is empty")
        return
    if len(head) < 100 or not head.startswith(MAGIC):
        raise make_fault(sqlite3.SQLITE_NOTADB, path, f"starts with {head[:16]!r}")
    versions = [_version(head)]
    with contextlib.suppress(OSError):
        versions += _journal_versions(path.with_name(path.name + "-wal"))
    if max(versions) > known:
        raise KnownFault(
            "DB7",
            f"{path.name} was made by a newer Candor (format {max(versions)}, known up to {known}).",
            safe="Nothing was changed.",
            action="Open it with the newer version, or choose another data folder with --data-dir.",
            details=str(path),
        )


def _lost(path: Path, how: str) -> KnownFault:
    return KnownFault(
        "DB3",
        f"{path.name} {how}, and it held your data before.",
        safe="Nothing was changed; earlier copies are in the folder backups.",
        action="Go back to a copy, or begin anew.",
        details=str(path),
    )


def _version(page: bytes) -> int:
    number: int = struct.unpack_from(">i", page, VERSION_OFFSET)[0]
    return number


def _journal_versions(path: Path) -> Iterator[int]:
    """The `user_version` of every first page in a write-ahead log that belongs to its current run."""
    with path.open("rb") as file:
        header = file.read(32)
        if len(header) < 32:
            return
        size = struct.unpack_from(">I", header, 8)[0]
        if not 512 <= size <= 65536:
            return
        while len(frame := file.read(24)) == 24 and frame[8:16] == header[16:24]:
            if frame[:4] == b"\0\0\0\1":
                page = file.read(size)
                if len(page) == size:
                    yield _version(page)
            else:
                file.seek(size, os.SEEK_CUR)

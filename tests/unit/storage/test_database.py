"""One file, one connection: transactions, migrations, the reserve, and what is refused at the door."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import threading

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.storage import database as module
from desktop_app.storage.backup import backups
from desktop_app.storage.database import Database
from desktop_app.storage.faults import known_fault, make_fault


def m001_table(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE t (x TEXT UNIQUE) STRICT")


def m002_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE t ADD COLUMN y TEXT")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.db"


@pytest.fixture
def database(path):
    database = Database(path, [m001_table], backups=path.parent / "backups", reserve=0)
    yield database
    database.close()


def rows(database):
    return [row["x"] for row in database.query("SELECT x FROM t ORDER BY x")]


def reopen(path, migrations=(m001_table,), **options):
    return Database(path, migrations, backups=path.parent / "backups", reserve=0, **options)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_transaction_is_all_or_nothing(database):
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES ('kept')")

    def fails() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO t VALUES ('lost')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert rows(database) == ["kept"]


def test_an_inner_block_joins_the_outer_one(database):
    def fails() -> None:
        with database.transaction() as connection:
            with database.transaction() as inner:
                inner.execute("INSERT INTO t VALUES ('lost')")
            assert connection is inner
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert rows(database) == []


def test_threads_take_turns(database):
    def write(start: int) -> None:
        for number in range(start, start + 20):
            with database.transaction() as connection:
                connection.execute("INSERT INTO t VALUES (?)", (f"{number:03}",))

    threads = [threading.Thread(target=write, args=(100 * i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(database)) == 60


def test_a_mistake_in_the_program_stays_what_it_is(database):
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.query("SELECT * FROM nowhere")
    with pytest.raises(sqlite3.IntegrityError), database.transaction() as connection:
        connection.executemany("INSERT INTO t VALUES (?)", [("a",), ("a",)])
    assert rows(database) == []


def test_pragmas(database):
    def pragma(name: str) -> object:
        return database.query(f"PRAGMA {name}")[0][0]

    assert pragma("journal_mode") == "wal"
    assert pragma("locking_mode") == "exclusive"
    assert (pragma("synchronous"), pragma("secure_delete"), pragma("foreign_keys")) == (2, 1, 1)


def test_migrating_makes_a_verified_backup_first(database, path):
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES ('old')")
    database.close()
    newer = reopen(path, [m001_table, m002_column])
    assert [tuple(row) for row in newer.query("SELECT * FROM t")] == [("old", None)]
    newer.close()
    (backup,) = backups(path.parent / "backups", "a")
    with sqlite3.connect(backup.path) as copy:
        assert copy.execute("PRAGMA user_version").fetchone() == (1,)
        assert copy.execute("SELECT * FROM t").fetchall() == [("old",)]
    copy.close()


def test_a_failed_migration_leaves_the_old_shape(database, path):
    database.close()

    def m002_bad(connection: sqlite3.Connection) -> None:
        m002_column(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        reopen(path, [m001_table, m002_bad])
    again = reopen(path)
    assert again.query("PRAGMA user_version")[0][0] == 1
    again.close()


def test_a_migration_may_not_commit(path):
    def m001_commits(connection: sqlite3.Connection) -> None:
        connection.execute("COMMIT")

    with pytest.raises(ValueError, match="m001_commits ended its transaction"):
        reopen(path, [m001_commits])


def test_no_room_for_a_backup_means_no_migration(database, path):
    """DB10"""
    database.close()
    (path.parent / "backups").write_text("in the way")
    before = digest(path)
    with pytest.raises(KnownFault, match="no copy of it can be made") as caught:
        reopen(path, [m001_table, m002_column])
    assert caught.value.fault.code == "DB10"
    assert digest(path) == before


def test_without_a_backup_folder_migrating_goes_ahead(path):
    for migrations in ([m001_table], [m001_table, m002_column]):
        Database(path, migrations, backups=None, reserve=0).close()
    again = Database(path, [m001_table, m002_column], backups=None, reserve=0)
    assert again.back_up_if_due() is None
    again.close()


def test_the_daily_backup_is_made_once(database):
    assert database.back_up_if_due() is not None
    assert database.back_up_if_due() is None


def test_closing_twice_is_fine(database, path):
    database.close()
    database.close()
    assert not path.with_name("a.db-wal").exists()


@pytest.mark.parametrize("version", [2, 999, 2**31 - 1])
def test_a_file_from_the_future_is_not_touched(database, path, version):
    """DB7, UP2"""
    with database.transaction() as connection:
        connection.execute(f"PRAGMA user_version={version}")
    database.close()
    before = digest(path)
    with pytest.raises(
        KnownFault, match=f"newer Candor .format {version}, known up to 1"
    ) as caught:
        reopen(path)
    assert caught.value.fault.code == "DB7"
    assert digest(path) == before
    assert [p.name for p in path.parent.iterdir()] == ["a.db"]


def test_a_journal_from_the_future_counts(database, path, tmp_path):
    """DB7: the newer version was killed before its journal was folded in."""
    database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES ('x')")
        connection.execute("PRAGMA user_version=7")
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("a.db", "a.db-wal"):
        (copy / name).write_bytes((tmp_path / name).read_bytes())
    with pytest.raises(KnownFault, match="format 7, known up to 1"):
        Database(copy / "a.db", [m001_table], backups=None, reserve=0)
    assert digest(copy / "a.db-wal") == digest(tmp_path / "a.db-wal")


@pytest.mark.parametrize("journal", [b"", b"short", b"\0" * 64])
def test_a_broken_journal_says_nothing_about_the_version(database, path, journal):
    database.close()
    path.with_name("a.db-wal").write_bytes(journal)
    reopen(path).close()


def test_a_cut_journal_is_read_as_far_as_it_goes(database, path, tmp_path):
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES ('x')")
    journal = tmp_path / "a.db-wal"
    whole = journal.read_bytes()
    journal_copy = tmp_path / "cut-wal"
    journal_copy.write_bytes(whole[: 32 + 24 + 100])
    assert list(module._journal_versions(journal_copy)) == []
    assert set(module._journal_versions(journal)) <= {0, 1}


def test_an_expected_file_that_is_empty_is_a_loss(path):
    """DB3"""
    path.write_bytes(b"")
    with pytest.raises(KnownFault, match="is empty, and it held your data before") as caught:
        reopen(path, expected=True)
    assert caught.value.fault.code == "DB3"
    assert path.read_bytes() == b""
    reopen(path).close()
    assert path.stat().st_size > 0


def test_an_expected_file_that_is_gone_is_a_loss(tmp_path):
    """DB3"""
    path = tmp_path / "gone.db"
    with pytest.raises(KnownFault, match="is gone, and it held your data before") as caught:
        reopen(path, expected=True)
    assert caught.value.fault.code == "DB3"
    assert not path.exists()


def test_a_folder_in_the_place_of_the_file(path):
    path.mkdir()
    with pytest.raises(KnownFault, match="cannot be opened"):
        reopen(path)


def test_a_missing_folder(path):
    with pytest.raises(KnownFault, match="cannot be opened"):
        reopen(path.parent / "nowhere" / "a.db")


def test_the_reserve_gives_way_and_comes_back(path, monkeypatch):
    free = 10**9
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    reserve = path.parent / "reserve"
    database = Database(path, [m001_table], backups=None, reserve=1024 * 1024)
    assert reserve.stat().st_size >= 1024 * 1024
    free = 1000
    with database.transaction():
        pass
    assert reserve.exists()
    with database.transaction(frees=True):
        pass
    assert not reserve.exists()
    with database.transaction():
        pass
    assert not reserve.exists()
    free = 10**9
    with database.transaction():
        pass
    assert reserve.exists()
    database.close()


def test_an_error_of_the_disk_ends_writing_but_not_reading(database):
    """DI9"""
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES ('kept')")

    def fails() -> None:
        with database.transaction():
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error

    for _ in range(2):
        with pytest.raises(KnownFault, match="The disk reported an error") as caught:
            fails()
        assert caught.value.fault.code == "DI9"
    assert database.stopped == caught.value.fault
    assert database.back_up_if_due() is None
    assert rows(database) == ["kept"]


@pytest.mark.parametrize(
    ("code", "row"),
    [
        (sqlite3.SQLITE_BUSY, "DB6"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "DB6"),
        (sqlite3.SQLITE_LOCKED, "DB6"),
        (sqlite3.SQLITE_PROTOCOL, "DB6"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "DB2"),
        (sqlite3.SQLITE_NOTADB, "DB1"),
        (sqlite3.SQLITE_FULL, "DI1"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "DI7"),
        (sqlite3.SQLITE_IOERR_WRITE, "DI9"),
        (sqlite3.SQLITE_CANTOPEN, "DI8"),
        (sqlite3.SQLITE_PERM, "DI8"),
    ],
)
def test_what_the_world_does_is_told_from_a_bug(path, code, row):
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code
    fault = known_fault(error, path)
    assert fault is not None
    assert fault.fault.code == row
    assert path.name in fault.fault.what
    assert "words" in fault.fault.details


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISUSE, 0])
def test_bugs_are_no_faults(path, code):
    error = sqlite3.OperationalError("words")
    if code:
        error.sqlite_errorcode = code
    assert known_fault(error, path) is None


def test_details_name_the_file(path):
    assert make_fault(sqlite3.SQLITE_FULL, path).fault.details == str(path)


def test_a_file_that_another_program_holds(database, path):
    """DB6"""
    with pytest.raises(KnownFault, match="open in another program") as caught:
        reopen(path, patience=0.05)
    assert caught.value.fault.code == "DB6"
    assert rows(database) == []


def test_a_file_that_cannot_be_written_is_read_from_a_copy(database, path, monkeypatch):
    """DI7: with the journal, which `immutable` would leave out."""
    with database.transaction() as connection:
        connection.execute("INSERT INTO t VALUES ('in the journal')")
    folder = path.parent / "copy"
    folder.mkdir()
    for name in ("a.db", "a.db-wal"):
        (folder / name).write_bytes((path.parent / name).read_bytes())
    before = {child.name: digest(child) for child in folder.iterdir()}
    monkeypatch.setattr(module, "_writable", lambda _: False)
    copy = Database(folder / "a.db", [m001_table], backups=folder / "backups")
    assert rows(copy) == ["in the journal"]
    assert copy.stopped.code == "DI7"
    assert copy.back_up_if_due() is None
    with pytest.raises(KnownFault, match="is read-only") as caught, copy.transaction():
        pass
    assert caught.value.fault == copy.stopped
    copy.close()
    assert {child.name: digest(child) for child in folder.iterdir()} == before


def test_a_copy_is_migrated_without_a_backup(database, path, monkeypatch):
    database.close()
    monkeypatch.setattr(module, "_writable", lambda _: False)
    copy = reopen(path, [m001_table, m002_column])
    assert [row["name"] for row in copy.query("PRAGMA table_info(t)")] == ["x", "y"]
    copy.close()
    monkeypatch.undo()
    original = reopen(path)
    assert len(original.query("PRAGMA table_info(t)")) == 1
    original.close()


def test_what_counts_as_writable(path, monkeypatch):
    path.touch()
    assert module._writable(path)
    assert not module._writable(path.parent / "nowhere" / "a.db")

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert module._writable(path)


def test_a_rollback_by_sqlite_is_not_repeated(database):
    def fails() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO t VALUES ('a')")
            connection.execute("INSERT OR ROLLBACK INTO t VALUES ('a')")

    with pytest.raises(sqlite3.IntegrityError):
        fails()
    assert rows(database) == []


def test_a_file_that_is_too_short_or_something_else(path):
    """DB1"""
    for content in (b"SQLite format 3\0", b"garbage" * 100):
        path.write_bytes(content)
        with pytest.raises(KnownFault, match="is damaged") as caught:
            reopen(path)
        assert caught.value.fault.code == "DB1"
        assert path.read_bytes() == content

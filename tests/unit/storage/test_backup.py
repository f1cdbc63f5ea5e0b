"""Copies are whole or absent, thinned by count, found again and put back beside what they replace."""

from __future__ import annotations

import sqlite3
import time

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.storage import backup as module
from desktop_app.storage.backup import (
    backups,
    due,
    make_backup,
    newest_good_backup,
    restore,
    set_aside,
    thin,
)


@pytest.fixture
def connection(tmp_path):
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (1)")
    yield connection
    connection.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


def read(path):
    copy = sqlite3.connect(path)
    found = copy.execute("SELECT x FROM t").fetchall()
    copy.close()
    return found


def test_a_backup_is_whole(connection, folder):
    path = make_backup(connection, folder, "a")
    assert read(path) == [(1,)]
    assert [backup.path for backup in backups(folder, "a")] == [path]
    assert backups(folder, "a")[0].size == path.stat().st_size
    assert abs(backups(folder, "a")[0].made - time.time()) < 60
    assert not due(folder, "a")
    assert due(folder, "b")


def test_two_backups_in_one_second_get_two_names(connection, folder):
    one, two = make_backup(connection, folder, "a"), make_backup(connection, folder, "a")
    assert one != two
    assert two.exists()


def test_no_folder_no_backups(folder):
    assert backups(folder, "a") == []
    assert newest_good_backup(folder, "a") is None


def test_other_names_are_no_backups(folder):
    folder.mkdir()
    for name in ("a-20260101.db", "b-20260101-000000.db", "a-20261399-000000.db", "a-x.db"):
        (folder / name).touch()
    assert backups(folder, "a") == []


def test_thinning_counts_copies(folder):
    """TI7: 7 days, 4 weeks, 6 months that have a copy, whatever the clock says now."""
    folder.mkdir()
    start = time.mktime((2031, 12, 31, 12, 0, 0, 0, 0, -1))
    for day in range(400):
        for hour in (0, 3600):
            stamp = time.strftime(module.STAMP, time.localtime(start - day * 86400 - hour))
            (folder / f"a-{stamp}.db").touch()
    thin(folder, "a")
    left = [
        time.strftime("%Y-%m-%d %H", time.localtime(backup.made)) for backup in backups(folder, "a")
    ]
    assert left[:7] == [f"2031-12-{day} 12" for day in range(31, 24, -1)]
    assert {day[:7] for day in left} == {
        "2031-12",
        "2031-11",
        "2031-10",
        "2031-09",
        "2031-08",
        "2031-07",
    }
    assert 14 <= len(left) <= 17
    thin(folder, "a")
    assert len(backups(folder, "a")) == len(left)


def test_the_copy_just_made_stays_even_from_the_past(connection, folder):
    folder.mkdir()
    for day in range(1, 29):
        (folder / f"a-209901{day:02}-000000.db").touch()
        (folder / f"a-2099{day % 12 + 1:02}01-000000.db").touch()
    path = make_backup(connection, folder, "a")
    assert path.exists()


def test_a_bad_copy_never_gets_a_name(connection, folder, monkeypatch):
    monkeypatch.setattr(module, "check", lambda _: "row 1 missing")
    with pytest.raises(KnownFault, match="No backup of a could be made") as caught:
        make_backup(connection, folder, "a")
    assert caught.value.fault.code == "DB16"
    assert "row 1 missing" in caught.value.fault.details
    assert list(folder.iterdir()) == []


def test_the_newest_good_one_is_found(connection, folder):
    path = make_backup(connection, folder, "a")
    bad = folder / "a-20990101-000000.db"
    bad.write_bytes(b"not a database at all" * 100)
    assert newest_good_backup(folder, "a").path == path


def test_restoring_keeps_what_was_there(connection, folder, tmp_path):
    """DB15"""
    path = make_backup(connection, folder, "a")
    connection.execute("UPDATE t SET x = 2")
    connection.close()
    journal = tmp_path / "a.db-wal"
    journal.write_bytes(b"journal")
    kept = restore(path, tmp_path / "a.db")
    assert read(tmp_path / "a.db") == [(1,)]
    assert "before-restore" in kept.name
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"journal"
    kept.with_name(kept.name + "-wal").unlink()
    assert read(kept) == [(2,)]
    assert path.exists()
    assert not journal.exists()


def test_a_damaged_copy_is_not_put_back(folder, tmp_path):
    folder.mkdir()
    bad = folder / "a-20990101-000000.db"
    bad.write_bytes(b"no")
    (tmp_path / "a.db").write_bytes(b"mine")
    with pytest.raises(KnownFault, match=r"backup a-20990101-000000\.db is damaged"):
        restore(bad, tmp_path / "a.db")
    assert (tmp_path / "a.db").read_bytes() == b"mine"


def test_a_failed_restore_says_so(connection, folder, tmp_path, monkeypatch):
    path = make_backup(connection, folder, "a")
    before = (tmp_path / "a.db").read_bytes()

    def refuses(*_):
        raise OSError("no")

    monkeypatch.setattr(module, "set_aside", refuses)
    with pytest.raises(KnownFault, match="could not be put back") as caught:
        restore(path, tmp_path / "a.db")
    assert caught.value.fault.code == "DB15"
    assert (tmp_path / "a.db").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.db", "backups"]


def test_setting_aside_twice(tmp_path):
    names = set()
    for _ in range(2):
        (tmp_path / "a.db").touch()
        names.add(set_aside(tmp_path / "a.db", "damaged").name)
    assert len(names) == 2
    assert not (tmp_path / "a.db").exists()


def test_folders_are_not_synced_on_windows(tmp_path, monkeypatch):
    monkeypatch.setattr("os.name", "nt")
    module._sync(tmp_path)

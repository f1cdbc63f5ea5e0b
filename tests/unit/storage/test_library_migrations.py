"""A library of an earlier version opens, and what was in it is found by the terms of this one."""

from __future__ import annotations

from pathlib import Path

from desktop_app.storage.database import Database
from desktop_app.storage.documents import LibraryStore
from desktop_app.storage.library_migrations import MIGRATIONS

TURKISH = "Panthers savunması ligdeki altıncı sırada yer aldı"


def first_version(path: Path) -> None:
    """A library with one live document, as the first version wrote it."""
    database = Database(path, MIGRATIONS[:1], backups=None)
    with database.transaction() as connection:
        for statement in (
            "INSERT INTO documents (path, name, state, added) VALUES (x'2f61', 'a', 'ready', 0)",
            "INSERT INTO revisions (document, live, text, page_starts) VALUES (1, 1, 'x', '[]')",
        ):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO passages (revision, start, end, text, heading, digest) "
            "VALUES (1, 0, 9, ?, 'Chapter', x'00')",
            (TURKISH,),
        )
        connection.execute("INSERT INTO passage_words (rowid, words) VALUES (1, 'panthers')")
    database.close()


def test_what_was_indexed_before_is_indexed_anew(tmp_path: Path) -> None:
    first_version(tmp_path / "library.db")
    store = LibraryStore(tmp_path / "library.db", backups=tmp_path / "backups")
    for query in ("savunma", "ligde", "chapter", "PANTHERS"):
        assert [number for number, _ in store.search_words(query, 5)] == [1]
    assert store.search_words("nothing", 5) == []
    assert list((tmp_path / "backups").iterdir())
    store.remove(1)
    assert store.database.query("SELECT count(*) FROM passage_words")[0][0] == 0
    store.close()


def test_vectors_made_without_the_heading_are_made_again(tmp_path: Path) -> None:
    first_version(tmp_path / "library.db")
    database = Database(tmp_path / "library.db", MIGRATIONS[:2], backups=None)
    with database.transaction() as connection:
        for heading in ("", "Panthers"):
            connection.execute(
                "INSERT INTO passages (revision, start, end, text, heading, digest) "
                "VALUES (1, 0, 9, ?, ?, x'00')",
                (TURKISH, heading),
            )
        connection.execute("INSERT INTO vectors SELECT id, 'model', x'00' FROM passages")
    database.close()
    store = LibraryStore(tmp_path / "library.db")
    # only the first passage does not hold its heading itself
    assert store.unembedded(1, "model") == [(1, f"Chapter\n{TURKISH}")]
    rows = store.database.query("SELECT id FROM passages WHERE digest <> x'00'")
    assert [row["id"] for row in rows] == [1]
    store.close()

"""The shape of `library.db`, step by step. Released steps are never edited."""

from __future__ import annotations

import hashlib
import sqlite3

from desktop_app.domain.terms import passage_terms, with_heading


def digest_of(text: str) -> bytes:
    """By what a text that was embedded before is known again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _first(connection: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE documents (
            id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE, name TEXT NOT NULL,
            state TEXT NOT NULL, detail TEXT NOT NULL DEFAULT '', added REAL NOT NULL,
            size INTEGER NOT NULL DEFAULT 0, modified INTEGER NOT NULL DEFAULT 0,
            content_hash TEXT NOT NULL DEFAULT '') STRICT""",
        """CREATE TABLE revisions (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
            live INTEGER NOT NULL DEFAULT 0, text TEXT NOT NULL, page_starts TEXT NOT NULL,
            UNIQUE (document, live)) STRICT""",
        """CREATE TABLE passages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            revision INTEGER NOT NULL REFERENCES revisions(id) ON DELETE CASCADE,
            page INTEGER, start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL,
            heading TEXT NOT NULL, digest BLOB NOT NULL) STRICT""",
        "CREATE INDEX passages_by_revision ON passages(revision)",
        "CREATE INDEX passages_by_digest ON passages(digest)",
        """CREATE TABLE vectors (
            passage INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
            embedder TEXT NOT NULL, vector BLOB NOT NULL,
            PRIMARY KEY (passage, embedder)) STRICT""",
        "CREATE TABLE crashed (content_hash TEXT PRIMARY KEY) STRICT",
        "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT",
        "INSERT INTO counters VALUES ('generation', 0)",
        """CREATE VIRTUAL TABLE passage_words USING fts5(
            words, tokenize = "unicode61 remove_diacritics 2")""",
        """CREATE TRIGGER passage_words_follow AFTER DELETE ON passages BEGIN
            DELETE FROM passage_words WHERE rowid = old.id; END""",
    ):
        connection.execute(statement)


def _terms_of_any_language(connection: sqlite3.Connection) -> None:
    """The word index holds terms, which its tokenizer leaves as they are: accents are folded before."""
    connection.execute("DROP TABLE passage_words")
    connection.execute('CREATE VIRTUAL TABLE passage_words USING fts5(words, tokenize = "ascii")')
    for number, heading, text in connection.execute("SELECT id, heading, text FROM passages"):
        connection.execute(
            "INSERT INTO passage_words (rowid, words) VALUES (?, ?)",
            (number, " ".join(passage_terms(with_heading(heading, text)))),
        )


def _headings_embedded(connection: sqlite3.Connection) -> None:
    """A vector is that of the passage with its heading; those made without theirs are made again."""
    rows = connection.execute("SELECT id, heading, text FROM passages WHERE heading <> ''")
    for number, heading, text in rows.fetchall():
        if (searched := with_heading(heading, text)) != text:
            connection.execute("DELETE FROM vectors WHERE passage = ?", (number,))
            connection.execute(
                "UPDATE passages SET digest = ? WHERE id = ?", (digest_of(searched), number)
            )


MIGRATIONS = (_first, _terms_of_any_language, _headings_embedded)

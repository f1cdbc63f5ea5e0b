"""The shape of `library.db`, step by step. Released steps are never edited."""

from __future__ import annotations

import sqlite3

from desktop_app.domain.terms import passage_terms, with_heading


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


MIGRATIONS = (_first, _terms_of_any_language)

"""The library's SQLite file: documents, the revisions of their text, passages, vectors, and a word index.

A revision is one extraction of a file. A document's live revision is what searches see; a pending one is
embedded piece by piece and takes its place in one transaction, so a killed process loses at most a piece
and a failed one nothing that was there.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from desktop_app.domain.documents import Document, DocumentState, DocumentText
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.terms import passage_terms, query_terms, with_heading
from desktop_app.domain.values import Passage
from desktop_app.storage.database import Database
from desktop_app.storage.library_migrations import MIGRATIONS, digest_of

TERMS_LIMIT = 192
"""Different terms of a query that are searched for."""

IDS_AT_ONCE = 500
"""Ids in one statement; older SQLite takes 999."""

PENDING = " (still being read)"
"""Follows the name of a document that a search cannot see yet."""

_SURROGATE = re.compile("[\ud800-\udfff]")


_DOCUMENTS = """
    SELECT d.*,
        (SELECT count(*) FROM passages p JOIN revisions r ON r.id = p.revision
            WHERE r.document = d.id AND r.live = 1) AS passages,
        (SELECT page_starts FROM revisions r WHERE r.document = d.id ORDER BY live DESC LIMIT 1) AS starts
    FROM documents d
"""
_LIVE = "passages p JOIN revisions r ON r.id = p.revision AND r.live = 1"


class LibraryStore:
    """Implements `DocumentStore` over one SQLite file; safe from any thread."""

    def __init__(self, path: Path, *, backups: Path | None = None) -> None:
        # what a power cut takes here can be read again from the user's files
        self.database = Database(path, MIGRATIONS, backups=backups, synchronous="NORMAL")

    @property
    def generation(self) -> int:
        """See the port."""
        row = self.database.query("SELECT value FROM counters WHERE name = 'generation'")[0]
        return int(row["value"])

    # --- documents ------------------------------------------------------------------------------

    def register(self, path: str, name: str) -> Document:
        """See the port."""
        with self.database.transaction() as connection:
            connection.execute(
                "INSERT INTO documents (path, name, state, added) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (path) DO NOTHING",
                (os.fsencode(path), _storable(name), DocumentState.WAITING, time.time()),
            )
        rows = self.database.query(_DOCUMENTS + "WHERE d.path = ?", (os.fsencode(path),))
        return _document(rows[0])

    def documents(self) -> list[Document]:
        """See the port."""
        return [_document(row) for row in self.database.query(_DOCUMENTS + "ORDER BY d.id DESC")]

    def document(self, document_id: int) -> Document:
        """See the port."""
        rows = self.database.query(_DOCUMENTS + "WHERE d.id = ?", (document_id,))
        if not rows:
            raise KnownFault("DO17", "This document is no longer in the library.")
        return _document(rows[0])

    def mark(self, document_id: int, state: DocumentState, detail: str = "") -> None:
        """See the port."""
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE documents SET state = ?, detail = ? WHERE id = ?",
                (state, _storable(detail), document_id),
            )

    def stamp(self, document_id: int) -> tuple[int, int, str]:
        """See the port."""
        rows = self.database.query(
            "SELECT size, modified, content_hash FROM documents WHERE id = ?", (document_id,)
        )
        return (
            (rows[0]["size"], rows[0]["modified"], rows[0]["content_hash"]) if rows else (0, 0, "")
        )

    def set_stamp(self, document_id: int, size: int, modified: int, content_hash: str) -> None:
        """See the port."""
        with self.database.transaction() as connection:
            connection.execute(
                "UPDATE documents SET size = ?, modified = ?, content_hash = ? WHERE id = ?",
                (size, modified, content_hash, document_id),
            )

    def crashed(self, content_hash: str) -> bool:
        """See the port."""
        query = "SELECT 1 FROM crashed WHERE content_hash = ?"
        return bool(self.database.query(query, (content_hash,)))

    def set_crashed(self, content_hash: str) -> None:
        """See the port."""
        with self.database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO crashed VALUES (?)", (content_hash,))

    def remove(self, document_id: int) -> None:
        """See the port."""
        with self.database.transaction(frees=True) as connection:
            connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            _next_generation(connection)

    # --- revisions ------------------------------------------------------------------------------

    def add_revision(
        self, document_id: int, text: str, page_starts: Sequence[int], passages: Sequence[Passage]
    ) -> None:
        """See the port."""
        with self.database.transaction() as connection:
            if not connection.execute(
                "SELECT 1 FROM documents WHERE id = ?", (document_id,)
            ).fetchone():
                return
            connection.execute(
                "DELETE FROM revisions WHERE document = ? AND live = 0", (document_id,)
            )
            revision = connection.execute(
                "INSERT INTO revisions (document, text, page_starts) VALUES (?, ?, ?)",
                (document_id, text, json.dumps(list(page_starts))),
            ).lastrowid
            for passage in passages:
                searched = with_heading(passage.heading, passage.text)
                passage_id = connection.execute(
                    "INSERT INTO passages (revision, page, start, end, text, heading, digest) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(revision, passage.page, passage.start, passage.end, passage.text),
                        *(passage.heading, digest_of(searched)),
                    ),
                ).lastrowid
                connection.execute(
                    "INSERT INTO passage_words (rowid, words) VALUES (?, ?)",
                    (passage_id, " ".join(passage_terms(searched))),
                )

    def reuse_vectors(self, document_id: int, embedder: str) -> int:
        """See the port."""
        with self.database.transaction() as connection:
            return connection.execute(
                """INSERT OR IGNORE INTO vectors (passage, embedder, vector)
                SELECT p.id, v.embedder, v.vector FROM passages p
                JOIN revisions r ON r.id = p.revision AND r.document = ? AND r.live = 0
                JOIN passages other ON other.digest = p.digest AND other.id <> p.id
                JOIN vectors v ON v.passage = other.id AND v.embedder = ?""",
                (document_id, embedder),
            ).rowcount

    def unembedded(self, document_id: int, embedder: str) -> list[tuple[int, str]]:
        """See the port."""
        rows = self.database.query(
            """SELECT p.id, p.heading, p.text FROM passages p JOIN revisions r ON r.id = p.revision
            WHERE r.id = (SELECT id FROM revisions WHERE document = ? ORDER BY live LIMIT 1)
            AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.passage = p.id AND v.embedder = ?)
            ORDER BY p.id""",
            (document_id, embedder),
        )
        return [(row["id"], with_heading(row["heading"], row["text"])) for row in rows]

    def add_vectors(self, embedder: str, vectors: Sequence[tuple[int, bytes]]) -> None:
        """See the port."""
        with self.database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors (passage, embedder, vector) "
                "SELECT id, ?, ? FROM passages WHERE id = ?",
                [(embedder, vector, passage_id) for passage_id, vector in vectors],
            )
            _next_generation(connection)

    def publish(self, document_id: int) -> None:
        """See the port."""
        with self.database.transaction() as connection:
            pending = connection.execute(
                "SELECT id FROM revisions WHERE document = ? AND live = 0", (document_id,)
            ).fetchone()
            if pending:
                connection.execute(
                    "DELETE FROM revisions WHERE document = ? AND live = 1", (document_id,)
                )
                connection.execute("UPDATE revisions SET live = 1 WHERE id = ?", (pending["id"],))
                _next_generation(connection)
            connection.execute(
                "UPDATE documents SET state = ? WHERE id = ?", (DocumentState.READY, document_id)
            )

    def incomplete(self, embedder: str) -> list[int]:
        """See the port."""
        rows = self.database.query(
            """SELECT DISTINCT r.document FROM revisions r WHERE r.live = 0 OR EXISTS (
                SELECT 1 FROM passages p WHERE p.revision = r.id AND NOT EXISTS (
                    SELECT 1 FROM vectors v WHERE v.passage = p.id AND v.embedder = ?))
            ORDER BY r.document""",
            (embedder,),
        )
        return [row["document"] for row in rows]

    def text(self, document_id: int) -> DocumentText:
        """See the port."""
        rows = self.database.query(
            """SELECT d.name, r.text, r.page_starts FROM documents d JOIN revisions r ON r.document = d.id
            WHERE d.id = ? ORDER BY r.live DESC LIMIT 1""",
            (document_id,),
        )
        if not rows:
            document = self.document(document_id)
            return DocumentText(document_id, document.name, "")
        starts = tuple(json.loads(rows[0]["page_starts"]))
        return DocumentText(document_id, rows[0]["name"], rows[0]["text"], starts)

    # --- passages -------------------------------------------------------------------------------

    def passages(self, passage_ids: Sequence[int]) -> dict[int, Passage]:
        """See the port."""
        found = {}
        for some in _pieces(passage_ids):
            rows = self.database.query(
                f"""SELECT p.*, r.document, d.name FROM {_LIVE} JOIN documents d ON d.id = r.document
                WHERE p.id IN ({_marks(some)})""",
                some,
            )
            for row in rows:
                found[row["id"]] = Passage(
                    *(row["id"], row["document"], row["name"], row["page"]),
                    *(row["start"], row["end"], row["text"], row["heading"]),
                )
        return found

    def passage_ids(self, documents: Sequence[int] | None = None) -> list[int]:
        """See the port."""
        only, chosen = _only(documents)
        rows = self.database.query(f"SELECT p.id FROM {_LIVE} WHERE {only} ORDER BY p.id", chosen)
        return [row["id"] for row in rows]

    def embedded_ids(self, embedder: str) -> list[int]:
        """See the port."""
        rows = self.database.query(
            f"SELECT p.id FROM {_LIVE} JOIN vectors v ON v.passage = p.id AND v.embedder = ? "
            "ORDER BY p.id",
            (embedder,),
        )
        return [row["id"] for row in rows]

    def vectors(self, embedder: str, passage_ids: Sequence[int]) -> list[tuple[int, bytes]]:
        """See the port."""
        rows = self.database.query(
            f"SELECT passage, vector FROM vectors WHERE embedder = ? "
            f"AND passage IN ({_marks(passage_ids)})",
            (embedder, *passage_ids),
        )
        return [(row["passage"], row["vector"]) for row in rows]

    def search_words(
        self, query: str, limit: int, documents: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """See the port."""
        # a quoted string is data to FTS5 whatever stands in it; terms hold letters, digits and marks only
        terms = query_terms(_storable(query))[:TERMS_LIMIT]
        match = " OR ".join(f'"{term}"' for term in terms)
        if not match:
            return []
        only, chosen = _only(documents)
        rows = self.database.query(
            f"""SELECT f.rowid AS id, bm25(passage_words) AS score FROM passage_words f
            JOIN passages p ON p.id = f.rowid JOIN revisions r ON r.id = p.revision AND r.live = 1
            WHERE passage_words MATCH ? AND {only} ORDER BY score LIMIT ?""",
            (match, *chosen, limit),
        )
        return [(row["id"], max(0.0, -row["score"])) for row in rows]

    def counts(self, documents: Sequence[int] | None = None) -> tuple[int, int]:
        """See the port."""
        only, chosen = _only(documents)
        row = self.database.query(
            f"SELECT count(*), count(DISTINCT r.document) FROM {_LIVE} WHERE {only}", chosen
        )[0]
        return row[0], row[1]

    def unreadable(self, documents: Sequence[int] | None = None) -> tuple[str, ...]:
        """See the port."""
        only, chosen = _only(documents, "d.id")
        rows = self.database.query(
            f"""SELECT d.name, d.state IN ('waiting', 'reading', 'embedding') AS pending
            FROM documents d WHERE {only} AND d.state <> 'ready'
            AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.document = d.id AND r.live = 1)
            ORDER BY d.id""",
            chosen,
        )
        return tuple(f"{row['name']}{PENDING if row['pending'] else ''}" for row in rows)

    def close(self) -> None:
        """See the port."""
        self.database.close()


def _document(row: sqlite3.Row) -> Document:
    starts = json.loads(row["starts"]) if row["starts"] else []
    return Document(
        id=row["id"],
        path=os.fsdecode(row["path"]),
        name=row["name"],
        state=DocumentState(row["state"]),
        detail=row["detail"],
        pages=len(starts) or None,
        passages=row["passages"],
        size=row["size"],
        content_hash=row["content_hash"],
        added=row["added"],
    )


def _next_generation(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'generation'")


def _storable(text: str) -> str:
    """Text without lone surrogates, which SQLite cannot hold."""
    return _SURROGATE.sub("\ufffd", text)


def _pieces(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE))


def _marks(ids: Sequence[int]) -> str:
    return ",".join("?" * len(ids))


def _only(documents: Sequence[int] | None, column: str = "r.document") -> tuple[str, Sequence[int]]:
    """A condition that keeps these documents, and its parameters."""
    if documents is None:
        return "1", ()
    # one JSON parameter: a library may hold more documents than a statement may have parameters
    return (
        f"{column} IN (SELECT value FROM json_each('{json.dumps([int(d) for d in documents])}'))",
        (),
    )

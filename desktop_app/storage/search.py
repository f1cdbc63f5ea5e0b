"""Finding conversations by the words of their titles and messages."""

from __future__ import annotations

import re
import sqlite3

from desktop_app.storage.database import Database

LONGEST_QUERY = 32
"""Words of a query that count; a pasted page is no search."""
AROUND = 60
"""Characters shown on either side of a hit."""

TITLES = """
    SELECT * FROM conversations WHERE deleted = 0 AND id IN (
        SELECT rowid FROM title_words WHERE title_words MATCH ?
    )
"""
# the newest matching message of each conversation stands for it
MESSAGES = """
    SELECT c.*, hit.message_id FROM (
        SELECT conversation_id, max(id) AS message_id FROM messages
        WHERE id IN (SELECT rowid FROM message_words WHERE message_words MATCH ?)
        GROUP BY conversation_id
    ) AS hit JOIN conversations AS c ON c.id = hit.conversation_id
    WHERE c.deleted = 0
"""
# text without spaces between its words (Chinese, Thai) and signs are found by looking at every message
PLAIN_MESSAGES = """
    SELECT c.*, max(m.id) AS message_id
    FROM messages AS m JOIN conversations AS c ON c.id = m.conversation_id
    WHERE c.deleted = 0 AND m.text LIKE ? ESCAPE '\\' GROUP BY c.id
"""
PLAIN_TITLES = "SELECT * FROM conversations WHERE deleted = 0 AND title LIKE ? ESCAPE '\\'"


def search(database: Database, words: str, limit: int) -> list[tuple[sqlite3.Row, str]]:
    """Conversations with the plain text around the hit (empty for a title's), newest first; limit 0 = all.

    Every word must occur, as the beginning of a word, in the title or in one message.
    """
    found = re.findall(r"\w+", words)[:LONGEST_QUERY]
    # quoted, so that none of FTS5's own signs and words mean anything
    expression = " ".join(f'"{word}"*' for word in found)
    rows = _merge(database, TITLES, MESSAGES, expression, limit) if found else []
    if not rows:
        found = [words]
        escaped = re.sub(r"([\\%_])", r"\\\1", words)
        rows = _merge(database, PLAIN_TITLES, PLAIN_MESSAGES, f"%{escaped}%", limit)
    return [(row, _snippet(database, message_id, found)) for row, message_id in rows]


def _merge(
    database: Database, titles: str, messages: str, wanted: str, limit: int
) -> list[tuple[sqlite3.Row, int]]:
    """Rows of conversations, each with the id of its matching message or 0."""
    by_id = {row["id"]: (row, 0) for row in database.query(titles, (wanted,))}
    by_id |= {row["id"]: (row, row["message_id"]) for row in database.query(messages, (wanted,))}
    ordered = sorted(by_id.values(), key=lambda found: found[0]["sequence"], reverse=True)
    return ordered[: limit or None]


def _snippet(database: Database, message_id: int, words: list[str]) -> str:
    """The text around the first of `words` in one line; its beginning where accents hide the word."""
    if not message_id:
        return ""
    text = str(database.query("SELECT text FROM messages WHERE id = ?", (message_id,))[0]["text"])
    hit = re.search("|".join(map(re.escape, words)), text, re.IGNORECASE)
    start, end = hit.span() if hit else (0, 0)
    start, end = max(0, start - AROUND), end + AROUND
    piece = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{piece}{'…' if end < len(text) else ''}"

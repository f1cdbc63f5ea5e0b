"""Conversations as trees of messages: written before a call returns, nothing ever overwritten by an edit."""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from desktop_app.domain.codec import decode, encode
from desktop_app.domain.conversations import Conversation, Message, MessageState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import Answer, Role
from desktop_app.storage.database import Database
from desktop_app.storage.migrations import CONVERSATIONS
from desktop_app.storage.search import search

log = logging.getLogger(__name__)

TITLE_LENGTH = 60


class ConversationStore:
    """The port `Conversations` over a `Database`. Safe from any thread; times come from `now`."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        """Take over an open database; what was deleted in an earlier run is purged now."""
        self._database = database
        self._now = now
        self._purge()

    @classmethod
    def open(
        cls, path: Path, backups: Path | None = None, *, expected: bool = False
    ) -> ConversationStore:
        """Open or make the file at `path`; arguments and errors are those of `Database`."""
        return cls(Database(path, CONVERSATIONS, backups=backups, expected=expected))

    @property
    def database(self) -> Database:
        """The file below, for its daily backup and for why nothing can be saved."""
        return self._database

    def create(self, title: str = "") -> Conversation:
        """A new conversation, first in the list."""
        now = self._now()
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO conversations (title, created, updated, sequence)"
                f" VALUES (?, ?, ?, {NEXT_SEQUENCE}) RETURNING *",
                (storable(title), now, now),
            )
            return _conversation(cursor.fetchone())

    def find(self, search: str = "", limit: int = 0) -> list[Conversation]:
        """Newest first; with `search`, those whose title or messages match. limit 0 = all."""
        if words := storable(search).replace("\0", " ").strip():
            return self._search(words, limit)
        rows = self._database.query(
            "SELECT * FROM conversations WHERE deleted = 0 ORDER BY sequence DESC LIMIT ?",
            (limit or -1,),
        )
        return [_conversation(row) for row in rows]

    def get(self, conversation_id: int) -> Conversation:
        """One conversation, also a deleted one that can still be brought back."""
        rows = self._database.query("SELECT * FROM conversations WHERE id = ?", (conversation_id,))
        if not rows:
            raise _gone("conversation")
        return _conversation(rows[0])

    def rename(self, conversation_id: int, title: str) -> None:
        """Give it another title; its place in the list stays."""
        self._change(
            "UPDATE conversations SET title = ? WHERE id = ?", storable(title), conversation_id
        )

    def delete(self, conversation_id: int) -> None:
        """Take it out of the list; it can be brought back until the next start."""
        self._change(
            "UPDATE conversations SET deleted = 1 WHERE id = ?", conversation_id, frees=True
        )

    def restore(self, conversation_id: int) -> None:
        """Undo `delete`."""
        self._change("UPDATE conversations SET deleted = 0 WHERE id = ?", conversation_id)

    def path(self, conversation_id: int) -> list[Message]:
        """The selected path from the first message to its leaf."""
        conversation = self._database.query(
            "SELECT selected FROM conversations WHERE id = ?", (conversation_id,)
        )
        if not conversation:
            raise _gone("conversation")
        rows = self._database.query(
            "SELECT * FROM messages WHERE conversation_id = ? ORDER BY position", (conversation_id,)
        )
        by_id = {row["id"]: row for row in rows}
        children: dict[int | None, list[int]] = {}
        for row in rows:
            children.setdefault(row["parent_id"], []).append(row["id"])
        shown, current = [], conversation[0]["selected"]
        while current is not None:
            row = by_id[current]
            shown.append(_message(row, tuple(children[row["parent_id"]])))
            current = row["selected_child"]
        return shown

    def message(self, message_id: int) -> Message:
        """One message, on the shown path or not."""
        rows = self._database.query("SELECT * FROM messages WHERE id = ?", (message_id,))
        if not rows:
            raise _gone("message")
        row = rows[0]
        where, parameters = _beside(row["conversation_id"], row["parent_id"])
        siblings = self._database.query(
            f"SELECT id FROM messages WHERE {where} ORDER BY position", parameters
        )
        return _message(row, tuple(sibling["id"] for sibling in siblings))

    def select(self, message_id: int) -> None:
        """Show this sibling, and of its descendants those shown last."""
        with self._database.transaction() as connection:
            _select(connection, _row(connection, message_id))

    def add_question(self, conversation_id: int, parent_id: int | None, text: str) -> int:
        """Write a user message (state ASKED) and select it; returns its id."""
        with self._database.transaction() as connection:
            if parent_id is not None:
                parent = _row(connection, parent_id)
                if parent["conversation_id"] != conversation_id:
                    raise ValueError(
                        f"message {parent_id} is not in conversation {conversation_id}"
                    )
            question_id = self._add(
                connection, conversation_id, parent_id, "user", MessageState.ASKED, storable(text)
            )
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ? AND title = ''",
                (title_of(text), conversation_id),
            )
            return question_id

    def add_answer(self, question_id: int) -> int:
        """Write an empty assistant message (state STREAMING) below it and select it."""
        with self._database.transaction() as connection:
            question = _row(connection, question_id)
            if question["role"] != "user":
                raise ValueError(f"message {question_id} is not a question")
            return self._add(
                connection,
                question["conversation_id"],
                question_id,
                "assistant",
                MessageState.STREAMING,
                "",
            )

    def keep(self, message_id: int, text: str) -> None:
        """The text so far of a streaming answer."""
        self._change(
            "UPDATE messages SET text = ? WHERE id = ? AND state = 'streaming'",
            storable(text),
            message_id,
            frees=True,
        )

    def finish(self, message_id: int, state: MessageState, answer: Answer) -> None:
        """The whole answer, its question to DONE, in one transaction."""
        text = storable(json.dumps(encode(answer), ensure_ascii=False))
        with self._database.transaction(frees=True) as connection:
            row = _row(connection, message_id)
            if row["role"] != "assistant":
                raise ValueError(f"message {message_id} is not an answer")
            connection.execute(
                "UPDATE messages SET text = ?, state = ?, answer = ? WHERE id = ?",
                (storable(answer.text), state, text, message_id),
            )
            connection.execute(
                "UPDATE messages SET state = ? WHERE id = ?", (MessageState.DONE, row["parent_id"])
            )
            self._touch(connection, row["conversation_id"])

    def mark_interrupted(self) -> int:
        """Turn every ASKED or STREAMING message of an earlier run into FAILED; how many.

        0 when nothing can be written: the database says why.
        """
        if self._database.stopped is not None:
            return 0
        with self._database.transaction(frees=True) as connection:
            return connection.execute(
                "UPDATE messages SET state = ? WHERE state IN ('asked', 'streaming')",
                (MessageState.FAILED,),
            ).rowcount

    def close(self) -> None:
        """Make today's backup if none was made, and close the file; idempotent."""
        try:
            self._database.back_up_if_due()
        except KnownFault as known:
            log.warning("%s", known)
        self._database.close()

    def _search(self, words: str, limit: int) -> list[Conversation]:
        found = search(self._database, words, limit)
        return [_conversation(row, snippet) for row, snippet in found]

    def _purge(self) -> None:
        """Delete for good what was deleted in an earlier run, also from the search index and the journal."""
        if self._database.stopped is not None:
            return
        with contextlib.suppress(KnownFault):
            with self._database.transaction(frees=True) as connection:
                gone = connection.execute("DELETE FROM conversations WHERE deleted = 1").rowcount
                if gone:
                    # merging rewrites the index without the words that were deleted
                    connection.execute(
                        "INSERT INTO message_words (message_words) VALUES ('optimize')"
                    )
                    connection.execute("INSERT INTO title_words (title_words) VALUES ('optimize')")
            if gone:
                self._database.query("PRAGMA wal_checkpoint(TRUNCATE)")

    def _change(self, sql: str, *parameters: str | int, frees: bool = False) -> None:
        with self._database.transaction(frees=frees) as connection:
            if not connection.execute(sql, parameters).rowcount:
                raise _gone("message" if "messages" in sql else "conversation")

    def _add(
        self,
        connection: sqlite3.Connection,
        conversation_id: int,
        parent_id: int | None,
        role: Role,
        state: MessageState,
        text: str,
    ) -> int:
        self._touch(connection, conversation_id, added=1)
        where, parameters = _beside(conversation_id, parent_id)
        row = connection.execute(
            "INSERT INTO messages (position, conversation_id, parent_id, role, state, text, created)"
            f" VALUES ((SELECT coalesce(max(position) + 1, 0) FROM messages WHERE {where}),"
            " ?, ?, ?, ?, ?, ?) RETURNING *",
            (*parameters, conversation_id, parent_id, role, state, text, self._now()),
        ).fetchone()
        _select(connection, row)
        return cast("int", row["id"])

    def _touch(self, connection: sqlite3.Connection, conversation_id: int, added: int = 0) -> None:
        changed = connection.execute(
            f"UPDATE conversations SET updated = ?, sequence = {NEXT_SEQUENCE}, messages = messages + ?"
            " WHERE id = ?",
            (self._now(), added, conversation_id),
        )
        if not changed.rowcount:
            raise _gone("conversation")


NEXT_SEQUENCE = "(SELECT coalesce(max(sequence), 0) + 1 FROM conversations)"


def storable(text: str) -> str:
    """`text` with each lone surrogate, which is no character, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def title_of(question: str) -> str:
    """A title from a question: one line, at most 60 characters."""
    line = " ".join(storable(question[: 20 * TITLE_LENGTH]).replace("\0", " ").split())
    if len(line) <= TITLE_LENGTH:
        return line
    cut = line[: TITLE_LENGTH - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _row(connection: sqlite3.Connection, message_id: int) -> sqlite3.Row:
    row = connection.execute("SELECT * FROM messages WHERE id = ?", (message_id,)).fetchone()
    if row is None:
        raise _gone("message")
    return cast("sqlite3.Row", row)


def _select(connection: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Make the path from the root to `row` the shown one; what is shown below it stays."""
    connection.execute(
        f"{UPWARDS} UPDATE messages SET selected_child = above.id FROM above"
        " WHERE messages.id = above.parent_id AND messages.selected_child IS NOT above.id",
        (row["id"],),
    )
    connection.execute(
        f"{UPWARDS} UPDATE conversations SET selected = above.id FROM above"
        " WHERE conversations.id = ? AND above.parent_id IS NULL",
        (row["id"], row["conversation_id"]),
    )


UPWARDS = """
    WITH RECURSIVE above (id, parent_id) AS (
        SELECT id, parent_id FROM messages WHERE id = ?
        UNION ALL
        SELECT messages.id, messages.parent_id FROM messages JOIN above ON messages.id = above.parent_id
    )
"""
"""A message and those above it, up to the first: thousands in a long conversation, so in one statement."""


def _beside(conversation_id: int, parent_id: int | None) -> tuple[str, tuple[int]]:
    """The siblings below a parent, or the beginnings of a conversation, as a condition an index serves."""
    if parent_id is None:
        return "conversation_id = ? AND parent_id IS NULL", (conversation_id,)
    return "parent_id = ?", (parent_id,)


def _conversation(row: sqlite3.Row, snippet: str = "") -> Conversation:
    return Conversation(
        row["id"], row["title"], row["created"], row["updated"], row["messages"], snippet
    )


def _message(row: sqlite3.Row, siblings: tuple[int, ...]) -> Message:
    return Message(
        row["id"],
        row["conversation_id"],
        row["parent_id"],
        row["role"],
        row["text"],
        MessageState(row["state"]),
        row["created"],
        siblings,
        _answer(row),
    )


def _answer(row: sqlite3.Row) -> Answer | None:
    if row["answer"] is None:
        return None
    try:
        return decode(Answer, json.loads(row["answer"]))
    except ValueError as error:
        # the text of the answer is whole; only what was known about it cannot be read
        log.warning("the record of message %d is damaged: %s", row["id"], error)
        return None


def _gone(thing: str) -> KnownFault:
    return KnownFault(
        "DB13",
        f"This {thing} is no longer there.",
        safe="The others are untouched.",
        action="Choose another conversation.",
    )

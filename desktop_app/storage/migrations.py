"""The shape of `conversations.db`, step by step. Released steps are never edited."""

from __future__ import annotations

import sqlite3

from desktop_app.storage.database import Migration

CONVERSATIONS: list[Migration] = []
conversations = CONVERSATIONS.append


def m001_conversations_and_messages(connection: sqlite3.Connection) -> None:
    """A tree of messages for each conversation.

    `sequence` orders the list (clocks go back); `selected` and `selected_child` remember the shown path;
    `deleted` is a tombstone. The full-text tables hold no text of their own, triggers keep them in step.
    """
    for statement in M001:
        connection.execute(statement)


M001 = (
    """
    CREATE TABLE conversations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        created REAL NOT NULL,
        updated REAL NOT NULL,
        sequence INTEGER NOT NULL,
        messages INTEGER NOT NULL DEFAULT 0,
        selected INTEGER,
        deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
    ) STRICT
    """,
    """
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation_id INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        parent_id INTEGER REFERENCES messages (id),
        position INTEGER NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
        state TEXT NOT NULL,
        text TEXT NOT NULL,
        answer TEXT,
        created REAL NOT NULL,
        selected_child INTEGER
    ) STRICT
    """,
    "CREATE UNIQUE INDEX conversations_by_sequence ON conversations (sequence)",
    "CREATE INDEX messages_by_conversation ON messages (conversation_id, position)",
    "CREATE UNIQUE INDEX messages_by_parent ON messages (parent_id, position) WHERE parent_id IS NOT NULL",
    "CREATE INDEX messages_unfinished ON messages (state) WHERE state IN ('asked', 'streaming')",
    """
    CREATE VIRTUAL TABLE message_words USING fts5 (
        text, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE VIRTUAL TABLE title_words USING fts5 (
        title, content='conversations', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER message_added AFTER INSERT ON messages BEGIN
        INSERT INTO message_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER message_changed AFTER UPDATE OF text ON messages WHEN old.text <> new.text BEGIN
        INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO message_words (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER message_gone AFTER DELETE ON messages BEGIN
        INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """,
    """
    CREATE TRIGGER conversation_added AFTER INSERT ON conversations BEGIN
        INSERT INTO title_words (rowid, title) VALUES (new.id, new.title);
    END
    """,
    """
    CREATE TRIGGER conversation_renamed AFTER UPDATE OF title ON conversations BEGIN
        INSERT INTO title_words (title_words, rowid, title) VALUES ('delete', old.id, old.title);
        INSERT INTO title_words (rowid, title) VALUES (new.id, new.title);
    END
    """,
    """
    CREATE TRIGGER conversation_gone AFTER DELETE ON conversations BEGIN
        INSERT INTO title_words (title_words, rowid, title) VALUES ('delete', old.id, old.title);
    END
    """,
)

conversations(m001_conversations_and_messages)

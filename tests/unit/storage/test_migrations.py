"""The shape of the tables, from blank: strict, indexed, and refusing what makes no sense."""

from __future__ import annotations

import sqlite3

import pytest

from desktop_app.storage.migrations import CONVERSATIONS


@pytest.fixture
def connection():
    connection = sqlite3.connect(":memory:")
    for migration in CONVERSATIONS:
        migration(connection)
    connection.execute("INSERT INTO conversations VALUES (1, 't', 0, 0, 1, 0, NULL, 0)")
    yield connection
    connection.close()


def test_steps_are_numbered_in_order():
    numbers = [migration.__name__[:5] for migration in CONVERSATIONS]
    assert numbers == [f"m{number:03}_" for number in range(1, len(CONVERSATIONS) + 1)]


def test_tables_are_strict(connection):
    strict = dict(
        connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'")
    )
    assert strict["conversations"] == strict["messages"] == 1


@pytest.mark.parametrize(
    "values",
    [
        "(1, 1, NULL, 0, 'robot', 'done', '', NULL, 0, NULL)",
        "(1, 1, NULL, 0, 'user', 'done', NULL, NULL, 0, NULL)",
        "(1, 1, NULL, 'first', 'user', 'done', '', NULL, 0, NULL)",
    ],
)
def test_senseless_rows_are_refused(connection, values):
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(f"INSERT INTO messages VALUES {values}")


def test_the_list_and_the_unfinished_are_found_by_index(connection):
    def plan(sql):
        return " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}"))

    assert "conversations_by_sequence" in plan("SELECT * FROM conversations ORDER BY sequence DESC")
    assert "messages_unfinished" in plan(
        "UPDATE messages SET state = 'failed' WHERE state IN ('asked', 'streaming')"
    )
    assert "messages_by_conversation" in plan("SELECT * FROM messages WHERE conversation_id = 1")

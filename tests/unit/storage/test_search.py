"""Searching rows directly: how words are matched, merged and cut to a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.storage.conversations import ConversationStore
from desktop_app.storage.database import Database
from desktop_app.storage.migrations import CONVERSATIONS
from desktop_app.storage.search import AROUND, LONGEST_QUERY, search


@pytest.fixture
def store():
    store = ConversationStore(Database(Path(":memory:"), CONVERSATIONS, backups=None, reserve=0))
    yield store
    store.close()


def found(store, words, limit=0):
    return [(row["title"], snippet) for row, snippet in search(store.database, words, limit)]


def test_a_message_explains_a_hit_better_than_a_title(store):
    c = store.create("apples").id
    store.add_question(c, None, "About apples")
    store.create("apples too")
    assert found(store, "apples") == [("apples too", ""), ("apples", "About apples")]
    assert found(store, "apples", 1) == [("apples too", "")]


def test_the_newest_message_stands_for_its_conversation(store):
    c = store.create("t").id
    for number in range(3):
        store.add_question(c, None, f"pears {number}")
    assert found(store, "pears") == [("t", "pears 2")]


def test_all_words_must_occur_together(store):
    c = store.create("t").id
    store.add_question(c, None, "one two")
    store.add_question(c, None, "three")
    assert found(store, "two one") == [("t", "one two")]
    assert found(store, "one three") == []


def test_a_pasted_page_counts_by_its_first_words(store):
    words = " ".join(f"w{number}" for number in range(LONGEST_QUERY))
    store.add_question(store.create("t").id, None, words)
    assert [title for title, _ in found(store, words + " and so on" * 1000)] == ["t"]


def test_snippets_are_short(store):
    store.add_question(store.create("t").id, None, "x" * 1000 + "東京" + "y" * 1000)
    ((_, snippet),) = found(store, "東京")
    assert len(snippet) == 2 * AROUND + 2 + 2

"""Conversations are trees: siblings stay, the shown path is remembered, what was acked is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desktop_app.domain.conversations import MessageState
from desktop_app.domain.errors import Fault, KnownFault
from desktop_app.domain.values import Answer, Citation, Outcome
from desktop_app.storage.conversations import ConversationStore, storable, title_of
from desktop_app.storage.database import Database
from desktop_app.storage.migrations import CONVERSATIONS

ANSWER = Answer(
    "q", Outcome.ANSWERED, "Paris.", citations=(Citation(1, "a.pdf", 2, 0, 5, "Paris"),)
)


def open_store(folder, **options):
    database = Database(folder / "c.db", CONVERSATIONS, backups=folder / "backups", reserve=0)
    return ConversationStore(database, **options)


@pytest.fixture
def store(tmp_path):
    store = open_store(tmp_path)
    yield store
    store.close()


def ask(store, conversation_id, parent_id, text, answer="An answer."):
    question = store.add_question(conversation_id, parent_id, text)
    reply = store.add_answer(question)
    store.finish(reply, MessageState.DONE, Answer(text, Outcome.ANSWERED, answer))
    return question, reply


def texts(store, conversation_id):
    return [message.text for message in store.path(conversation_id)]


def test_a_turn_from_question_to_saved_answer(store):
    conversation = store.create()
    question = store.add_question(conversation.id, None, "Capital of France?")
    answer = store.add_answer(question)
    store.keep(answer, "Par")
    before = store.path(conversation.id)
    assert [(m.role, m.state, m.text) for m in before] == [
        ("user", MessageState.ASKED, "Capital of France?"),
        ("assistant", MessageState.STREAMING, "Par"),
    ]
    store.finish(answer, MessageState.DONE, ANSWER)
    asked, answered = store.path(conversation.id)
    assert (asked.state, asked.answer, asked.siblings) == (MessageState.DONE, None, (question,))
    assert (answered.state, answered.answer, answered.text) == (MessageState.DONE, ANSWER, "Paris.")
    assert store.message(answer) == answered
    assert store.get(conversation.id).messages == 2


def test_editing_and_regenerating_add_siblings(store):
    c = store.create().id
    question, answer = ask(store, c, None, "one", "first")
    second = store.add_answer(question)
    store.finish(second, MessageState.DONE, Answer("one", Outcome.ANSWERED, "second"))
    edited, edited_answer = ask(store, c, None, "one, edited", "third")
    assert texts(store, c) == ["one, edited", "third"]
    assert store.path(c)[0].siblings == (question, edited)
    store.select(question)
    assert texts(store, c) == ["one", "second"]
    assert store.path(c)[1].siblings == (answer, second)
    store.select(answer)
    assert texts(store, c) == ["one", "first"]
    store.select(edited_answer)
    assert texts(store, c) == ["one, edited", "third"]


def test_everything_is_there_after_a_restart(store, tmp_path):
    c = store.create("Kept").id
    ask(store, c, None, "question", "answer")
    before = (store.find(), store.path(c))
    store.close()
    again = open_store(tmp_path)
    assert (again.find(), again.path(c)) == before
    again.close()


def test_the_list_is_newest_first_whatever_the_clock_says(tmp_path):
    """TI7"""
    times = iter([1000.0, 900.0, 800.0, 700.0, 600.0])
    store = open_store(tmp_path, now=lambda: next(times))
    one, two = store.create("one"), store.create("two")
    assert [c.title for c in store.find()] == ["two", "one"]
    store.add_question(one.id, None, "again")
    assert [c.title for c in store.find()] == ["one", "two"]
    assert [c.title for c in store.find(limit=1)] == ["one"]
    assert store.get(two.id) == two
    store.close()


def test_a_title_is_made_from_the_first_question(store):
    c = store.create().id
    question = store.add_question(c, None, "  What is\nthe capital\tof France? ")
    assert store.get(c).title == "What is the capital of France?"
    store.add_question(c, question, "Something else")
    assert store.get(c).title == "What is the capital of France?"
    store.rename(c, "France")
    assert store.get(c).title == "France"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("short", "short"),
        ("word " * 30, "word word word word word word word word word word word…"),
        ("x" * 100, "x" * 59 + "…"),
        ("a\0b\ud800", "a b\ufffd"),
        ("", ""),
    ],
)
def test_titles(question, title):
    assert title_of(question) == title
    assert len(title) <= 60


def test_deleting_can_be_undone_until_the_next_start(store, tmp_path):
    """DB13"""
    kept, gone = store.create("kept").id, store.create("gone").id
    ask(store, gone, None, "a secret zebra", "the zebra sleeps")
    store.delete(gone)
    assert [c.id for c in store.find()] == [kept]
    assert store.find("zebra") == []
    store.restore(gone)
    assert [c.id for c in store.find("zebra")] == [gone]
    store.delete(gone)
    store.close()
    again = open_store(tmp_path)
    with pytest.raises(KnownFault, match="conversation is no longer there"):
        again.get(gone)
    assert again.database.query("SELECT count(*) FROM messages")[0][0] == 0
    again.close()
    assert b"zebra" not in (tmp_path / "c.db").read_bytes()


def test_searching_titles_and_messages(store):
    paris, rome, café = (
        store.create("Paris notes").id,
        store.create("Rome").id,
        store.create("x").id,
    )
    ask(store, rome, None, "Is it far to Paris?", "Some\n1,100 km from here")
    ask(store, café, None, "Where is the café?", "100 % sure: 东京都 has_it")

    def found(words, limit=0):
        return [c.id for c in store.find(words, limit)]

    assert found("paris") == [rome, paris]
    assert found("PAR") == [rome, paris]
    assert found("paris", 1) == [rome]
    assert found("far paris") == [rome]
    assert found("cafe") == [café]
    assert found("京") == [café]
    assert found("100 %") == [café, rome]
    assert found("has_it") == [café]
    assert found("% sure:") == [café]
    assert found("not there") == []
    assert found("  ") == found("\0") == [café, rome, paris]


SIGNS = [
    '"',
    "' OR 1=1",
    "a AND",
    "NEAR(",
    "*",
    "title:x",
    "%",
    "_",
    "\\",
    "(" * 99,
    "\ud800",
    "-x",
]


@pytest.mark.parametrize("words", SIGNS)
def test_signs_in_a_search_mean_nothing(store, words):
    store.create("plain")
    assert store.find(words) == []


def test_snippets_are_the_plain_text_around_the_hit(store):
    c = store.create("t").id
    ask(store, c, None, "short", "before " * 30 + "the <b>Needle</b>\nhere " + "after " * 30)
    (found,) = store.find("needle")
    assert "the <b>Needle</b> here after" in found.snippet
    assert found.snippet.startswith("…")
    assert found.snippet.endswith("…")
    assert len(found.snippet) < 140
    assert store.find("t")[0].snippet != ""
    store.rename(c, "haystack")
    assert store.find("haystack")[0].snippet == ""


def test_a_hit_hidden_by_accents_shows_the_beginning(store):
    c = store.create("t").id
    ask(store, c, None, "q", "Café " + "x " * 100)
    assert store.find("cafe")[0].snippet.startswith("Café x")


def test_an_edited_text_is_found_by_its_new_words_only(store):
    c = store.create("t").id
    answer = store.add_answer(store.add_question(c, None, "q"))
    store.keep(answer, "alpha")
    store.keep(answer, "alpha")
    store.keep(answer, "omega")
    assert store.find("alpha") == []
    assert [found.id for found in store.find("omega")] == [c]


ODD = ["\ud800 lone", "a\0b", "x" * 1_000_000, "👩\u200d👧 مرحبا 𝕏", "\ud83d\ude00", ""]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_come_back(store, text):
    """DB11"""
    c = store.create(text[:10]).id
    question = store.add_question(c, None, text)
    answer = store.add_answer(question)
    store.finish(answer, MessageState.DONE, Answer(text, Outcome.ANSWERED, text))
    expected = storable(text)
    assert [m.text for m in store.path(c)] == [expected, expected]
    assert store.message(answer).answer == Answer(expected, Outcome.ANSWERED, expected)


def test_lone_surrogates_are_replaced_and_pairs_joined():
    assert storable("a\ud800b") == "a\ufffdb"
    assert storable("\ud83d\ude00") == "😀"
    assert storable("plain") == "plain"


def test_an_interruption_is_marked(store, tmp_path):
    c = store.create().id
    done = ask(store, c, None, "one", "kept")
    question = store.add_question(c, done[1], "two")
    answer = store.add_answer(question)
    store.keep(answer, "half an ans")
    store.close()
    again = open_store(tmp_path)
    assert again.mark_interrupted() == 2
    assert again.mark_interrupted() == 0
    states = [(m.state, m.text) for m in again.path(c)]
    assert states == [
        (MessageState.DONE, "one"),
        (MessageState.DONE, "kept"),
        (MessageState.FAILED, "two"),
        (MessageState.FAILED, "half an ans"),
    ]
    again.close()


def test_a_damaged_record_leaves_the_text(store, expect_log):
    expect_log("the record of message 2 is damaged")
    c = store.create().id
    _, answer = ask(store, c, None, "q", "the text")
    with store.database.transaction() as connection:
        connection.execute(
            "UPDATE messages SET answer = '{\"question\": 1}' WHERE id = ?", (answer,)
        )
    assert store.message(answer).text == "the text"
    assert store.message(answer).answer is None


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.get(99),
        lambda s: s.path(99),
        lambda s: s.rename(99, "x"),
        lambda s: s.delete(99),
        lambda s: s.restore(99),
        lambda s: s.add_question(99, None, "x"),
    ],
)
def test_a_conversation_that_is_gone(store, call):
    with pytest.raises(KnownFault, match="conversation is no longer there"):
        call(store)


@pytest.mark.parametrize(
    "call",
    [
        lambda s, c: s.message(99),
        lambda s, c: s.select(99),
        lambda s, c: s.add_question(c, 99, "x"),
        lambda s, c: s.add_answer(99),
        lambda s, c: s.keep(99, "x"),
        lambda s, c: s.finish(99, MessageState.DONE, ANSWER),
    ],
)
def test_a_message_that_is_gone(store, call):
    with pytest.raises(KnownFault, match="message is no longer there"):
        call(store, store.create().id)


def test_mistakes_of_the_caller_are_bugs(store):
    one, two = store.create().id, store.create().id
    question, answer = ask(store, one, None, "q")
    with pytest.raises(ValueError, match="is not in conversation"):
        store.add_question(two, answer, "x")
    with pytest.raises(ValueError, match="is not a question"):
        store.add_answer(answer)
    with pytest.raises(ValueError, match="is not an answer"):
        store.finish(question, MessageState.DONE, ANSWER)
    with pytest.raises(KnownFault):
        store.keep(answer, "too late")
    assert store.get(one).messages == 2


def test_a_store_that_cannot_write_still_opens_and_reads(store, tmp_path):
    c = store.create("gone").id
    store.delete(c)
    store.database.stopped = Fault("DI7", "read-only")
    again = ConversationStore(store.database)
    assert again.mark_interrupted() == 0
    assert again.get(c).title == "gone"
    with pytest.raises(KnownFault, match="read-only"):
        again.create()


def test_a_backup_that_fails_does_not_keep_it_open(tmp_path, expect_log):
    """DB16"""
    expect_log("No backup of c could be made")
    (tmp_path / "backups").write_text("in the way")
    store = open_store(tmp_path)
    store.close()
    open_store(tmp_path / ".").database.close()


def test_opening_by_path(tmp_path):
    store = ConversationStore.open(tmp_path / "c.db", tmp_path / "backups")
    store.create("x")
    store.close()
    assert len(list((tmp_path / "backups").iterdir())) == 1


class Tree(RuleBasedStateMachine):
    """The store against a tree in plain Python: same paths, same siblings, same list, after any steps."""

    def __init__(self):
        super().__init__()
        self.store = ConversationStore(
            Database(Path(":memory:"), CONVERSATIONS, backups=None, reserve=0)
        )
        self.children: dict[tuple[int, int | None], list[int]] = {}
        self.shown: dict[tuple[int, int | None], int] = {}
        self.nodes: dict[int, list] = {}  # id -> [conversation, parent, role, text]
        self.order: list[int] = []
        self.deleted: set[int] = set()

    def teardown(self):
        self.store.close()

    def pick(self, data, role=None):
        ids = sorted(i for i, node in self.nodes.items() if role in (None, node[2]))
        return data.draw(st.sampled_from(ids)) if ids else None

    def added(self, node, conversation, parent, role, text):
        self.nodes[node] = [conversation, parent, role, text]
        self.children.setdefault((conversation, parent), []).append(node)
        self.touched(conversation)
        self.show(node)

    def touched(self, conversation):
        self.order.remove(conversation)
        self.order.insert(0, conversation)

    def show(self, node):
        while node is not None:
            conversation, parent = self.nodes[node][:2]
            self.shown[conversation, parent] = node
            node = parent

    @rule()
    def create(self):
        self.order.insert(0, self.store.create().id)

    @precondition(lambda self: self.order)
    @rule(data=st.data(), text=st.text(max_size=5))
    def ask(self, data, text):
        conversation = data.draw(st.sampled_from(sorted(self.order)))
        inside = sorted(i for i, node in self.nodes.items() if node[0] == conversation)
        parent = data.draw(st.sampled_from([None, *inside]))
        node = self.store.add_question(conversation, parent, text)
        self.added(node, conversation, parent, "user", text)

    @rule(data=st.data(), text=st.text(max_size=5))
    def answer(self, data, text):
        if (question := self.pick(data, "user")) is None:
            return
        node = self.store.add_answer(question)
        self.added(node, self.nodes[question][0], question, "assistant", text)
        self.store.keep(node, text)

    @rule(data=st.data(), text=st.text(max_size=5))
    def finish(self, data, text):
        if (node := self.pick(data, "assistant")) is None:
            return
        self.store.finish(node, MessageState.DONE, Answer("q", Outcome.ANSWERED, text))
        self.nodes[node][3] = text
        self.touched(self.nodes[node][0])

    @rule(data=st.data())
    def select(self, data):
        if (node := self.pick(data)) is not None:
            self.store.select(node)
            self.show(node)

    @precondition(lambda self: self.order)
    @rule(data=st.data(), gone=st.booleans())
    def delete_or_restore(self, data, gone):
        conversation = data.draw(st.sampled_from(sorted(self.order)))
        (self.store.delete if gone else self.store.restore)(conversation)
        (self.deleted.add if gone else self.deleted.discard)(conversation)

    @invariant()
    def same_paths(self):
        for conversation in self.order:
            expected, node = [], self.shown.get((conversation, None))
            while node is not None:
                siblings = tuple(self.children[conversation, self.nodes[node][1]])
                expected.append((node, self.nodes[node][3], siblings))
                node = self.shown.get((conversation, node))
            found = [(m.id, m.text, m.siblings) for m in self.store.path(conversation)]
            assert found == expected

    @invariant()
    def same_list(self):
        listed = [c.id for c in self.store.find()]
        assert listed == [c for c in self.order if c not in self.deleted]

    @invariant()
    def whole(self):
        assert self.store.database.query("PRAGMA integrity_check")[0][0] == "ok"
        assert self.store.database.query("PRAGMA foreign_key_check") == []


TestTree = Tree.TestCase
TestTree.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, derandomize=True
)


def test_a_long_conversation_costs_no_more_statements_a_turn(store):
    conversation = store.create()
    statements: list[str] = []
    costs, parent = [], None
    for number in range(60):
        statements.clear()
        with store.database.transaction() as connection:
            connection.set_trace_callback(statements.append)
            parent = store.add_question(conversation.id, parent, f"Question {number}?")
            connection.set_trace_callback(None)
        store.message(parent)
        costs.append(len(statements))
    assert costs[5] == costs[-1]
    assert [message.id for message in store.path(conversation.id)][-1] == parent

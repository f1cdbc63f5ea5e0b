"""The library's file: revisions replace each other whole, words are found in any script, ids come and go."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.documents import DocumentState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import Passage
from desktop_app.storage.documents import LibraryStore

MODEL = "model:1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    store = LibraryStore(tmp_path / "library.db")
    yield store
    store.close()


def cut(text: str, page: int | None = None, heading: str = "") -> list[Passage]:
    """One passage for each line."""
    passages, at = [], 0
    for line in text.split("\n"):
        passages.append(Passage(0, 0, "", page, at, at + len(line), line, heading))
        at += len(line) + 1
    return passages


def vector(value: float) -> bytes:
    return array("f", [value, 1.0]).tobytes()


def add(store: LibraryStore, path: str, text: str, *, publish: bool = True) -> int:
    document = store.register(path, path.rsplit("/", 1)[-1])
    store.add_revision(document.id, text, (0,), cut(text, page=1))
    if publish:
        todo = store.unembedded(document.id, MODEL)
        store.add_vectors(MODEL, [(number, vector(number)) for number, _ in todo])
        store.publish(document.id)
    return document.id


def found(store: LibraryStore, query: str, documents: list[int] | None = None) -> list[str]:
    hits = store.search_words(query, 10, documents)
    passages = store.passages([number for number, _ in hits])
    return [passages[number].text for number, _ in hits]


def test_a_path_is_one_document(store: LibraryStore) -> None:
    first = store.register("/a/b.txt", "b.txt")
    assert store.register("/a/b.txt", "other") == first
    assert (first.state, first.pages, first.passages) == (DocumentState.WAITING, None, 0)
    assert store.document(first.id) == first


def test_do10_a_path_that_is_no_utf8_comes_back_as_it_was(store: LibraryStore) -> None:
    path = os.fsdecode(b"/tmp/caf\xe9\n.txt")
    document = store.register(path, "caf\udce9.txt")
    assert os.fsencode(store.document(document.id).path) == b"/tmp/caf\xe9\n.txt"
    assert document.name == "caf\ufffd.txt"


def test_newest_first(store: LibraryStore) -> None:
    ids = [store.register(f"/{name}", name).id for name in "abc"]
    assert [document.id for document in store.documents()] == ids[::-1]


def test_state_stamp_and_crashes_are_kept(store: LibraryStore) -> None:
    number = store.register("/a", "a").id
    assert store.stamp(number) == (0, 0, "")
    store.mark(number, DocumentState.FAILED, "broken \ud800")
    store.set_stamp(number, 7, 8, "hash")
    assert store.stamp(number) == (7, 8, "hash")
    document = store.document(number)
    assert (document.state, document.detail) == (DocumentState.FAILED, "broken \ufffd")
    assert (document.size, document.content_hash) == (7, "hash")
    assert store.stamp(99) == (0, 0, "")
    assert not store.crashed("hash")
    store.set_crashed("hash")
    store.set_crashed("hash")
    assert store.crashed("hash")


def test_do12_the_earlier_text_is_live_until_the_new_one_is_published(store: LibraryStore) -> None:
    number = add(store, "/a", "old words")
    before = store.generation
    store.add_revision(number, "new words\nmore", (0, 9), cut("new words\nmore"))
    assert found(store, "old") == ["old words"]
    assert found(store, "new") == []
    assert store.text(number).text == "old words"
    assert store.incomplete(MODEL) == [number]
    assert store.generation == before

    store.publish(number)
    assert found(store, "old") == []
    assert found(store, "new") == ["new words"]
    assert store.text(number).page_starts == (0, 9)
    assert store.document(number).pages == 2
    assert store.generation > before
    assert store.database.query("SELECT count(*) FROM passage_words")[0][0] == 2


def test_a_second_pending_revision_takes_the_place_of_the_first(store: LibraryStore) -> None:
    number = add(store, "/a", "one", publish=False)
    assert store.text(number).text == "one"
    store.add_revision(number, "two", (), cut("two"))
    store.publish(number)
    store.publish(number)
    assert found(store, "one two") == ["two"]
    assert store.document(number).state is DocumentState.READY
    assert store.document(number).pages is None


def test_ix11_what_has_a_vector_is_not_asked_for_again(store: LibraryStore) -> None:
    number = add(store, "/a", "one\ntwo\nthree", publish=False)
    todo = store.unembedded(number, MODEL)
    assert [text for _, text in todo] == ["one", "two", "three"]
    store.add_vectors(MODEL, [(todo[0][0], vector(1))])
    assert [text for _, text in store.unembedded(number, MODEL)] == ["two", "three"]
    assert [text for _, text in store.unembedded(number, "another")] == ["one", "two", "three"]
    assert store.embedded_ids(MODEL) == []
    store.publish(number)
    assert store.embedded_ids(MODEL) == [todo[0][0]]
    assert store.incomplete(MODEL) == [number]


def test_do15_the_same_text_is_embedded_once(store: LibraryStore) -> None:
    first = add(store, "/a", "one\ntwo")
    second = add(store, "/b", "two\nthree", publish=False)
    assert store.reuse_vectors(second, MODEL) == 1
    assert [text for _, text in store.unembedded(second, MODEL)] == ["three"]
    assert store.reuse_vectors(second, "another") == 0
    [shared] = [n for n in store.passage_ids([first]) if store.passages([n])[n].text == "two"]
    store.publish(second)
    [copied] = store.embedded_ids(MODEL)[2:]
    vectors = dict(store.vectors(MODEL, [shared, copied]))
    assert vectors[shared] == vectors[copied]


def test_do17_nothing_of_a_removed_document_is_left(store: LibraryStore) -> None:
    number = add(store, "/a", "gone words")
    ids = store.passage_ids()
    before = store.generation
    store.remove(number)
    assert store.generation > before
    for table in ("documents", "revisions", "passages", "vectors", "passage_words"):
        assert store.database.query(f"SELECT count(*) FROM {table}")[0][0] == 0
    assert store.passages(ids) == {}
    with pytest.raises(KnownFault) as failure:
        store.document(number)
    assert failure.value.fault.code == "DO17"
    with pytest.raises(KnownFault):
        store.text(number)
    # work that was under way for it comes to nothing
    store.add_revision(number, "late", (), cut("late"))
    store.add_vectors(MODEL, [(ids[0], vector(1))])
    store.publish(number)
    assert store.counts() == (0, 0)


def test_a_document_without_text_has_an_empty_one(store: LibraryStore) -> None:
    number = store.register("/a", "a").id
    assert (store.text(number).text, store.text(number).name) == ("", "a")


def test_passages_come_back_whole(store: LibraryStore) -> None:
    number = store.register("/a", "a").id
    store.add_revision(number, "words", (), cut("words", page=None, heading="Chapter"))
    store.publish(number)
    [passage] = store.passages(store.passage_ids()).values()
    assert passage == Passage(passage.id, number, "a", None, 0, 5, "words", "Chapter")
    assert found(store, "chapter") == ["words"]


def test_a_heading_is_embedded_and_told_apart(store: LibraryStore) -> None:
    for path, heading in (("/a", "Cats"), ("/b", "Dogs"), ("/c", "Cats")):
        number = store.register(path, path).id
        store.add_revision(number, "words", (), cut("words", heading=heading))
        assert store.reuse_vectors(number, MODEL) == (path == "/c")
        todo = store.unembedded(number, MODEL)
        assert [text for _, text in todo] == ([] if path == "/c" else [f"{heading}\nwords"])
        store.add_vectors(MODEL, [(each, vector(1)) for each, _ in todo])


def test_more_ids_than_a_statement_takes(store: LibraryStore) -> None:
    add(store, "/a", "\n".join(f"line {n}" for n in range(1200)))
    assert len(store.passages(store.passage_ids())) == 1200


def test_a_search_keeps_to_the_documents_it_is_given(store: LibraryStore) -> None:
    first, second = add(store, "/a", "red apple"), add(store, "/b", "green apple")
    assert len(found(store, "apple")) == 2
    assert found(store, "apple", [second]) == ["green apple"]
    assert found(store, "apple", []) == []
    assert store.passage_ids([first, second]) == store.passage_ids()
    assert (store.counts(), store.counts([first]), store.counts([])) == ((2, 2), (1, 1), (0, 0))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Wie groß ist die Größe?", "die groesse und die GRÖSSE"),
        ("elan", "Élan vital"),
        ("東京", "私は東京に住んでいます"),
        ("ประเทศไทย", "ฉันอยู่ในประเทศไทย"),
        ("Москва", "город москва"),
        ("state-of-the-art", "a state of the art method"),
    ],
)
def test_words_are_found_in_any_script(store: LibraryStore, query: str, text: str) -> None:
    add(store, "/a", text)
    add(store, "/b", "nothing of the kind 大阪")
    assert text in found(store, query)


@given(st.text(max_size=60))
def test_no_query_is_syntax(query: str) -> None:
    store = shared_store()
    for _, score in store.search_words(query, 5):
        assert score >= 0


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(x y)", "words:x", "x*", "^x", "-x", "(", "'", "", "!?"]
)
def test_fts_syntax_in_a_query_is_words(store: LibraryStore, query: str) -> None:
    add(store, "/a", "some words near x")
    assert set(found(store, query)) <= {"some words near x"}


def test_unreadable_names_what_a_search_cannot_see(store: LibraryStore) -> None:
    states = (
        DocumentState.FAILED,
        DocumentState.LOCKED,
        DocumentState.EMPTY,
        DocumentState.WAITING,
    )
    ids = []
    for state in states:
        ids.append(store.register(f"/{state}", str(state)).id)
        store.mark(ids[-1], state)
    kept = add(store, "/kept", "still readable")
    store.mark(kept, DocumentState.FAILED)
    assert store.unreadable() == ("failed", "locked", "empty", "waiting (still being read)")
    assert store.unreadable(ids[1:2]) == ("locked",)


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    store = LibraryStore(tmp_path / "library.db")
    number = add(store, "/a", "kept words")
    generation = store.generation
    store.close()
    store = LibraryStore(tmp_path / "library.db")
    assert found(store, "kept") == ["kept words"]
    assert (store.documents()[0].id, store.generation) == (number, generation)
    store.close()


_shared: list[LibraryStore] = []


def shared_store() -> LibraryStore:
    """One store in memory's stead for the generated queries."""
    return _shared[0]


@pytest.fixture(scope="module", autouse=True)
def _open_shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    store = LibraryStore(tmp_path_factory.mktemp("shared") / "library.db")
    add(store, "/a", "and or not near\nwords")
    _shared.append(store)
    yield
    _shared.pop().close()

"""One document's way: states in order, a second try for a dead embedder, and files that cannot be stamped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import DocumentState
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.library.ingest import Ingest
from desktop_app.library.readers.reader import ReadText
from desktop_app.storage.documents import LibraryStore
from tests.support.library_fakes import PlainReader, WordEmbedder


class Work:
    """An ingest with its parts and the steps it told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = LibraryStore(folder / "library.db")
        self.reader, self.embedder = PlainReader(), WordEmbedder()
        self.ingest = Ingest(self.store, self.reader, self.embedder)
        self.steps: list[tuple[DocumentState, int, int]] = []

    def run(
        self, name: str = "a.txt", cancel: CancelToken | None = None, asked: bool = False
    ) -> bool:
        document = self.store.register(str(self.folder / name), name)
        return self.ingest.run(
            document, lambda *step: self.steps.append(step), cancel or CancelToken(), asked=asked
        )

    @property
    def state(self) -> DocumentState:
        return self.store.documents()[0].state


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    work = Work(tmp_path)
    yield work
    work.store.close()


def test_states_in_order(work: Work) -> None:
    (work.folder / "a.txt").write_text("words")
    assert work.run()
    assert work.steps == [
        (DocumentState.READING, 0, 0),
        (DocumentState.EMBEDDING, 0, 1),
        (DocumentState.EMBEDDING, 1, 1),
        (DocumentState.READY, 1, 1),
    ]
    assert not work.run()
    assert work.run(asked=True)


def test_one_death_of_the_embedder_is_tried_again(work: Work) -> None:
    deaths = iter([KnownFault("EN1", "died")])

    def die(count: int) -> None:
        for fault in deaths:
            raise fault

    work.embedder.before = die
    (work.folder / "a.txt").write_text("words")
    assert work.run()
    assert work.state is DocumentState.READY


def test_another_fault_of_the_embedder_is_not(work: Work) -> None:
    def refuse(count: int) -> None:
        raise KnownFault("IX10", "program code")

    work.embedder.before = refuse
    (work.folder / "a.txt").write_text("words")
    with pytest.raises(KnownFault, match="program code"):
        work.run()
    assert work.state is DocumentState.EMBEDDING


def test_a_cancel_while_reading_leaves_it_waiting(work: Work) -> None:
    (work.folder / "a.txt").write_text("words")
    token = CancelToken()
    work.reader.before = lambda path: token.raise_if_cancelled()
    token.cancel()
    with pytest.raises(Cancelled):
        work.run(cancel=token)
    assert work.state is DocumentState.WAITING


def test_a_file_that_is_not_there_fails_with_its_reason(work: Work) -> None:
    assert work.run("absent.txt")
    assert (work.state, work.store.documents()[0].detail) == (
        DocumentState.FAILED,
        "The file is no longer there.",
    )


def test_a_huge_file_is_not_hashed(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.library.ingest.SIZE_LIMIT", 3)
    work.reader.faults["a.txt"] = KnownFault("DO13", "The file is over 0 MB.")
    (work.folder / "a.txt").write_text("words")
    work.run()
    assert work.store.stamp(1)[0] == 5
    assert work.store.stamp(1)[2] == ""
    assert work.state is DocumentState.FAILED


def test_the_detail_says_what_became_of_the_file(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = ReadText("One.\n\nTwo.\n\n", (0, 6), "text/plain", "0", 1, ("read as Windows-1252",))
    monkeypatch.setattr(work.reader, "read", lambda *_: read)
    (work.folder / "a.txt").write_text("words")
    work.run()
    assert work.store.documents()[0].detail == "2 pages · 2 passages · read as Windows-1252"
    slides = ReadText("One.", (0,), "application/x.presentation", "0", 1)
    monkeypatch.setattr(work.reader, "read", lambda *_: slides)
    work.run(asked=True)
    assert work.store.documents()[0].detail == "1 slide · 1 passage"

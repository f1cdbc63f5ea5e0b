"""Adding, refreshing, cancelling, resuming and removing, with stand-ins for the two processes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import DocumentState, IngestProgress
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.library.library import DocumentLibrary
from desktop_app.storage.documents import LibraryStore
from tests.support.library_fakes import PlainReader, WordEmbedder

LONG = "\n\n".join(
    f"# Part {n}\n\n" + f"Entry {n} tells of the {n}th harbour and of its lighthouse. " * 6
    for n in range(80)
)


class Parts:
    """A library and what it is made of; `reopen` is a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open("words:1")

    def open(self, embedder: str) -> None:
        self.reader, self.embedder = PlainReader(), WordEmbedder(embedder)
        self.library = DocumentLibrary(
            store=LibraryStore(self.folder / "library.db"),
            reader=self.reader,
            embedder=self.embedder,
            index_folder=self.folder / "index",
        )

    def reopen(self, embedder: str = "words:1") -> DocumentLibrary:
        self.library.close()
        self.open(embedder)
        return self.library

    def file(self, name: str, text: str) -> str:
        path = self.folder / "files" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return str(path)

    def state(self, name: str) -> tuple[DocumentState, str]:
        [document] = [d for d in self.library.documents() if d.name == name]
        return document.state, document.detail


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    parts = Parts(tmp_path)
    yield parts
    parts.library.close()


def found(parts: Parts, query: str) -> list[str]:
    return [scored.passage.text for scored in parts.library.search(query, 4)]


def test_a_folder_is_added_and_searched(parts: Parts) -> None:
    parts.file("a.txt", "The harbour has two lighthouses.")
    parts.file("b.md", "# Mills\n\nThe mill grinds rye.")
    parts.file(".hidden", "no")
    seen: list[IngestProgress] = []
    report = parts.library.add([str(parts.folder / "files")], seen.append)
    assert str(report) == "2 documents added, 1 skipped."
    assert report.skipped == (".hidden: hidden",)
    assert found(parts, "who grinds rye?")[0] == "# Mills\n\nThe mill grinds rye."
    assert parts.library.searchable() == (2, 2)
    states = [p.state for p in seen if p.document == "a.txt"]
    assert states == [
        DocumentState.READING,
        DocumentState.EMBEDDING,
        DocumentState.EMBEDDING,
        DocumentState.READY,
        DocumentState.READY,
    ]
    assert (seen[-1].files_done, seen[-1].files_total) == (2, 2)


def test_every_file_has_its_line_before_the_first_is_read(parts: Parts) -> None:
    paths = [parts.file(f"{n}.txt", f"text {n}") for n in range(3)]
    lines: list[int] = []
    parts.reader.before = lambda path: lines.append(len(parts.library.documents()))
    parts.library.add(paths)
    assert lines == [3, 3, 3]


def test_what_is_wrong_with_a_file_stays_with_that_file(parts: Parts) -> None:
    faults = {"locked.pdf": "DO1", "scan.pdf": "DO2", "bad.pdf": "DO3", "slow.pdf": "DO4"}
    for name, code in faults.items():
        parts.reader.faults[name] = KnownFault(code, f"Fault {code}.", action="Do this.")
    paths = [parts.file(name, name) for name in [*faults, "good.txt"]]
    report = parts.library.add(paths)
    assert (report.added, report.failed) == (1, 4)
    assert parts.state("locked.pdf") == (DocumentState.LOCKED, "Fault DO1. Do this.")
    assert parts.state("scan.pdf")[0] is DocumentState.EMPTY
    assert parts.state("bad.pdf")[0] is DocumentState.FAILED
    assert parts.library.unreadable() == tuple(faults)
    [locked] = [d for d in parts.library.documents() if d.name == "locked.pdf"]
    assert parts.library.retry(locked.id, "sesame").added == 1


def test_do5_a_file_that_crashed_the_reader_is_not_read_at_each_start(parts: Parts) -> None:
    parts.reader.faults["evil.pdf"] = KnownFault("DO5", "This file crashed the document reader.")
    path = parts.file("evil.pdf", "evil")
    parts.library.add([path])
    library = parts.reopen()
    assert library.refresh().failed == 0
    assert library.add([path]).failed == 1
    assert library.add([parts.file("copy.pdf", "evil")]).failed == 1
    assert parts.reader.reads == []
    assert parts.state("copy.pdf")[1] == "This file crashed the document reader before."
    [evil] = [d for d in library.documents() if d.name == "evil.pdf"]
    assert library.retry(evil.id).added == 1
    assert parts.reader.reads == ["evil.pdf"]


def test_do12_a_changed_file_is_read_again_and_a_bad_change_keeps_the_text(parts: Parts) -> None:
    path = parts.file("a.txt", "old harbour words")
    parts.library.add([path])
    assert parts.library.add([path]).unchanged == 1
    assert parts.library.refresh().unchanged == 1
    os.utime(path, ns=(1, 1))
    assert parts.library.refresh().unchanged == 1
    assert parts.reader.reads == ["a.txt"]

    Path(path).write_text("new mill words")
    assert parts.library.refresh().added == 1
    assert found(parts, "harbour mill") == ["new mill words"]

    parts.reader.faults["a.txt"] = KnownFault("DO3", "The file is damaged.")
    Path(path).write_text("worse")
    parts.library.refresh()
    assert parts.state("a.txt") == (
        DocumentState.READY,
        "The file is damaged. The text read earlier is kept.",
    )
    assert found(parts, "mill") == ["new mill words"]

    os.unlink(path)
    assert parts.library.refresh().unchanged == 1
    assert found(parts, "mill") == ["new mill words"]


def test_do15_the_same_content_is_embedded_once(parts: Parts) -> None:
    parts.library.add([parts.file("a.txt", "same words"), parts.file("b.txt", "same words")])
    assert parts.embedder.asked == ["same words"]
    assert parts.library.searchable() == (2, 2)


def test_do16_a_cancel_stops_soon_and_what_is_done_stays(parts: Parts) -> None:
    paths = [parts.file(f"{n:02}.txt", f"text {n}") for n in range(10)]
    token = CancelToken()

    def stop(progress: IngestProgress) -> None:
        if progress.files_done == 4:
            token.cancel()

    with pytest.raises(Cancelled):
        parts.library.add(paths, stop, token)
    states = [d.state for d in reversed(parts.library.documents())]
    assert states == [DocumentState.READY] * 4 + [DocumentState.WAITING] * 6
    library = parts.reopen()
    assert library.refresh().added == 6
    assert library.searchable() == (10, 10)


def test_ix11_embedding_goes_on_where_it_was(parts: Parts) -> None:
    def die(count: int) -> None:
        if count >= 64:
            raise KnownFault("EN1", "The embedder stopped.")

    parts.embedder.before = die
    with pytest.raises(KnownFault):
        parts.library.add([parts.file("long.md", LONG)])
    assert parts.state("long.md")[0] is DocumentState.EMBEDDING
    library = parts.reopen()
    assert library.refresh().added == 1
    assert len(parts.embedder.asked) == library.searchable()[0] - 64 > 0
    assert parts.reader.reads == []


def test_ix5_another_embedder_embeds_everything_again(parts: Parts) -> None:
    parts.library.add([parts.file("a.txt", "harbour words")])
    library = parts.reopen("other:2")
    assert library.search("harbour", 1)[0].dense is None
    assert library.refresh().added == 1
    assert parts.embedder.asked == ["harbour", "harbour words"]
    assert library.search("harbour", 1)[0].dense is not None
    assert library.refresh().unchanged == 1


def test_do17_a_removed_document_is_never_found_again(parts: Parts) -> None:
    path = parts.file("a.txt", "harbour words")
    parts.library.add([path])
    [document] = parts.library.documents()
    assert parts.library.text(document.id).text == "harbour words"
    parts.library.remove(document.id)
    assert found(parts, "harbour") == []
    assert parts.library.documents() == []
    assert Path(path).exists()


def test_a_document_removed_while_it_is_read_stays_removed(parts: Parts) -> None:
    parts.reader.before = lambda path: parts.library.remove(parts.library.documents()[0].id)
    parts.library.add([parts.file("a.txt", "harbour words")])
    assert parts.library.documents() == []
    assert parts.library.searchable() == (0, 0)


def test_a_search_keeps_to_its_documents_and_asks_for_nothing_in_vain(parts: Parts) -> None:
    assert parts.library.search("harbour", 3) == []
    assert parts.embedder.asked == []
    parts.library.add([parts.file("a.txt", "old harbour"), parts.file("b.txt", "new harbour")])
    second = next(d.id for d in parts.library.documents() if d.name == "b.txt")
    assert [s.passage.text for s in parts.library.search("harbour", 3, [second])] == ["new harbour"]
    assert parts.library.search(" ", 3) == parts.library.search("harbour", 0) == []
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        parts.library.search("harbour", 3, cancel=cancelled)


def test_listeners_hear_of_changes_until_they_leave(parts: Parts) -> None:
    heard: list[int] = []
    leave = parts.library.subscribe(lambda: heard.append(len(parts.library.documents())))
    parts.library.add([parts.file("a.txt", "words")])
    assert heard
    assert set(heard) == {1}
    leave()
    leave()
    count = len(heard)
    parts.library.remove(1)
    assert len(heard) == count


def test_closing_ends_a_running_batch(parts: Parts) -> None:
    started = threading.Event()
    ended: list[BaseException] = []

    def wait(path: str) -> None:
        started.set()
        time.sleep(0.3)

    def run() -> None:
        try:
            parts.library.add([parts.file(f"{n}.txt", f"text {n}") for n in range(50)])
        except Cancelled as error:
            ended.append(error)

    parts.reader.before = wait
    thread = threading.Thread(target=run)
    thread.start()
    started.wait(5)
    parts.library.close()
    thread.join()
    assert ended
    assert parts.reader.closed
    assert parts.embedder.closed


def test_batches_wait_for_each_other_and_can_be_cancelled_while_waiting(parts: Parts) -> None:
    inside = threading.Event()
    go_on = threading.Event()

    def wait(path: str) -> None:
        inside.set()
        go_on.wait(5)

    parts.reader.before = wait
    path = parts.file("a.txt", "words")
    thread = threading.Thread(target=lambda: parts.library.add([path]))
    thread.start()
    inside.wait(5)
    token = CancelToken()
    timer = threading.Timer(0.2, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        parts.library.refresh(cancel=token)
    go_on.set()
    thread.join()
    timer.join()
    assert parts.library.searchable() == (1, 1)


def test_do12_a_file_that_vanished_says_so_until_it_is_back(parts: Parts) -> None:
    path = Path(parts.file("a.txt", "The harbour opens at six."))
    parts.library.add([str(path)])
    before = parts.state("a.txt")
    aside = path.rename(path.with_suffix(".aside"))
    for _ in range(2):
        assert parts.library.refresh().failed == 0
        state, detail = parts.state("a.txt")
        assert state is DocumentState.READY
        assert detail == f"{before[1]} · the file is no longer there; what was read from it is kept"
    assert parts.library.search("harbour", 1)
    aside.rename(path)
    parts.library.refresh()
    assert parts.state("a.txt") == before

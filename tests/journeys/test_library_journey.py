"""The library with its real reader and embedder: from a dropped PDF to the sentence on its second page."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.documents import DocumentState, IngestProgress
from desktop_app.domain.errors import KnownFault
from desktop_app.library.embedder import WorkerEmbedder
from desktop_app.library.library import DocumentLibrary
from desktop_app.library.readers.reader import WorkerReader
from desktop_app.storage.documents import LibraryStore
from desktop_app.workers.host import WorkerHost
from tests.support.noise import Expectations
from tests.support.pdf import write_pdf

pytestmark = pytest.mark.model

PAGES = (
    "The Meadow Lane observatory was founded in 1921.\nIts first director was Edith Calloway.",
    "The great refractor was delivered in the spring of 1934.\n"
    "Its main lens has a diameter of 61 centimetres and was ground in Jena.",
    "Visitors are welcome on Thursdays.\nThe tower is closed when it rains.",
)


def open_library(folder: Path) -> DocumentLibrary:
    return DocumentLibrary(
        store=LibraryStore(folder / "library.db"),
        reader=WorkerReader(WorkerHost("read")),
        embedder=WorkerEmbedder(WorkerHost("embed")),
        index_folder=folder / "index",
    )


@pytest.fixture
def library(tmp_path: Path) -> Iterator[DocumentLibrary]:
    library = open_library(tmp_path)
    yield library
    library.close()


def test_a_sentence_on_page_two_is_found_with_its_page_and_offsets(
    library: DocumentLibrary, tmp_path: Path
) -> None:
    report = library.add([str(write_pdf(tmp_path / "observatory.pdf", PAGES))])
    assert str(report) == "1 document added."
    [document] = library.documents()
    assert (document.state, document.pages, document.passages) == (DocumentState.READY, 3, 3)

    [best, *_] = library.search("How wide is the lens of the telescope?", 4)
    text = library.text(document.id)
    assert best.passage.page == 2
    assert "61 centimetres" in best.passage.text
    assert text.text[best.passage.start : best.passage.end] == best.passage.text
    assert text.page_of(best.passage.start) == 2
    assert 0.3 < best.score <= 1

    assert library.add([str(tmp_path / "observatory.pdf")]).unchanged == 1
    library.remove(document.id)
    assert library.search("lens", 4) == []


def test_a_locked_pdf_asks_for_its_password_and_then_opens(
    library: DocumentLibrary, tmp_path: Path
) -> None:
    report = library.add([str(write_pdf(tmp_path / "locked.pdf", PAGES, password="sesame"))])
    [document] = library.documents()
    assert (document.state, document.detail) == (DocumentState.LOCKED, "Needs a password.")
    assert (report.failed, library.unreadable()) == (1, ("locked.pdf",))
    assert library.retry(document.id, "wrong").failed == 1
    assert library.documents()[0].detail == "The password does not open this file."
    assert library.retry(document.id, "sesame").added == 1
    assert library.search("first director", 1)[0].passage.page == 1


def test_ix11_a_killed_embedder_costs_a_piece_and_no_more(
    tmp_path: Path, expect_log: Expectations
) -> None:
    """IX11: killed twice running, the batch ends with a fault; the next start goes on where it was."""
    expect_log("ended the embedder")
    expect_log("embedder stopped by itself")
    pages = [
        f"Page {n} of the ledger.\nThe entry {n * 7919} stands for lot {n}." for n in range(100)
    ]
    write_pdf(tmp_path / "ledger.pdf", pages)
    library = open_library(tmp_path)
    embedder = library._embedder
    assert isinstance(embedder, WorkerEmbedder)
    kills = 0

    def kill(progress: IngestProgress) -> None:
        nonlocal kills
        if (
            progress.state is DocumentState.EMBEDDING
            and progress.passages_done == 64
            and embedder.pid
        ):
            kills += 1
            os.kill(embedder.pid, signal.SIGKILL)
            # the death is noticed at the next request, which is made anew; end that one, too
            embedder._host._command = ["/bin/false"]

    with pytest.raises(KnownFault) as failure:
        library.add([str(tmp_path / "ledger.pdf")], kill)
    assert (kills, failure.value.fault.code) == (1, "EN1")
    assert library.documents()[0].state is DocumentState.EMBEDDING
    library.close()

    library = open_library(tmp_path)
    try:
        left: list[int] = []
        library.refresh(lambda progress: left.append(progress.passages_total))
        assert max(left) == 36
        assert library.documents()[0].state is DocumentState.READY
        assert library.searchable() == (100, 1)
        assert library.search("lot 42", 1)[0].passage.page == 43
    finally:
        library.close()


def test_one_death_of_the_embedder_is_survived_without_a_word(
    library: DocumentLibrary, tmp_path: Path, expect_log: Expectations
) -> None:
    expect_log("ended the embedder")
    write_pdf(
        tmp_path / "ledger.pdf", [f"The entry {n * 7919} stands for lot {n}." for n in range(70)]
    )
    embedder = library._embedder
    assert isinstance(embedder, WorkerEmbedder)

    def kill(progress: IngestProgress) -> None:
        if (
            progress.state is DocumentState.EMBEDDING
            and progress.passages_done == 32
            and embedder.pid
        ):
            os.kill(embedder.pid, signal.SIGKILL)

    assert library.add([str(tmp_path / "ledger.pdf")], kill).added == 1
    assert library.searchable() == (70, 1)

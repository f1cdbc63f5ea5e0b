"""The sentences, word for word."""

import pytest

from desktop_app.domain.documents import Document, DocumentState, IngestProgress
from desktop_app.domain.models import EnginePhase, EngineState
from desktop_app.ui import wording


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 kB"), (12, "1 kB"), (48_211, "48 kB"), (12_000_000, "12 MB"), (310_000_000, "0.3 GB")],
)
def test_sizes(number: int, said: str):
    assert wording.size(number) == said


def test_counts():
    assert wording.count(1, "page") == "1 page"
    assert wording.count(1212, "passage") == "1,212 passages"


def test_names_hide_nothing():
    assert wording.visible("a\nb\u202egpj.exe\x00") == "a\\x0ab\\x202egpj.exe\\x00"
    assert wording.visible("Überfahrt 船.pdf") == "Überfahrt 船.pdf"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (Document(1, "p", "n", DocumentState.READY, "", 3, 9), "3 pages · 9 passages"),
        (Document(1, "p", "n", DocumentState.READY, "", None, 1), "1 passage"),
        (Document(1, "p", "n", DocumentState.LOCKED), "needs a password"),
        (Document(1, "p", "n", DocumentState.EMPTY), "no text found: a scan?"),
        (Document(1, "p", "n", DocumentState.FAILED, "cut short"), "failed: cut short"),
        (Document(1, "p", "n", DocumentState.FAILED), "could not be read"),
        (Document(1, "p", "n", DocumentState.WAITING), "waiting"),
    ],
)
def test_document_states(document: Document, said: str):
    assert wording.document_state(document) == said


def test_progress():
    now = IngestProgress("a.pdf", DocumentState.EMBEDDING, 1, 5, 214, 380)
    assert wording.progress(now) == "embedding 214 of 380"
    assert wording.adding(now) == "Adding 2 of 5: a.pdf"
    alone = IngestProgress("a.pdf", DocumentState.READING, 0, 1)
    assert wording.progress(alone) == "reading…"
    assert wording.adding(alone) == "Adding a.pdf"


def test_the_model_chip():
    ready = EngineState(EnginePhase.READY, "SmolLM2", 4096, 310_000_000)
    assert wording.model_state(ready, "") == "SmolLM2 · ready · 0.3 GB"
    busy = EngineState(EnginePhase.BUSY, "SmolLM2", 4096, 310_000_000, 2)
    assert wording.model_state(busy, "") == "SmolLM2 · answering… · 0.3 GB · 2 waiting"
    empty = EngineState(EnginePhase.EMPTY)
    assert wording.model_state(empty, "Qwen") == "Qwen · loads with your first question"
    assert wording.model_state(empty, "") == "No model · loads with your first question"


def test_the_documents_chip():
    assert wording.documents_chip(0, 0) == "No documents"
    assert wording.documents_chip(1, 1) == "1 document"
    assert wording.documents_chip_short(2, 2) == "2"
    assert wording.documents_chip_short(2, 5) == "2 of 5"
    assert wording.documents_chip(2, 5) == "2 of 5 documents ready"


def test_what_was_left_out():
    assert wording.left_out({}) == ""
    assert wording.left_out({"not found": 1}) == "1 item left out: 1 not found."
    both = wording.left_out({"not found": 2, "neither a file nor a folder": 1})
    assert both == "3 items left out: 1 neither a file nor a folder, 2 not found."


def test_the_rest():
    assert wording.interrupted(1).startswith("1 answer was interrupted")
    assert wording.interrupted(2).startswith("2 answers were interrupted")
    assert wording.deleted("") == "Deleted “New conversation”."
    assert wording.no_search_hits("ferry") == "Nothing found for “ferry”."
    assert wording.place("minutes.pdf", 2) == "minutes.pdf, page 2"
    assert wording.place("notes.md", None) == "notes.md"
    assert wording.in_window(0, 10, 2_000_000).endswith("1 to 10 of 2,000,000.")


def test_the_home_folder_is_a_tilde(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert wording.folder_name(f"{tmp_path}/papers/a.pdf") == "~/papers/a.pdf"
    assert wording.folder_name("/srv/a.pdf") == "/srv/a.pdf"

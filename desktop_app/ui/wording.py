"""The sentences of the window: what a person reads, in one place and one voice."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from desktop_app.domain.documents import Document, DocumentState, IngestProgress
from desktop_app.domain.errors import Fault
from desktop_app.domain.models import EnginePhase, EngineState

APP = "Candor"
NEW_CONVERSATION = "New conversation"
SEARCH_CONVERSATIONS = "Search conversations"
NO_CONVERSATIONS = "Your conversations will be listed here."
OFFLINE = "Offline"
OFFLINE_WHY = (
    "Candor makes no network connection. Models, documents and conversations stay on this machine."
)

DROP_HERE = "Drop files or folders here"
DROP_KINDS = "PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, web pages, e-mail, text"
NO_DOCUMENTS = "No documents yet"
NO_DOCUMENTS_NEXT = "Add a file, and answers will cite the page they rest on."
NO_SOURCE = "No source open"
NO_SOURCE_NEXT = "Click a numbered citation in an answer to read the passage it rests on."
NOT_FOUND = "No match"

BUG_SAFE = "Your conversations and documents are saved."
BUG_ACTION = "If it happens again, copy the details into a report."

NO_DISPLAY = (
    "There is no display for Candor's window. Without one, ask from the command line: "
    'candor ask "What do my documents say?" --docs FOLDER'
)
ALREADY_OPEN = "Candor is already open on this data folder; its window was brought to the front."


def count(number: int, word: str) -> str:
    """`1 page`, `1,212 pages`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """Bytes as a person says them: `0.3 GB`, `12 MB`."""
    if number >= 100_000_000:
        return f"{number / 1e9:.1f} GB"
    if number >= 1_000_000:
        return f"{number / 1e6:.0f} MB"
    return f"{max(1, round(number / 1e3))} kB" if number else "0 kB"


def visible(text: str) -> str:
    """A file name or title on one line, with what would hide or reorder characters made visible (DO10)."""
    return "".join(
        character if character.isprintable() else f"\\x{ord(character):02x}" for character in text
    )


def bug(details: str) -> Fault:
    """The one notice for an exception that nobody foresaw."""
    return Fault("BUG", "Something went wrong in Candor.", BUG_SAFE, BUG_ACTION, details)


def interrupted(number: int) -> str:
    """After a start that found unfinished answers."""
    were = "answer was" if number == 1 else "answers were"
    return (
        f"{number:,} {were} interrupted when Candor last closed. What was written so far is kept."
    )


def deleted(title: str) -> str:
    """After a conversation was taken out of the list."""
    return f"Deleted “{visible(title) or NEW_CONVERSATION}”."


def removed(name: str) -> str:
    """After a document was taken out of the library."""
    return f"Removed {visible(name)} from Candor. The file stays where it is."


def no_search_hits(search: str) -> str:
    """When the conversation search finds nothing."""
    return f"Nothing found for “{visible(search)}”."


PHASES = {
    EnginePhase.EMPTY: "loads with your first question",
    EnginePhase.LOADING: "loading…",
    EnginePhase.READY: "ready",
    EnginePhase.BUSY: "answering…",
    EnginePhase.FAILED: "not running",
}


def model_state(state: EngineState, chosen: str) -> str:
    """The model chip: name, what it is doing, memory."""
    parts = [visible(state.model or chosen) or "No model", PHASES[state.phase]]
    if state.phase in (EnginePhase.READY, EnginePhase.BUSY) and state.memory:
        parts.append(size(state.memory))
    if state.waiting:
        parts.append(f"{state.waiting:,} waiting")
    return " · ".join(parts)


def documents_chip(ready: int, total: int) -> str:
    """The documents chip in the header."""
    if not total:
        return "No documents"
    return (
        count(total, "document")
        if ready == total
        else f"{ready:,} of {count(total, 'document')} ready"
    )


def documents_chip_short(ready: int, total: int) -> str:
    """The documents chip in a narrow window."""
    return f"{total:,}" if ready == total else f"{ready:,} of {total:,}"


def document_state(document: Document) -> str:
    """The line under a document's name."""
    if document.state is DocumentState.READY:
        parts = [count(document.passages, "passage")]
        if document.pages:
            parts.insert(0, count(document.pages, "page"))
        return " · ".join(parts)
    words = {
        DocumentState.WAITING: "waiting",
        DocumentState.READING: "reading…",
        DocumentState.EMBEDDING: "embedding…",
        DocumentState.EMPTY: "no text found: a scan?",
        DocumentState.LOCKED: "needs a password",
        DocumentState.FAILED: "could not be read",
    }[document.state]
    if document.state is DocumentState.FAILED and document.detail:
        return f"failed: {visible(document.detail)}"
    return words


def progress(now: IngestProgress) -> str:
    """What adding is at with the current file: `embedding 214 of 380`."""
    if now.state is DocumentState.EMBEDDING and now.passages_total:
        return f"embedding {now.passages_done:,} of {now.passages_total:,}"
    words = {DocumentState.READING: "reading…", DocumentState.EMBEDDING: "embedding…"}
    return words.get(now.state, "waiting")


def adding(now: IngestProgress) -> str:
    """The head of the progress card."""
    if now.files_total <= 1:
        return f"Adding {visible(now.document)}"
    number = min(now.files_done + 1, now.files_total)
    return f"Adding {number:,} of {now.files_total:,}: {visible(now.document)}"


def left_out(reasons: dict[str, int]) -> str:
    """Which of the dropped things were not taken, by reason; empty when all were."""
    total = sum(reasons.values())
    if not total:
        return ""
    why = ", ".join(f"{number:,} {reason}" for reason, number in sorted(reasons.items()))
    return f"{count(total, 'item')} left out: {why}."


def library_summary(documents: int, passages: int) -> str:
    """The line above the list of documents."""
    return f"{count(documents, 'document')} · {count(passages, 'passage')}"


def place(document: str, page: int | None) -> str:
    """Where a passage stands: `minutes.pdf, page 2`."""
    return visible(document) + (f", page {page:,}" if page else "")


def in_window(start: int, end: int, total: int) -> str:
    """Above a source of which only a stretch is shown."""
    return f"A long document: showing characters {start + 1:,} to {end:,} of {total:,}."


def folder_name(path: str) -> str:
    """A path for a person: the home folder as ~."""
    home = str(Path.home())
    return visible("~" + path[len(home) :] if path.startswith(home) else path)


# --- a start that fails ---------------------------------------------------------------------------

BEGIN_ANEW = "Begin anew and keep the damaged file"
COPY_DETAILS = "Copy details"


def go_back(made: float) -> str:
    """The words of the way back to a copy made at `made`, seconds since the epoch."""
    return f"Go back to the copy of {datetime.fromtimestamp(made):%d %B %Y, %H:%M}"

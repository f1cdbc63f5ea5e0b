"""What the library holds: documents, their text, and how adding them goes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum


class DocumentState(StrEnum):
    """Where a document stands."""

    WAITING = "waiting"
    READING = "reading"
    EMBEDDING = "embedding"
    READY = "ready"
    EMPTY = "empty"
    LOCKED = "locked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Document:
    """A file in the library. `detail` says in words what happened to it."""

    id: int
    path: str
    name: str
    state: DocumentState
    detail: str = ""
    pages: int | None = None
    passages: int = 0
    size: int = 0
    content_hash: str = ""
    added: float = 0.0


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document's text as extracted. `page_starts[i]` is the offset at which page i+1 begins."""

    document_id: int
    name: str
    text: str
    page_starts: tuple[int, ...] = ()

    def page_of(self, offset: int) -> int | None:
        """The page, from 1, on which a character stands; None without pages."""
        return bisect_right(self.page_starts, offset) or None if self.page_starts else None


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """Where adding documents stands: files of the batch, and passages of the current file."""

    document: str
    state: DocumentState
    files_done: int
    files_total: int
    passages_done: int = 0
    passages_total: int = 0


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of a batch of files."""

    added: int = 0
    unchanged: int = 0
    failed: int = 0
    skipped: tuple[str, ...] = ()
    """Names left out, each with its reason in words."""

    def __str__(self) -> str:
        def count(number: int, word: str) -> str:
            return f"{number:,} {word}{'' if number == 1 else 's'}"

        parts = [f"{count(self.added, 'document')} added"]
        if self.unchanged:
            parts.append(f"{self.unchanged:,} unchanged")
        if self.failed:
            parts.append(f"{self.failed:,} could not be read")
        if self.skipped:
            parts.append(f"{len(self.skipped):,} skipped")
        return ", ".join(parts) + "."

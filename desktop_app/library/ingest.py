"""One document from its file to live passages: read, cut, embed, publish, each step kept before the next.

A document that is interrupted is WAITING (nothing kept yet) or EMBEDDING (its text is kept, and what vectors
there are); either goes on from there. What was live before stays live until the new text is published.
"""

from __future__ import annotations

import hashlib
import os
import sys
from array import array
from collections.abc import Callable
from typing import Protocol

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import Document, DocumentState
from desktop_app.domain.errors import Cancelled, Fault, KnownFault
from desktop_app.domain.ports import DocumentStore, Embedder
from desktop_app.library.chunking import chunk
from desktop_app.library.readers.reader import ReadText
from desktop_app.workers.read import SIZE_LIMIT, open_regular

PIECE = 32
"""Passages that are embedded and kept at once: what a kill can cost, and how long a question waits."""

STATES = {"DO1": DocumentState.LOCKED, "DO2": DocumentState.EMPTY}
"""Where a fault of reading leaves a document; FAILED for all others."""

CRASHES = ("DO4", "DO5")
"""Faults after which the same content is not read again without being asked."""

OnStep = Callable[[DocumentState, int, int], None]
"""(state, passages done, passages in all)"""


class Reader(Protocol):
    """Turns a file into text."""

    def read(self, path: str, password: str = "", cancel: CancelToken | None = None) -> ReadText:
        """The text. Raises KnownFault with the code of what is wrong."""

    def close(self) -> None:
        """End what it runs; idempotent."""


class Ingest:
    """Works on one document at a time; the caller sees to it that nobody else does."""

    def __init__(self, store: DocumentStore, reader: Reader, embedder: Embedder) -> None:
        self._store = store
        self._reader = reader
        self._embedder = embedder

    def run(
        self,
        document: Document,
        on_step: OnStep,
        cancel: CancelToken,
        password: str = "",
        asked: bool = False,
    ) -> bool:
        """Bring a document up to its file; False when that had been done already.

        `asked`: read it though this content failed before. Raises Cancelled, and KnownFault when the
        store or the embedder fail; what is wrong with the file ends in its state.
        """
        size, modified, content_hash = _stamp_of(document.path)
        if content_hash and not asked and document.state is not DocumentState.WAITING:
            old_size, old_modified, old_hash = self._store.stamp(document.id)
            if document.state is not DocumentState.READING and old_hash == content_hash:
                if (size, modified) != (old_size, old_modified):
                    self._store.set_stamp(document.id, size, modified, content_hash)
                return self._finish(document, on_step, cancel)
        self._store.set_stamp(document.id, size, modified, content_hash)
        if content_hash and not asked and self._store.crashed(content_hash):
            self._fail(document, Fault("DO5", "This file crashed the document reader before."))
            return True
        if not self._read(document, on_step, cancel, password, modified):
            return True
        self._embed(document, on_step, cancel)
        return True

    def _finish(self, document: Document, on_step: OnStep, cancel: CancelToken) -> bool:
        """Embed what an interruption or another embedder left open; False when there is nothing."""
        name = self._embedder.name
        embedding = document.state is DocumentState.EMBEDDING
        if not embedding and not self._store.unembedded(document.id, name):
            return False
        self._embed(document, on_step, cancel)
        return True

    def _embed(self, document: Document, on_step: OnStep, cancel: CancelToken) -> None:
        """Embed what has no vector yet, and publish."""
        name = self._embedder.name
        self._store.reuse_vectors(document.id, name)
        todo = self._store.unembedded(document.id, name)
        total = len(todo)
        on_step(DocumentState.EMBEDDING, 0, total)
        for at in range(0, total, PIECE):
            cancel.raise_if_cancelled()
            some = todo[at : at + PIECE]
            vectors = self._vectors([text for _, text in some], cancel)
            numbers = [number for number, _ in some]
            self._store.add_vectors(name, list(zip(numbers, vectors, strict=True)))
            on_step(DocumentState.EMBEDDING, at + len(some), total)
        self._store.publish(document.id)
        on_step(DocumentState.READY, total, total)

    def _read(
        self,
        document: Document,
        on_step: OnStep,
        cancel: CancelToken,
        password: str,
        modified: int,
    ) -> bool:
        """Keep the text and its passages as the pending revision; False when the file gives none."""
        self._store.mark(document.id, DocumentState.READING)
        on_step(DocumentState.READING, 0, 0)
        try:
            read = self._reader.read(document.path, password, cancel)
        except Cancelled:
            self._store.mark(document.id, DocumentState.WAITING)
            raise
        except KnownFault as known:
            if known.fault.code in CRASHES:
                self._store.set_crashed(self._store.stamp(document.id)[2])
            self._fail(document, known.fault)
            return False
        passages = chunk(read.text, read.page_starts, document.id, document.name)
        self._store.set_stamp(document.id, read.size, modified, read.content_hash)
        self._store.add_revision(document.id, read.text, read.page_starts, passages)
        self._store.mark(document.id, DocumentState.EMBEDDING, _in_words(read, len(passages)))
        return True

    def _fail(self, document: Document, fault: Fault) -> None:
        """Say what is wrong with the file; what was read from an earlier version stays."""
        what = f"{fault.what} {fault.action}".strip()
        if self._store.counts([document.id])[0]:
            detail = f"{what} The text read earlier is kept."
            self._store.mark(document.id, DocumentState.READY, detail)
        else:
            state = STATES.get(fault.code, DocumentState.FAILED)
            self._store.mark(document.id, state, what)

    def _vectors(self, texts: list[str], cancel: CancelToken) -> list[bytes]:
        """Vectors as they are stored; a worker that died is given one more try."""
        try:
            vectors = self._embedder.embed(texts, cancel)
        except KnownFault as known:
            if known.fault.code != "EN1":
                raise
            vectors = self._embedder.embed(texts, cancel)
        return [_little_endian(vector) for vector in vectors]


def _in_words(read: ReadText, passages: int) -> str:
    """What became of a file: `3 pages · 9 passages · read as Windows-1252`."""
    kind = "slide" if "presentation" in read.mime else "page"
    pages = [_count(len(read.page_starts), kind)] if read.page_starts else []
    return " · ".join([*pages, _count(passages, "passage"), *read.notes])


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _little_endian(vector: list[float]) -> bytes:
    numbers = array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _stamp_of(path: str) -> tuple[int, int, str]:
    """(size, modification time in ns, SHA-256) of a file; the hash is empty when it cannot be read."""
    try:
        with open(open_regular(path), "rb") as file:
            status = os.fstat(file.fileno())
            if status.st_size > SIZE_LIMIT:
                return status.st_size, status.st_mtime_ns, ""
            return (
                status.st_size,
                status.st_mtime_ns,
                hashlib.file_digest(file, "sha256").hexdigest(),
            )
    except (KnownFault, OSError):
        return 0, 0, ""

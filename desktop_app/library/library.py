"""The documents as the rest of Candor sees them: added, refreshed, searched, shown, removed.

One batch of files runs at a time; searches go on meanwhile over what is live.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import (
    Document,
    DocumentState,
    DocumentText,
    IngestProgress,
    IngestReport,
)
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.ports import DocumentStore, Embedder
from desktop_app.domain.values import ScoredPassage
from desktop_app.library.index import PassageIndex
from desktop_app.library.ingest import Ingest, Reader
from desktop_app.library.readers.kinds import Selection, display_name
from desktop_app.library.retriever import HybridRetriever

OnProgress = Callable[[IngestProgress], None]
GONE = " · the file is no longer there; what was read from it is kept"
"""Ends the detail of a document whose file has vanished."""

BAD = (DocumentState.FAILED, DocumentState.LOCKED, DocumentState.EMPTY)


class OwnedEmbedder(Embedder, Protocol):
    """An embedder that the library ends with itself."""

    def close(self) -> None:
        """End what it runs; idempotent."""


class DocumentLibrary:
    """Implements `Library`. Safe from any thread."""

    def __init__(
        self, *, store: DocumentStore, reader: Reader, embedder: OwnedEmbedder, index_folder: Path
    ) -> None:
        self._store = store
        self._reader = reader
        self._embedder = embedder
        self._ingest = Ingest(store, reader, embedder)
        self._index = PassageIndex(index_folder, store, embedder)
        self._retriever = HybridRetriever(store, self._index, embedder)
        self._turn = threading.Lock()
        self._closing = CancelToken()
        self._listeners: list[Callable[[], None]] = []

    # --- adding ---------------------------------------------------------------------------------

    def add(
        self,
        paths: Sequence[str],
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> IngestReport:
        """See the port. Every file gets its line at once, WAITING, before the first is read."""
        with self._batch(cancel) as token:
            selection = Selection(paths)
            todo = []
            for path in selection.files:
                token.raise_if_cancelled()
                todo.append(self._store.register(path, display_name(path)))
            self._changed()
            return self._run(todo, on_progress, token, selection.skipped)

    def refresh(
        self, on_progress: OnProgress | None = None, cancel: CancelToken | None = None
    ) -> IngestReport:
        """See the port."""
        with self._batch(cancel) as token:
            documents = self._store.documents()[::-1]
            for document in documents:
                self._note_absence(document)
            incomplete = set(self._store.incomplete(self._embedder.name)) if documents else set()
            todo = [
                document
                for document in documents
                if document.id in incomplete or self._is_due(document)
            ]
            return self._run(todo, on_progress, token, (), unchanged=len(documents) - len(todo))

    def retry(self, document_id: int, password: str = "") -> IngestReport:
        """See the port. `password` is used once and not kept."""
        with self._batch(None) as token:
            document = self._store.document(document_id)
            return self._run([document], None, token, (), password=password, asked=True)

    def remove(self, document_id: int) -> None:
        """See the port."""
        self._store.remove(document_id)
        self._changed()

    # --- asking ---------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        limit: int,
        documents: Sequence[int] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[ScoredPassage]:
        """See the port."""
        return self._retriever.search(query, limit, documents, cancel)

    def searchable(self, documents: Sequence[int] | None = None) -> tuple[int, int]:
        """See the port."""
        return self._store.counts(documents)

    def unreadable(self, documents: Sequence[int] | None = None) -> tuple[str, ...]:
        """See the port."""
        return self._store.unreadable(documents)

    def documents(self) -> list[Document]:
        """See the port."""
        return self._store.documents()

    def text(self, document_id: int) -> DocumentText:
        """See the port."""
        return self._store.text(document_id)

    # --- being there ----------------------------------------------------------------------------

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """See the port."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def close(self) -> None:
        """See the port; a running batch ends with Cancelled and goes on at the next refresh."""
        self._closing.cancel()
        self._reader.close()
        self._embedder.close()
        with self._turn:
            self._store.close()

    def _changed(self) -> None:
        for listener in list(self._listeners):
            listener()

    def _is_due(self, document: Document) -> bool:
        """Whether a document was interrupted, or its file is not the version that was tried last."""
        if document.state in (DocumentState.WAITING, DocumentState.READING):
            return True
        size, modified, _ = self._store.stamp(document.id)
        try:
            status = os.stat(document.path, follow_symlinks=False)
        except (OSError, ValueError):
            # gone: nothing is gained by trying
            return False
        return (status.st_size, status.st_mtime_ns) != (size, modified)

    def _note_absence(self, document: Document) -> None:
        """Say of a document that its file is gone, or take that back; its text stays either way."""
        if document.state is not DocumentState.READY:
            return
        told = document.detail.endswith(GONE)
        try:
            os.stat(document.path, follow_symlinks=False)
            gone = False
        except (FileNotFoundError, NotADirectoryError):
            gone = True
        except (OSError, ValueError):
            gone = told
        if gone and not told:
            self._store.mark(document.id, document.state, document.detail + GONE)
        elif told and not gone:
            self._store.mark(document.id, document.state, document.detail.removesuffix(GONE))

    @contextlib.contextmanager
    def _batch(self, cancel: CancelToken | None) -> Iterator[CancelToken]:
        """Wait for the running batch; the token is cancelled with the caller's and when closing."""
        token = CancelToken()
        sources = [self._closing] + ([cancel] if cancel is not None else [])
        for source in sources:
            source.on_cancel(token.cancel)
        try:
            while not self._turn.acquire(timeout=0.1):
                token.raise_if_cancelled()
            try:
                token.raise_if_cancelled()
                yield token
            finally:
                self._turn.release()
        finally:
            for source in sources:
                source.forget(token.cancel)

    def _run(
        self,
        todo: Sequence[Document],
        on_progress: OnProgress | None,
        token: CancelToken,
        skipped: tuple[str, ...],
        *,
        unchanged: int = 0,
        password: str = "",
        asked: bool = False,
    ) -> IngestReport:
        """Work through the documents; the index file is written when something was made live."""
        added = failed = 0
        try:
            for number, document in enumerate(todo):
                token.raise_if_cancelled()
                worked = self._one(
                    document, (number, len(todo)), on_progress, token, password, asked
                )
                state = self._state(document)
                unchanged += not worked and state not in BAD
                added += worked and state is DocumentState.READY
                failed += state in BAD
        finally:
            self._changed()
        if added and not token.cancelled:
            with contextlib.suppress(OSError):  # a cache: without it the next start takes longer
                self._index.save()
        return IngestReport(added, unchanged, failed, skipped)

    def _one(
        self,
        document: Document,
        place: tuple[int, int],
        on_progress: OnProgress | None,
        token: CancelToken,
        password: str,
        asked: bool,
    ) -> bool:
        """Bring one document up to date, telling the world of each step."""
        shown: DocumentState | None = None

        def step(state: DocumentState, done: int, total: int) -> None:
            nonlocal shown
            if state is not shown:
                shown = state
                self._changed()
            if on_progress is not None:
                on_progress(IngestProgress(document.name, state, *place, done, total))

        worked = self._ingest.run(document, step, token, password, asked)
        if on_progress is not None:
            on_progress(
                IngestProgress(document.name, self._state(document), place[0] + 1, place[1])
            )
        self._changed()
        return worked

    def _state(self, document: Document) -> DocumentState:
        """Where it stands now; a document that was removed meanwhile did not fail."""
        try:
            return self._store.document(document.id).state
        except KnownFault:
            return DocumentState.READY

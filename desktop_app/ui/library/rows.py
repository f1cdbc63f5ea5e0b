"""The documents as rows for a list view: name, state in words and numbers, the next step at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt

from desktop_app.domain.documents import Document, DocumentState, IngestProgress
from desktop_app.ui import wording
from desktop_app.ui.parts import tip
from desktop_app.ui.rows import Index, Right, RowRole

ROOT = QModelIndex()

NEXT_STEPS: dict[DocumentState, Right] = {
    DocumentState.READY: Right("Ready", "ok"),
    DocumentState.FAILED: Right("Retry", "accent", link=True),
    DocumentState.EMPTY: Right("Retry", "accent", link=True),
    DocumentState.LOCKED: Right("Enter password", "accent", link=True),
}


class DocumentRows(QAbstractListModel):
    """One row a document; the one being read shows how far it is."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: list[Document] = []
        self._now: IngestProgress | None = None

    def show(self, documents: Sequence[Document]) -> None:
        """Replace the rows, touching only those that changed where the order is the same."""
        new = list(documents)
        if [d.id for d in new] == [d.id for d in self._documents]:
            old, self._documents = self._documents, new
            for row, (before, after) in enumerate(zip(old, new, strict=True)):
                if before != after:
                    self.dataChanged.emit(self.index(row, 0), self.index(row, 0))
            return
        self.beginResetModel()
        self._documents = new
        self.endResetModel()

    def show_progress(self, now: IngestProgress | None) -> None:
        """What the library is working on; None when it rests."""
        names = {progress.document for progress in (self._now, now) if progress is not None}
        self._now = now
        for row, document in enumerate(self._documents):
            if document.name in names:
                self.dataChanged.emit(self.index(row, 0), self.index(row, 0))

    def document(self, index: Index) -> Document | None:
        """What the row stands for."""
        if index.isValid() and index.row() < len(self._documents):
            return self._documents[index.row()]
        return None

    def index_of(self, document_id: int) -> QModelIndex:
        """The row of a document; invalid when it is not listed."""
        for row, document in enumerate(self._documents):
            if document.id == document_id:
                return self.index(row, 0)
        return QModelIndex()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._documents)

    def _progress(self, document: Document) -> IngestProgress | None:
        working = document.state in (
            DocumentState.WAITING,
            DocumentState.READING,
            DocumentState.EMBEDDING,
        )
        now = self._now
        return now if now is not None and working and now.document == document.name else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        document = self.document(index)
        if document is None:
            return None
        now = self._progress(document)
        under = wording.progress(now) if now else wording.document_state(document)
        if role == Qt.ItemDataRole.DisplayRole:
            return wording.visible(document.name)
        if role == RowRole.UNDER:
            return under
        if role == RowRole.KEY:
            return document.id
        if role == RowRole.RIGHT:
            return None if now else NEXT_STEPS.get(document.state)
        if role == RowRole.PROGRESS:
            return now.passages_done / now.passages_total if now and now.passages_total else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{wording.visible(document.name)}, {under}"
        if role == Qt.ItemDataRole.ToolTipRole:
            detail = f"\n{wording.visible(document.detail)}" if document.detail else ""
            return tip(f"{wording.folder_name(document.path)}{detail}")
        return None

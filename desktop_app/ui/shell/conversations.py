"""The conversations as rows for a list view, grouped by when they were last used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from desktop_app.domain.conversations import Conversation
from desktop_app.ui import wording
from desktop_app.ui.rows import Index, RowRole

TITLE_LIMIT = 200
ROOT = QModelIndex()


def age(updated: float, today: date) -> str:
    """The heading under which a conversation stands. Times of the future count as today (a wrong clock)."""
    try:
        day = datetime.fromtimestamp(updated).date()
    except (OverflowError, OSError, ValueError):
        return "Older"
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "Previous 7 days" if day > today - timedelta(days=8) else "Older"


class ConversationRows(QAbstractListModel):
    """Rows of `Conversation` and, between them, headings.

    Signals:
        renamed: (conversation id, new title) after an edit in place.
    """

    renamed = Signal(int, str)

    def __init__(
        self, parent: QObject | None = None, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(parent)
        self._today = today
        self._rows: list[Conversation | str] = []
        self._places: dict[int, int] = {}

    def show(self, conversations: Sequence[Conversation], *, grouped: bool = True) -> None:
        """Replace the rows; `grouped` off for search results, which need no headings."""
        today = self._today()
        rows: list[Conversation | str] = []
        if grouped:
            for heading, group in groupby(conversations, key=lambda c: age(c.updated, today)):
                rows += [heading, *group]
        else:
            rows += conversations
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self._places = {c.id: row for row, c in enumerate(rows) if isinstance(c, Conversation)}
        self.endResetModel()

    def conversation(self, index: Index) -> Conversation | None:
        """What the row stands for; None for a heading."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        return row if isinstance(row, Conversation) else None

    def index_of(self, conversation_id: int) -> QModelIndex:
        """The row of a conversation; invalid when it is not listed."""
        row = self._places.get(conversation_id)
        return QModelIndex() if row is None else self.index(row, 0)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            heading = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return row if heading else role == RowRole.HEADING or None
        title = wording.visible(row.title) or wording.NEW_CONVERSATION
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return title
        if role == Qt.ItemDataRole.EditRole:
            return row.title
        if role == RowRole.UNDER:
            return wording.visible(" ".join(row.snippet.split()))
        if role == RowRole.KEY:
            return row.id
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.conversation(index)
        title = " ".join(str(value).split())[:TITLE_LIMIT]
        if row is None or role != Qt.ItemDataRole.EditRole or not title or title == row.title:
            return False
        self.renamed.emit(row.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        usable = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usable | Qt.ItemFlag.ItemIsEditable

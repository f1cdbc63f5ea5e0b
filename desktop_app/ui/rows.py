"""Rows of the window's lists: a title, a line under it, something at the right, and a menu button.

Rows are painted, not made of widgets, so a list of 5,000 opens as fast as one of five.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_app.ui.icons import SIZE, icon
from desktop_app.ui.theme import Tokens, theme

Index = QModelIndex | QPersistentModelIndex

PAD = 12
LINE = 20
MENU_WIDTH = 28


class RowRole(IntEnum):
    """What the delegate asks a model for, beside the title (DisplayRole)."""

    UNDER = Qt.ItemDataRole.UserRole + 1
    """str: the muted line below the title; empty = a row of one line."""
    RIGHT = Qt.ItemDataRole.UserRole + 2
    """Right | None: a word at the right edge."""
    HEADING = Qt.ItemDataRole.UserRole + 3
    """bool: the row is a heading and nothing else."""
    PROGRESS = Qt.ItemDataRole.UserRole + 4
    """float | None: 0..1, a thin bar below."""
    KEY = Qt.ItemDataRole.UserRole + 5
    """int: the id of what the row stands for."""


@dataclass(frozen=True, slots=True)
class Right:
    """A word at the right edge of a row in the colour of a token. `link`: it can be clicked."""

    text: str
    token: str = "muted"
    link: bool = False


class RowDelegate(QStyledItemDelegate):
    """Paints the rows. `marked` is the key of the row that is open elsewhere in the window."""

    def __init__(self, parent: QWidget, *, ruled: bool = False) -> None:
        super().__init__(parent)
        self.marked = 0
        self._ruled = ruled

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if index.data(RowRole.HEADING):
            return QSize(64, 32 if index.row() == 0 else 40)
        lines = 2 if index.data(RowRole.UNDER) else 1
        return QSize(64, lines * LINE + (16 if lines == 2 else 12))

    def menu_rect(self, row: QRect) -> QRect:
        """Where the … button stands in a row."""
        height = min(28, row.height())
        top = row.top() + (row.height() - height) // 2
        return QRect(row.right() - MENU_WIDTH - 3, top, MENU_WIDTH, height)

    def right_rect(self, row: QRect, right: Right) -> QRect:
        """Where the word at the right stands."""
        width = QFontMetrics(self._font(600)).horizontalAdvance(right.text) + 8
        return QRect(self.menu_rect(row).left() - width, row.top(), width, row.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme().tokens
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if index.data(RowRole.HEADING):
            self._paint_heading(painter, rect, index, tokens)
        else:
            self._paint_row(painter, rect, state, index, tokens)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, index: Index, tokens: Tokens) -> None:
        painter.setFont(self._font(600))
        painter.setPen(QColor(tokens.muted))
        place = rect.adjusted(PAD, 0, -PAD, -6)
        bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, bottom, str(index.data()))

    def _paint_row(
        self,
        painter: QPainter,
        rect: QRect,
        state: QStyle.StateFlag,
        index: Index,
        tokens: Tokens,
    ) -> None:
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = selected and bool(state & QStyle.StateFlag.State_HasFocus)
        marked = bool(self.marked) and index.data(RowRole.KEY) == self.marked
        box = rect.adjusted(0, 1, 0, -1)
        if marked or hovered or (selected and not self._ruled):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_soft if marked else tokens.hover))
            painter.drawRoundedRect(box, 8, 8)
        elif self._ruled:
            painter.setPen(QPen(QColor(tokens.border), 1))
            painter.drawLine(rect.left() + PAD, rect.bottom(), rect.right() - PAD, rect.bottom())
        if focused:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        end = rect.right() - PAD
        if hovered or focused or self._ruled:
            spot = self.menu_rect(rect)
            side = QRect(0, 0, SIZE, SIZE)
            side.moveCenter(spot.center())
            icon("ellipsis", "muted").paint(painter, side)
            end = spot.left() - 4
        right = index.data(RowRole.RIGHT)
        if isinstance(right, Right) and right.text:
            place = self.right_rect(rect, right)
            painter.setFont(self._font(600 if right.link else 400))
            painter.setPen(QColor(getattr(tokens, right.token)))
            centre = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(place.adjusted(0, 0, -4, 0), centre, right.text)
            end = place.left() - 4
        self._paint_words(
            painter,
            QRect(rect.left() + PAD, rect.top(), end - rect.left() - PAD, rect.height()),
            index,
            tokens,
        )

    def _paint_words(self, painter: QPainter, rect: QRect, index: Index, tokens: Tokens) -> None:
        under = str(index.data(RowRole.UNDER) or "")
        top = rect.top() + (rect.height() - LINE * (2 if under else 1)) // 2
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        elide = Qt.TextElideMode.ElideRight
        painter.setFont(self._font(400))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(tokens.text))
        title = metrics.elidedText(str(index.data()), elide, rect.width())
        painter.drawText(QRect(rect.left(), top, rect.width(), LINE), left, title)
        if under:
            painter.setPen(QColor(tokens.muted))
            line = metrics.elidedText(under, elide, rect.width())
            painter.drawText(QRect(rect.left(), top + LINE, rect.width(), LINE), left, line)
        share = index.data(RowRole.PROGRESS)
        if isinstance(share, float):
            bar = QRect(rect.left(), rect.bottom() - 2, rect.width(), 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.border))
            painter.drawRoundedRect(bar, 1, 1)
            bar.setWidth(round(bar.width() * min(1.0, max(0.0, share))))
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(bar, 1, 1)

    def _font(self, weight: int) -> QFont:
        parent = self.parent()
        font = QFont(parent.font()) if isinstance(parent, QWidget) else QFont()
        font.setWeight(QFont.Weight(weight))
        return font


class RowList(QListView):
    """A list of rows. Signals carry the model index.

    opened: click or Enter. menu_wanted: the … button, a right click, the menu key; with a global
    position. right_clicked: the word at the right, where it is a link.
    """

    opened = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)
    right_clicked = Signal(QModelIndex)

    def __init__(self, name: str, *, ruled: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.rows = RowDelegate(self, ruled=ruled)
        self.setItemDelegate(self.rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._context)
        theme().changed.connect(self.viewport().update)

    def mark(self, key: int) -> None:
        """Draw the row of `key` as the one that is open; 0 for none."""
        self.rows.marked = key
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        row = self.visualRect(index)
        place = event.position().toPoint()
        right = index.data(RowRole.RIGHT)
        if self.rows.menu_rect(row).contains(place):
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))
        elif (
            isinstance(right, Right)
            and right.link
            and self.rows.right_rect(row, right).contains(place)
        ):
            self.right_clicked.emit(index)
        elif not index.data(RowRole.HEADING):
            self.opened.emit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and index.isValid() and self.state() != QListView.State.EditingState:
            self.opened.emit(index)
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and not self.currentIndex().isValid():
            self._select_first()
        return super().event(event)

    def _select_first(self) -> None:
        model = self.model()
        for row in range(min(2, model.rowCount() if model else 0)):
            index = model.index(row, 0)
            if not index.data(RowRole.HEADING):
                self.setCurrentIndex(index)
                return

    def _context(self, place: QPoint) -> None:
        index = self.indexAt(place)
        if not index.isValid():
            index = self.currentIndex()
            place = self.visualRect(index).center()
        if index.isValid() and not index.data(RowRole.HEADING):
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))

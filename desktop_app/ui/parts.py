"""The building blocks every pane shares: labels that show plain text only, buttons, rules, switches."""

from __future__ import annotations

import html
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from desktop_app.ui.icons import SIZE, icon
from desktop_app.ui.theme import theme


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label that never takes its text for markup (RN5)."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    return made


def button(
    text: str,
    clicked: Callable[[], object],
    *,
    kind: str = "",
    drawing: str = "",
    token: str = "",
    name: str = "",
    hint: str = "",
) -> QPushButton:
    """A push button. `name` is what a screen reader says where `text` is empty; it is the tooltip then."""
    # Qt leaves no room between icon and words
    made = QPushButton(f" {text}" if drawing and text else text)
    if kind:
        made.setProperty("kind", kind)
    if drawing:
        made.setIcon(icon(drawing, token or ("accent_text" if kind == "primary" else "muted")))
        made.setIconSize(QSize(SIZE, SIZE))
    made.setAccessibleName(name or text)
    made.setToolTip(hint or ("" if text else name))
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    # a click leaves the focus where one was writing, and no ring behind
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda: clicked())
    return made


def tip(text: str) -> str:
    """`text` for a tool tip, which would take angle brackets for markup and load what it names (RN1)."""
    return f"<p style='white-space:pre-wrap'>{html.escape(text)}</p>" if text else ""


def ampersands(text: str) -> str:
    """`text` for a button or a menu, where a lone & would underline the next letter."""
    return text.replace("&", "&&")


def rule() -> QFrame:
    """A line across."""
    made = QFrame()
    made.setProperty("role", "rule")
    made.setFixedHeight(1)
    return made


def frame(role: str) -> QFrame:
    """A card, a warning, a drop area: see the stylesheet for the roles."""
    made = QFrame()
    made.setProperty("role", role)
    return made


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the stylesheet looks at, and have it looked at again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class ElidedLabel(QLabel):
    """A label of one line that ends in … where it does not fit; the whole text is its tooltip."""

    def __init__(self, text: str = "", role: str = "", *, middle: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        self._whole = ""
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_whole(text)

    @property
    def whole(self) -> str:
        """The text before it is cut."""
        return self._whole

    def set_whole(self, text: str) -> None:
        """Show `text`, cut to the width there is."""
        self._whole = text
        self.setAccessibleName(text)
        self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        self.ensurePolished()
        shown = self.fontMetrics().elidedText(self._whole, self._mode, max(0, self.width()))
        self.setText(shown)
        self.setToolTip(tip(self._whole) if shown != self._whole else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._whole) + 2
        return QSize(width, super().sizeHint().height())


class SearchField(QLineEdit):
    """A line to search with: a magnifier at the left, a cross that empties it, as does Escape."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
        self.setMaxLength(1000)
        self._lens = label()
        self._lens.setParent(self)
        self._clear = button(
            "", self.clear, kind="quiet", drawing="x", name="Empty the search field"
        )
        self._clear.setParent(self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.hide()
        self.setTextMargins(22, 0, 24, 0)
        self.textChanged.connect(lambda text: self._clear.setVisible(bool(text)))
        theme().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        drawing = icon("search", "muted")
        self._lens.setPixmap(drawing.pixmap(QSize(SIZE, SIZE), self.devicePixelRatioF()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        middle = (self.height() - SIZE) // 2
        self._lens.setGeometry(9, middle, SIZE, SIZE)
        self._clear.setGeometry(self.width() - 30, (self.height() - 26) // 2, 26, 26)

    def event(self, event: QEvent) -> bool:
        # before the window's own use of Escape
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            emptied = event.key() == Qt.Key.Key_Escape and bool(self.text())
            if emptied:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)


class Switch(QAbstractButton):
    """An on/off switch: a pill with a knob; on and off differ in place and fill, not in colour alone."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(self.sizeHint())
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(40, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pill = QRectF(3, 3, 34, 18)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
        on = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent if on else tokens.border_strong))
        painter.drawRoundedRect(pill, 9, 9)
        painter.setBrush(QColor(tokens.accent_text if on else tokens.raised))
        left = pill.right() - 16 if on else pill.left() + 2
        painter.drawEllipse(QRectF(left, pill.top() + 2, 14, 14))
        painter.end()

"""A conversation before its first question: what Candor is, and three ways to begin."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.chat import wording
from desktop_app.ui.icons import icon
from desktop_app.ui.parts import label
from desktop_app.ui.theme import theme

STEP_HEIGHT = 60


class EmptyChat(QScrollArea):
    """Signals: one for each of the three steps."""

    document_wanted = Signal()
    question_wanted = Signal()
    model_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: dict[str, QLabel] = {}
        column = QWidget()
        column.setMaximumWidth(480)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(label(wording.EMPTY_TITLE, "title", wrap=True))
        inside.addWidget(label(wording.EMPTY_TEXT, "muted", wrap=True))
        inside.addSpacing(16)
        self.steps = [
            self._step("file-text", wording.EMPTY_DROP, self.document_wanted.emit),
            self._step("message-square", wording.EMPTY_ASK, self.question_wanted.emit),
            self._step("cpu", wording.EMPTY_MODEL, self.model_wanted.emit),
        ]
        for step in self.steps:
            inside.addWidget(step)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(column, 10_000)
        row.addStretch(1)
        content = QWidget()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)  # in a very low window one can still scroll to every step
        layout = QVBoxLayout(content)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(2)
        layout.addLayout(row)
        layout.addStretch(3)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        self._draw()
        theme().changed.connect(self._draw)

    def _draw(self) -> None:
        for drawing, picture in self._pictures.items():
            picture.setPixmap(icon(drawing, "accent").pixmap(20, 20))

    def _step(
        self, drawing: str, words: tuple[str, str], clicked: Callable[[], object]
    ) -> QPushButton:
        """A card that is a button: a drawing, what to do, what comes of it."""
        title, text = words
        made = QPushButton()
        made.setAccessibleName(f"{title}. {text}")
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.clicked.connect(lambda: clicked())
        picture = label()
        self._pictures[drawing] = picture
        row = QHBoxLayout(made)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(16)
        row.addWidget(picture)
        lines = QVBoxLayout()
        lines.setSpacing(2)
        lines.addStretch(1)
        lines.addWidget(label(title, "strong"))
        lines.addWidget(label(text, "muted", wrap=True))
        lines.addStretch(1)
        row.addLayout(lines, 1)
        for child in made.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        made.setStyleSheet(f"QPushButton {{ min-height: {STEP_HEIGHT}px; text-align: left; }}")
        return made

"""Code in an answer: its language, a button that copies it exactly, and its lines in colour."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QGuiApplication,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.ui import theme
from desktop_app.ui.chat import highlight, wording
from desktop_app.ui.parts import button, label

TALLEST = 480
"""Lines after which a block scrolls by itself, so that no widget is taller than Qt can draw."""


class CodeView(QPlainTextEdit):
    """Read-only monospaced text, as tall as its lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bare", True)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setFont(fixed_font())
        self.document().setDefaultFont(fixed_font())
        self.document().setDocumentMargin(0)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)
        self._highlighter = _Highlighter(self.document())

    def show_code(self, text: str, spans: tuple[tuple[highlight.Span, ...], ...]) -> None:
        """Show `text` with its coloured stretches."""
        self._highlighter.lines = spans
        self.setPlainText(text)
        lines = min(self.blockCount(), TALLEST)
        scrolls = self.blockCount() > TALLEST
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if scrolls
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + bar)

    def wheelEvent(self, event: QWheelEvent) -> None:
        sideways = abs(event.angleDelta().x()) > abs(event.angleDelta().y())
        if sideways or self.blockCount() > TALLEST:
            super().wheelEvent(event)
        else:
            event.ignore()


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.lines: tuple[tuple[highlight.Span, ...], ...] = ()

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        for start, length, colour in self.lines[number] if number < len(self.lines) else ():
            style = QTextCharFormat()
            style.setForeground(QColor(colour))
            self.setFormat(start, length, style)


class CodeBlockView(QFrame):
    """A code block with its bar on top."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "code")
        self._text = ""
        self._language = label(role="small")
        self.copy_button = button(
            wording.COPY, self.copy, kind="quiet", name="Copy this code", drawing="copy"
        )
        self._view = CodeView()
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 4, 0)
        bar.addWidget(self._language)
        bar.addStretch(1)
        bar.addWidget(self.copy_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addLayout(bar)
        inside = QHBoxLayout()
        inside.setContentsMargins(12, 0, 12, 0)
        inside.addWidget(self._view)
        layout.addLayout(inside)
        self._restore = QTimer(self)
        self._restore.setSingleShot(True)
        self._restore.timeout.connect(lambda: self.copy_button.setText(wording.COPY))

    def show_code(self, text: str, language: str) -> None:
        """Show code in the present colours."""
        self._text = text
        self._language.setText(language or "code")
        self._view.setAccessibleName(f"Code, {language}" if language else "Code")
        self._view.show_code(text, highlight.spans(text, language, theme.theme().tokens))

    def copy(self) -> None:
        """Put exactly the code on the clipboard; say so, and how much of it cannot be seen."""
        QGuiApplication.clipboard().setText(self._text)
        self.copy_button.setText(wording.copied_code(invisible(self._text)))
        self._restore.start(2000)


def invisible(text: str) -> int:
    """How many characters of a text cannot be seen: controls and formats, tabs and line ends apart."""
    return sum(unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t\r" for c in text)


def fixed_font() -> QFont:
    """The system's monospaced typeface at the small size."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(theme.SMALL)
    return font

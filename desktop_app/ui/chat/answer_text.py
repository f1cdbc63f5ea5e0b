"""The text of one answer: blocks of formatted text and code that grow while it is written.

A new text is formatted as a whole, but only blocks that changed are drawn again, at most ten times a second
and less often the longer a drawing takes.
"""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.ui import theme
from desktop_app.ui.chat import marks, wording
from desktop_app.ui.chat.browser import GuardedBrowser
from desktop_app.ui.chat.code_block import CodeBlockView, invisible
from desktop_app.ui.chat.markdown import (
    Block,
    CodeBlock,
    PlainBlock,
    Rendered,
    TextBlock,
    render,
)
from desktop_app.ui.chat.marks import NO_NOTES, Notes
from desktop_app.ui.parts import label

FASTEST_MS = 100
SLOWEST_MS = 1_000
REST = 6
"""How many times longer than a drawing took to wait before the next."""
TALL_TEXT = 50_000
"""Characters beyond which plain text scrolls by itself."""


class PlainView(QPlainTextEdit):
    """A very long plain text, in a window of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Answer without formatting")
        self.setFixedHeight(480)
        self._shown = ""

    def show_plain(self, text: str) -> None:
        """Show `text`; what is only longer than before is added to."""
        if self._shown and text.startswith(self._shown):
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(self._shown) :])
        else:
            self.setPlainText(text)
        self._shown = text


class AnswerText(QWidget):
    """Shows an answer's Markdown.

    Signals:
        verdict_clicked, citation_clicked: the index within the answer's verdicts or citations.
    """

    verdict_clicked = Signal(int)
    citation_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._note = label(role="small", wrap=True)
        self._note.hide()
        self._layout.addWidget(self._note)
        self._blocks: list[Block] = []
        self._widgets: list[QWidget] = []
        self._nested_code: tuple[str, ...] = ()
        self._text, self._notes = "", NO_NOTES
        self._drawn = False
        self.drawings = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw)
        self._next_at = 0.0
        theme.theme().changed.connect(self._recolour)

    @property
    def text(self) -> str:
        """The Markdown as it came, whole."""
        return self._text

    def show_text(self, text: str, notes: Notes = NO_NOTES) -> None:
        """Show a text now."""
        self._text, self._notes = text, notes
        self._draw()

    def stream_text(self, text: str, notes: Notes = NO_NOTES) -> None:
        """Show a text that is still growing, soon: calls between two drawings cost nothing."""
        self._text, self._notes = text, notes
        wait = self._next_at - time.monotonic()
        if wait <= 0:
            self._draw()
        elif not self._timer.isActive():
            self._timer.start(int(wait * 1000) + 1)

    def _draw(self) -> None:
        self._timer.stop()
        began = time.monotonic()
        self._show(render(self._text, theme.theme().tokens, self._notes))
        took = time.monotonic() - began
        self._next_at = began + took + min(max(FASTEST_MS / 1000, REST * took), SLOWEST_MS / 1000)
        self.drawings += 1

    def _recolour(self) -> None:
        if self._blocks:
            self._blocks = [
                PlainBlock("\0") for _ in self._blocks
            ]  # equal to nothing: all are drawn again
            self._draw()

    def _show(self, rendered: Rendered) -> None:
        self._nested_code = rendered.nested_code
        for place, block in enumerate(rendered.blocks):
            if place < len(self._blocks) and self._blocks[place] == block:
                continue
            self._put(place, block)
        while len(self._widgets) > len(rendered.blocks):
            self._drop(len(self._widgets) - 1)
        self._blocks = list(rendered.blocks)
        self._note.setText(wording.FORMATTING_OFF if rendered.plain else "")
        self._note.setVisible(rendered.plain)
        spoken = marks.words(self._notes.verdicts)
        for widget in self._widgets:
            widget.setAccessibleDescription(spoken)

    def _put(self, place: int, block: Block) -> None:
        widget = self._widgets[place] if place < len(self._widgets) else None
        wanted = _kind(block)
        if type(widget) is not wanted:
            if widget is not None:
                self._drop(place)
            widget = self._make(wanted)
            self._widgets.insert(place, widget)
            self._layout.insertWidget(place, widget)
        if isinstance(widget, GuardedBrowser):
            if isinstance(block, TextBlock):
                widget.show_html(block.html)
            elif isinstance(block, PlainBlock):
                widget.show_plain(block.text)
        elif isinstance(widget, CodeBlockView) and isinstance(block, CodeBlock):
            widget.show_code(block.text, block.language)
        elif isinstance(widget, PlainView) and isinstance(block, PlainBlock):
            widget.show_plain(block.text)

    def _make(self, kind: type[QWidget]) -> QWidget:
        widget = kind(self)
        if isinstance(widget, GuardedBrowser):
            widget.setAccessibleName("Answer")
            widget.mark_clicked.connect(self._marked)
        return widget

    def _drop(self, place: int) -> None:
        widget = self._widgets.pop(place)
        self._layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def _marked(self, kind: str, index: int) -> None:
        if kind == "verdict" and index < len(self._notes.verdicts):
            self.verdict_clicked.emit(index)
        elif kind == "cite" and index < len(self._notes.citations):
            self.citation_clicked.emit(index)
        elif kind == "copy" and index < len(self._nested_code):
            QGuiApplication.clipboard().setText(self._nested_code[index])
            self._note.setText(wording.copied_code(invisible(self._nested_code[index])))
            self._note.show()


def _kind(block: Block) -> type[QWidget]:
    if isinstance(block, CodeBlock):
        return CodeBlockView
    if isinstance(block, PlainBlock) and len(block.text) > TALL_TEXT:
        return PlainView
    return GuardedBrowser

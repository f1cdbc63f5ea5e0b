"""Where a question is written: plain text, long pastes as chips, the trust switches, Send and Stop."""

from __future__ import annotations

import re
import time
from functools import partial

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QFont, QInputMethodEvent, QKeyEvent, QResizeEvent, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.conversations import Message
from desktop_app.settings.options import ADMIT_IGNORANCE, SELF_CHECK
from desktop_app.settings.store import Settings
from desktop_app.ui import theme
from desktop_app.ui.chat import pastes, wording
from desktop_app.ui.chat.browser import LONG_RUN
from desktop_app.ui.chat.live import Draft
from desktop_app.ui.chat.switches import TrustSwitch
from desktop_app.ui.icons import icon
from desktop_app.ui.parts import button, frame, label, restyle, rule

TALLEST_LINES = 8
DOUBLE_CLICK_SECONDS = 0.5
"""How long after a press another one does not stop the answer that the first began."""
NARROW = 520


class QuestionEdit(QPlainTextEdit):
    """Plain text only. Return asks, Shift+Return begins a line, an unfinished composition is left alone.

    Signals:
        asked: Return was pressed. pasted: a text too long for the field. files: paths that were pasted.
    """

    asked = Signal()
    pasted = Signal(str)
    files = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bare", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setPlaceholderText(wording.ASK_ANYTHING)
        self.setAccessibleName("Question")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAcceptDrops(False)  # the window takes what is dropped, anywhere
        font = QFont(self.font())
        font.setPixelSize(theme.BODY)
        self.document().setDefaultFont(font)
        self.setFont(font)
        self.document().setDocumentMargin(0)
        self._composing = False
        self.textChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not enter or self._composing or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.asked.emit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Text as text, files as documents, too much text as a chip."""
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        text = source.text()
        if paths:
            self.files.emit(paths)
        elif len(text) + self.document().characterCount() > pastes.LONGEST:
            self.pasted.emit(text)
        elif text:
            self.insertPlainText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        long_run = LONG_RUN.search(self.toPlainText()) is not None
        mode = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
        wanted = QTextOption.WrapMode.WrapAnywhere if long_run else mode
        if self.wordWrapMode() != wanted:
            self.setWordWrapMode(wanted)
        lines = int(self.document().size().height())
        shown = min(max(lines, 1), TALLEST_LINES)
        scrolls = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        still = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(scrolls if lines > TALLEST_LINES else still)
        self.setFixedHeight(shown * self.fontMetrics().lineSpacing() + 4)


class Composer(QFrame):
    """The box at the bottom of the chat.

    Signals:
        sent: the `Draft` to ask. stopped: Stop was pressed. files: paths to take in as documents.
        edit_cancelled: the edit of an earlier question was given up.
    """

    sent = Signal(object)
    stopped = Signal()
    files = Signal(list)
    edit_cancelled = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._pastes: list[str] = []
        self._replaces: Message | None = None
        self._busy = False
        self._pressed_at = 0.0
        self.edit = QuestionEdit()
        self.edit.asked.connect(self.send)
        self.edit.pasted.connect(self.add_paste)
        self.edit.files.connect(self.files)
        self.edit.textChanged.connect(self._update)
        self.send_button = button(wording.SEND, self._press, kind="primary")
        self.admit = TrustSwitch(ADMIT_IGNORANCE, settings)
        self.check = TrustSwitch(SELF_CHECK, settings)
        self.meter = ContextMeter()
        self._build()
        self._update()

    def _build(self) -> None:
        self._banner = QWidget()
        banner = QHBoxLayout(self._banner)
        banner.setContentsMargins(0, 0, 0, 0)
        banner.addWidget(label(wording.EDITING, "muted", wrap=True), 1)
        banner.addWidget(button(wording.STOP_EDITING, self._cancel_edit, kind="link"))
        self._chips = QWidget()
        chips = QHBoxLayout(self._chips)
        chips.setContentsMargins(0, 0, 0, 0)
        chips.addStretch(1)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 8, 8)
        foot.setSpacing(12)
        foot.addWidget(self.admit)
        foot.addWidget(self.check)
        foot.addStretch(1)
        foot.addWidget(self.meter)
        foot.addWidget(self.send_button)
        top = QVBoxLayout()
        top.setContentsMargins(16, 12, 16, 8)
        top.setSpacing(8)
        for widget in (self._banner, self._chips, self.edit):
            top.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(rule())
        layout.addLayout(foot)

    @property
    def draft(self) -> Draft:
        """What stands here."""
        return Draft(self.edit.toPlainText(), tuple(self._pastes), self._replaces)

    def set_draft(self, draft: Draft) -> None:
        """Replace what stands here."""
        self._pastes = list(draft.pastes)
        self._replaces = draft.replaces
        if self.edit.toPlainText() != draft.text:
            self.edit.setPlainText(draft.text)
            self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)
        self._show_chips()
        self._update()

    def add_paste(self, text: str) -> None:
        """Keep a long text beside the question."""
        self._pastes.append(text)
        self._show_chips()
        self._update()

    def set_busy(self, busy: bool) -> None:
        """Whether Send is Stop."""
        if busy and not self._busy:
            self._pressed_at = max(self._pressed_at, time.monotonic())
        self._busy = busy
        self._update()

    def send(self) -> None:
        """Ask, if there is a question and nothing is being answered here."""
        if not self._busy and self.edit.toPlainText().strip():
            self.sent.emit(self.draft)

    def _press(self) -> None:
        now, before = time.monotonic(), self._pressed_at
        self._pressed_at = now
        if not self._busy:
            self.send()
        elif now - before > DOUBLE_CLICK_SECONDS:
            self.stopped.emit()

    def _cancel_edit(self) -> None:
        self.set_draft(Draft())
        self.edit_cancelled.emit()

    def _show_chips(self) -> None:
        row = self._chips.layout()
        assert isinstance(row, QHBoxLayout)
        while row.count() > 1:
            item = row.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, text in enumerate(self._pastes):
            row.insertWidget(place, self._chip(place, text))

    def _chip(self, place: int, text: str) -> QWidget:
        name = pastes.name([text])
        chip = frame("note")
        row = QHBoxLayout(chip)
        row.setContentsMargins(10, 2, 2, 2)
        row.addWidget(label(name))
        remove = partial(self._remove_paste, place)
        row.addWidget(button("", remove, kind="quiet", drawing="x", name=f"Remove: {name}"))
        return chip

    def _remove_paste(self, place: int) -> None:
        if place < len(self._pastes):
            del self._pastes[place]
        self._show_chips()
        self._update()

    def _update(self) -> None:
        self._banner.setVisible(self._replaces is not None)
        self._chips.setVisible(bool(self._pastes))
        self.edit.setPlaceholderText(
            wording.ASK_ABOUT_PASTE if self._pastes else wording.ASK_ANYTHING
        )
        # Qt leaves no room between icon and words
        self.send_button.setText(f" {wording.STOP if self._busy else wording.SEND}")
        self.send_button.setAccessibleName(wording.STOP_NAME if self._busy else wording.SEND)
        restyle(self.send_button, "kind", "" if self._busy else "primary")
        self.send_button.setIcon(
            icon("square", "text") if self._busy else icon("arrow-up", "accent_text")
        )
        ready = self._busy or re.search(r"\S", self.edit.toPlainText()) is not None
        self.send_button.setEnabled(ready)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.meter.set_brief(event.size().width() < NARROW)


class ContextMeter(QWidget):
    """How much of the model's context the last question used."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(40)
        self._figures = label(role="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._bar)
        row.addWidget(self._figures)
        self.hide()

    def show_use(self, used: int, context: int) -> None:
        """Show tokens; nothing while the context is not known."""
        if context > 0:
            self._bar.setRange(0, context)
            self._bar.setValue(min(used, context))
            self._figures.setText(wording.meter(used, context))
            words = wording.meter_words(used, context)
            self.setToolTip(words)
            self._bar.setAccessibleName(words)
        self.setVisible(context > 0)

    def set_brief(self, brief: bool) -> None:
        """Without figures where there is little room."""
        self._figures.setVisible(not brief)

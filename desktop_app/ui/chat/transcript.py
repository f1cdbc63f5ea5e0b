"""The messages of one conversation, newest at the bottom; of a long one only the last become widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_app.domain.conversations import Message
from desktop_app.ui import theme
from desktop_app.ui.chat import wording
from desktop_app.ui.chat.live import LiveAnswer
from desktop_app.ui.chat.messages import AnswerMessage, MessageWidget, UserMessage, make_widget
from desktop_app.ui.parts import button

WINDOW = 60
"""Messages shown at first, and how many more each *Show earlier* brings."""
COLUMNS = 75
NEAR_END = 32
"""Pixels from the bottom within which new text is followed."""
SIDE = 24
_SAMPLE = "The lantern ferry Brightwater was designed by the engineer Ines Calder."


class Transcript(QScrollArea):
    """Signals: as of `MessageWidget`, from any message."""

    sibling_chosen = Signal(int)
    source_opened = Signal(object)
    retried = Signal(int)
    edited = Signal(int)
    answer_anyway = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Conversation")
        self._messages: list[Message] = []
        self._first = 0
        self._widgets: dict[int, UserMessage | AnswerMessage] = {}
        self._busy = False
        self._attachments: Mapping[int, str] = {}
        self._following = True
        self._from_bottom: int | None = None
        self._column = QWidget()
        self._layout = QVBoxLayout(self._column)
        self._layout.setContentsMargins(0, 24, 0, 40)
        self._layout.setSpacing(20)
        self.earlier_button = button(wording.SHOW_EARLIER, self.show_earlier, kind="chip")
        self._layout.addWidget(self.earlier_button, 0)
        self._layout.addStretch(1)
        self._place_column()
        self.end_button = self._make_end_button()
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._range_changed)
        bar.valueChanged.connect(self._scrolled)
        bar.actionTriggered.connect(self._release)
        bar.setSingleStep(24)

    def _place_column(self) -> None:
        content = QWidget()
        self._row = row = QHBoxLayout(content)
        row.setContentsMargins(SIDE, 0, SIDE, 0)
        row.addStretch(1)
        row.addWidget(self._column, 10_000)
        row.addStretch(1)
        self._column.setMaximumWidth(reading_width(self.font()))
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)

    def _make_end_button(self) -> QPushButton:
        made = button(
            "", self.go_to_end, kind="chip", drawing="arrow-down", name=wording.TO_THE_END
        )
        made.setParent(self)
        made.hide()
        return made

    @property
    def following(self) -> bool:
        """Whether new text is scrolled into view."""
        return self._following

    @property
    def widgets(self) -> list[UserMessage | AnswerMessage]:
        """The message widgets from top to bottom."""
        return [self._widgets[m.id] for m in self._messages[self._first :]]

    def show_messages(
        self,
        messages: Sequence[Message],
        *,
        anew: bool = False,
        attachments: Mapping[int, str] | None = None,
    ) -> None:
        """Show a path; `anew`: of another conversation, from its end. Unchanged messages stay.

        `attachments`: what came with a question, in words, by the question's id.
        """
        self._release()
        self._attachments = attachments or {}
        if anew:
            self._clear()
        self._messages = list(messages)
        if anew or self._first >= len(self._messages):
            self._first = max(0, len(self._messages) - WINDOW)
        self._arrange()

    def show_live(self, live: LiveAnswer, message_id: int) -> None:
        """Bring the message of a running answer up to date."""
        widget = self._widgets.get(message_id)
        if isinstance(widget, AnswerMessage):
            self._release()
            widget.show_live(live)

    def adopt(self, old: int, new: int) -> None:
        """A pending message got its id."""
        if old in self._widgets and new not in self._widgets:
            self._widgets[new] = self._widgets.pop(old)
            self._messages = [replace(m, id=new) if m.id == old else m for m in self._messages]

    def set_busy(self, busy: bool) -> None:
        """Whether an answer is being made here."""
        self._busy = busy
        for widget in self._widgets.values():
            widget.set_busy(busy)

    def show_earlier(self) -> None:
        """Show more of the beginning, keeping the place."""
        bar = self.verticalScrollBar()
        self._following = False
        self._from_bottom = bar.maximum() - bar.value()
        self._first = max(0, self._first - WINDOW)
        self._arrange()

    def go_to_end(self) -> None:
        """Scroll to the newest message and follow it."""
        self._from_bottom = None
        self._following = True
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self._update_end_button()

    def _clear(self) -> None:
        for widget in self._widgets.values():
            self._discard(widget)
        self._widgets = {}
        self._following = True
        self._from_bottom = None

    def _arrange(self) -> None:
        self._column.setUpdatesEnabled(False)
        shown = self._messages[self._first :]
        wanted = {message.id for message in shown}
        for gone in [number for number in self._widgets if number not in wanted]:
            self._discard(self._widgets.pop(gone))
        for place, message in enumerate(shown, start=1):
            widget = self._widgets.get(message.id)
            if widget is None:
                widget = self._widgets[message.id] = make_widget(message)
                self._connect(widget)
                self._layout.insertWidget(place, widget)
                widget.set_busy(self._busy)
            else:
                if widget.message != message:
                    widget.show_message(message)
                if self._layout.indexOf(widget) != place:
                    self._layout.insertWidget(place, widget)
            if isinstance(widget, UserMessage):
                widget.show_attachment(self._attachments.get(message.id, ""))
        self.earlier_button.setVisible(self._first > 0)
        self._column.setUpdatesEnabled(True)

    def _discard(self, widget: QWidget) -> None:
        self._layout.removeWidget(widget)
        widget.hide()
        widget.deleteLater()

    def _connect(self, widget: MessageWidget) -> None:
        widget.sibling_chosen.connect(self.sibling_chosen)
        widget.source_opened.connect(self.source_opened)
        widget.retried.connect(self.retried)
        widget.edited.connect(self.edited)
        widget.answer_anyway.connect(self.answer_anyway)

    def _range_changed(self, _least: int, most: int) -> None:
        # the bar takes room on the right; as much on the left keeps the column over the composer
        bar = self.verticalScrollBar().sizeHint().width() if most > 0 else 0
        self._row.setContentsMargins(SIDE + bar, 0, SIDE, 0)
        if self._from_bottom is not None:
            self.verticalScrollBar().setValue(most - self._from_bottom)
        elif self._following:
            self.verticalScrollBar().setValue(most)
        self._update_end_button()

    def _scrolled(self, value: int) -> None:
        if self._from_bottom is None:
            self._following = value >= self.verticalScrollBar().maximum() - NEAR_END
        self._update_end_button()

    def _release(self) -> None:
        """Whoever scrolls, and new text, end the hold on the place that *Show earlier* kept."""
        self._from_bottom = None

    def _update_end_button(self) -> None:
        self.end_button.setVisible(not self._following and self.verticalScrollBar().maximum() > 0)
        size = self.end_button.sizeHint()
        self.end_button.setGeometry(
            (self.width() - size.width()) // 2,
            self.height() - size.height() - 8,
            size.width(),
            size.height(),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._update_end_button()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_column"):
            self._column.setMaximumWidth(reading_width(self.font()))


def reading_width(font: QFont) -> int:
    """The width of 75 characters of ordinary text at reading size."""
    reading = QFont(font)
    reading.setPixelSize(theme.BODY)
    return int(QFontMetricsF(reading).horizontalAdvance(_SAMPLE) / len(_SAMPLE) * COLUMNS)

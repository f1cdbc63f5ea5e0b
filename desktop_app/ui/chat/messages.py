"""The messages of a conversation: the user's bubble, and the answer with everything that belongs to it."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.values import Outcome
from desktop_app.ui.chat import wording
from desktop_app.ui.chat.answer_text import AnswerText
from desktop_app.ui.chat.browser import GuardedBrowser
from desktop_app.ui.chat.cards import EndingCard, EvidenceCard, RefusalCard
from desktop_app.ui.chat.live import PENDING_QUESTION, LiveAnswer
from desktop_app.ui.chat.marks import NO_NOTES, Notes
from desktop_app.ui.parts import ElidedLabel, button, label, restyle


class SiblingSwitch(QWidget):
    """‹ 2 / 2 ›: goes through the versions of a message.

    Signals:
        chosen: the id of the version to show.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message: Message | None = None
        self.back = button(
            "", lambda: self._step(-1), kind="quiet", drawing="chevron-left", name="Earlier version"
        )
        self.forward = button(
            "", lambda: self._step(1), kind="quiet", drawing="chevron-right", name="Later version"
        )
        self.where = label(role="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self.back, self.where, self.forward):
            row.addWidget(widget)
        self.hide()

    def show_message(self, message: Message) -> None:
        """Show which of its siblings a message is; nothing for an only child."""
        self._message = message
        if message.id in message.siblings:
            place = message.siblings.index(message.id)
            self.where.setText(wording.siblings(place + 1, len(message.siblings)))
            self.back.setEnabled(place > 0)
            self.forward.setEnabled(place + 1 < len(message.siblings))
        self.setVisible(len(message.siblings) > 1)

    def _step(self, by: int) -> None:
        if self._message is not None:
            place = self._message.siblings.index(self._message.id) + by
            if 0 <= place < len(self._message.siblings):
                self.chosen.emit(self._message.siblings[place])


class MessageWidget(QWidget):
    """What both kinds of message share.

    Signals:
        sibling_chosen: id of the version to show. source_opened: a Citation, Evidence or NearMiss.
        retried, edited, answer_anyway: the message's id.
    """

    sibling_chosen = Signal(int)
    source_opened = Signal(object)
    retried = Signal(int)
    edited = Signal(int)
    answer_anyway = Signal(int)

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message

    def set_busy(self, busy: bool) -> None:
        """While an answer is being made, its conversation's history is not to be changed."""

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.message.text)


class UserMessage(MessageWidget):
    """A question in a bubble on the right."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(message, parent)
        self.bubble = QFrame()
        self.bubble.setProperty("role", "bubble")
        self.text = GuardedBrowser()
        self.text.setAccessibleName("Your question")
        inside = QVBoxLayout(self.bubble)
        inside.setContentsMargins(16, 10, 16, 10)
        inside.addWidget(self.text)
        self.siblings = SiblingSwitch()
        self.siblings.chosen.connect(self.sibling_chosen)
        self.edit_button = button(
            "",
            lambda: self.edited.emit(self.message.id),
            kind="quiet",
            drawing="pencil",
            name="Edit this question",
        )
        self.copy_button = button(
            "", self._copy, kind="quiet", drawing="copy", name="Copy this question"
        )
        self.ending = EndingCard()
        self.ending.retried.connect(lambda: self.retried.emit(self.message.id))
        aligned = QHBoxLayout()
        aligned.addStretch(1)
        aligned.addWidget(self.bubble)
        actions = QHBoxLayout()
        actions.setSpacing(0)
        actions.addStretch(1)
        self.attachment = label(role="muted")
        self.attachment.hide()
        for widget in (self.attachment, self.siblings, self.copy_button, self.edit_button):
            actions.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(aligned)
        layout.addLayout(actions)
        layout.addWidget(self.ending)
        self.show_message(message)

    def show_message(self, message: Message) -> None:
        """Show a later state of the same question."""
        self.message = message
        if self.text.toPlainText() != message.text:
            self.text.show_plain(message.text)
            self._fit()
        self.siblings.show_message(message)
        self.edit_button.setVisible(message.id != PENDING_QUESTION)
        failed = message.state is MessageState.FAILED
        self.ending.show_sentence(wording.NOT_ANSWERED if failed else "", "", bad=True)

    def show_attachment(self, words: str) -> None:
        """Say what came with the question."""
        self.attachment.setText(words)
        self.attachment.setVisible(bool(words))

    def set_busy(self, busy: bool) -> None:
        for widget in (self.siblings, self.edit_button, self.ending.retry_button):
            widget.setEnabled(not busy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As wide as its longest line, up to five sixths of the column."""
        most = max(self.width() * 5 // 6, 160) - 34
        document = self.text.document().clone()
        document.setTextWidth(most)
        wanted = min(math.ceil(document.idealWidth()) + 2, most)
        self.bubble.setFixedWidth(wanted + 34)


class AnswerMessage(MessageWidget):
    """An answer: model, text with marks, verdict card, refusal, ending, and what it cost."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(message, parent)
        self.model = label(role="section")
        self.siblings = SiblingSwitch()
        self.siblings.chosen.connect(self.sibling_chosen)
        self.status = label(role="muted")
        self.status.hide()
        self.text = AnswerText()
        self.text.verdict_clicked.connect(self._show_verdict)
        self.text.citation_clicked.connect(self._open_citation)
        self.evidence = EvidenceCard()
        self.evidence.source_opened.connect(self.source_opened)
        self.refusal = RefusalCard()
        self.refusal.source_opened.connect(self.source_opened)
        self.refusal.retried.connect(lambda: self.retried.emit(self.message.id))
        self.refusal.answer_anyway.connect(lambda: self.answer_anyway.emit(self.message.id))
        self.ending = EndingCard()
        self.ending.retried.connect(lambda: self.retried.emit(self.message.id))
        self.caveats = label(role="warn", wrap=True)
        self.support = label(role="ok")
        self.speed = ElidedLabel(role="small")
        self.copy_button = _small("copy", "Copy this answer", self._copy)
        self.retry_button = _small(
            "rotate-ccw", "Answer once more", lambda: self.retried.emit(self.message.id)
        )
        self._notes = NO_NOTES
        self._build()
        self.show_message(message)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.model)
        head.addStretch(1)
        head.addWidget(self.siblings)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(4)
        foot.addWidget(self.support)
        foot.addWidget(self.speed, 1)
        foot.addWidget(self.copy_button)
        foot.addWidget(self.retry_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        for widget in (
            self.text,
            self.status,
            self.evidence,
            self.refusal,
            self.caveats,
            self.ending,
            self._foot,
        ):
            layout.addWidget(widget)

    def show_live(self, live: LiveAnswer) -> None:
        """Show an answer that is being made."""
        self.model.setText(live.model)
        self.siblings.hide()
        self._foot.hide()
        self.ending.hide()
        self.caveats.hide()
        self._notes = Notes(tuple(live.verdicts), live.citations)
        self.text.setVisible(bool(live.text) and live.why is None)
        if live.why is not None:
            self.refusal.show_why(live.why)
        elif live.text:
            self.text.stream_text(live.text, self._notes)
        self.status.setText(live.status)
        self.status.setVisible(bool(live.status))

    def show_message(self, message: Message) -> None:
        """Show an answer as it was saved."""
        self.message = message
        answer = message.answer
        declined = answer is not None and answer.outcome is Outcome.DECLINED
        self.model.setText(answer.model if answer is not None else "")
        self.siblings.show_message(message)
        self.status.hide()
        self._notes = Notes(answer.verdicts, answer.citations) if answer else NO_NOTES
        self.text.setVisible(bool(message.text) and not declined)
        if message.text and not declined:
            self.text.show_text(message.text, self._notes)
        self.refusal.hide()
        if answer is not None and declined:
            self.refusal.show_why(answer.why)
        self.ending.show_ending(message)
        said = " ".join(wording.caveats(answer)) if answer else ""
        self.caveats.setText(said)
        self.caveats.setVisible(bool(said))
        restyle(self.caveats, "role", "warn" if answer and answer.why.searched else "muted")
        support = wording.support(answer) if answer else ""
        whole = answer is not None and all(v.label.value == "supported" for v in answer.verdicts)
        restyle(self.support, "role", "ok" if whole else "warn-strong")
        self.support.setText(support)
        self.support.setVisible(bool(support))
        speed = wording.speed(answer) if answer and message.text else ""
        self.speed.set_whole(f"· {speed}" if support and speed else speed)
        self.copy_button.setVisible(bool(message.text))
        self._foot.setVisible(not declined)
        self.retry_button.setVisible(self.ending.isHidden())

    def set_busy(self, busy: bool) -> None:
        for widget in (self.siblings, self.retry_button, self.refusal, self.ending):
            widget.setEnabled(not busy)

    def _show_verdict(self, index: int) -> None:
        self.evidence.show_verdict(self._notes.verdicts[index])

    def _open_citation(self, index: int) -> None:
        self.source_opened.emit(self._notes.citations[index])


def make_widget(message: Message) -> UserMessage | AnswerMessage:
    """The widget of a message."""
    return UserMessage(message) if message.role == "user" else AnswerMessage(message)


def _small(drawing: str, name: str, clicked: Callable[[], object]) -> QPushButton:
    return button("", clicked, kind="quiet", drawing=drawing, name=name)

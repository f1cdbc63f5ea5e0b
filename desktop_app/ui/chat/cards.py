"""The cards under an answer: what a verdict rests on, why an answer was declined, how an answer failed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.values import Label, Verdict, Why
from desktop_app.ui.chat import wording
from desktop_app.ui.chat.browser import GuardedBrowser
from desktop_app.ui.parts import ElidedLabel, button, label, restyle

_ROLES = {
    Label.SUPPORTED: ("note", "ok"),
    Label.UNSUPPORTED: ("warning", "warn"),
    Label.CONTRADICTED: ("bad", "error"),
    Label.UNCHECKED: ("card", "muted"),
}


class EvidenceCard(QFrame):
    """One sentence's verdict and the stretch of a document that it rests on.

    Signals:
        source_opened: the `Evidence` to show.
        closed: the card was put away.
    """

    source_opened = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verdict: Verdict | None = None
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.title = label()
        font = QFont(self.title.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)
        self.close_button = button(
            "", self.put_away, kind="quiet", drawing="x", name="Close this verdict"
        )
        self.quote = GuardedBrowser()
        self.where = ElidedLabel(role="muted", middle=True)
        self.runner_up = ElidedLabel(role="muted", middle=True)
        self.open_button = button(wording.OPEN_SOURCE, self._open, kind="link")
        top = QHBoxLayout()
        top.addWidget(self.title)
        top.addStretch(1)
        top.addWidget(self.close_button)
        bottom = QHBoxLayout()
        bottom.addWidget(self.where, 1)
        bottom.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 12)
        layout.setSpacing(4)
        for item in (top, self.quote, bottom, self.runner_up):
            _put(layout, item)
        self.hide()

    @property
    def verdict(self) -> Verdict | None:
        """What is shown, None while nothing is."""
        return self._verdict

    def show_verdict(self, verdict: Verdict) -> None:
        """Show one sentence's verdict; the same one again puts it away."""
        if verdict == self._verdict:
            self.put_away()
            return
        self._verdict = verdict
        ground, ink = _ROLES[verdict.label]
        restyle(self, "role", ground)
        restyle(self.title, "role", ink)
        self.title.setText(wording.verdict_title(verdict))
        best = verdict.evidence[0] if verdict.evidence else None
        second = verdict.evidence[1] if len(verdict.evidence) > 1 else None
        self.quote.show_plain(wording.quote(verdict))
        self.where.set_whole(wording.evidence_place(best) if best else "")
        self.open_button.setVisible(best is not None)
        self.runner_up.set_whole(wording.runner_up(second) if second else "")
        self.runner_up.setVisible(second is not None)
        self.setAccessibleName(f"{wording.verdict_title(verdict)}. {verdict.sentence}")
        self.show()

    def put_away(self) -> None:
        """Close the card."""
        self._verdict = None
        self.hide()
        self.closed.emit()

    def _open(self) -> None:
        if self._verdict is not None and self._verdict.evidence:
            self.source_opened.emit(self._verdict.evidence[0])


class RefusalCard(QFrame):
    """Says that the documents do not hold the answer, what was searched, and what came nearest.

    Signals:
        source_opened: the `NearMiss` to show.
        answer_anyway: the user wants an answer all the same. retried: the search is to be made again.
    """

    source_opened = Signal(object)
    retried = Signal()
    answer_anyway = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 16, 16, 12)
        self._layout.setSpacing(4)
        self.hide()

    def show_why(self, why: Why) -> None:
        """Fill the card."""
        _clear(self._layout)
        self._layout.addWidget(label(wording.refusal(why), "heading", wrap=True))
        self._layout.addWidget(label(wording.searched(why), "muted", wrap=True))
        if why.near_misses:
            self._layout.addSpacing(8)
            self._layout.addWidget(label(wording.NEAR_MISSES, "section"))
        for miss in why.near_misses[:3]:
            text, score = (
                label(wording.near_miss(miss), wrap=True),
                label(f"{miss.score:.2f}", "muted"),
            )
            for words in (text, score):
                words.setContentsMargins(0, 2, 0, 0)  # on one line with the link
            go = button(
                wording.OPEN_SOURCE,
                partial(self.source_opened.emit, miss),
                kind="link",
                name=f"{wording.OPEN_SOURCE}: {wording.place(miss)}",
            )
            row = QHBoxLayout()
            row.addWidget(text, 1, Qt.AlignmentFlag.AlignTop)
            for widget in (score, go):
                row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
            self._layout.addLayout(row)
        if why.unreadable:
            self._layout.addSpacing(4)
            self._layout.addWidget(label(wording.unreadable(why.unreadable), "warn", wrap=True))
        self._layout.addSpacing(8)
        row = QHBoxLayout()
        self.anyway_button = button(wording.ANSWER_ANYWAY, self.answer_anyway.emit)
        row.addWidget(self.anyway_button)
        row.addWidget(button(wording.RETRY, self.retried.emit, kind="quiet"))
        row.addStretch(1)
        self._layout.addLayout(row)
        self.setAccessibleName(f"{wording.refusal(why)} {wording.searched(why)}")
        self.show()


class EndingCard(QFrame):
    """How an answer ended that did not end by itself: a sentence, Retry, and details to copy.

    Signals:
        retried: the user asks again.
    """

    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._details = ""
        self.sentence = label(wrap=True)
        self.retry_button = button(wording.RETRY, self.retried.emit, drawing="rotate-ccw")
        self.copy_button = button(wording.COPY_DETAILS, self._copy, kind="quiet")
        row = QHBoxLayout()
        row.addWidget(self.retry_button)
        row.addWidget(self.copy_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.addWidget(self.sentence)
        layout.addLayout(row)
        self.hide()

    def show_ending(self, message: Message) -> None:
        """Say how an answer ended; hidden where there is nothing to say."""
        state, answer = message.state, message.answer
        self.show_sentence(
            wording.ending(state, answer, written=bool(message.text)),
            wording.details(answer) if state is MessageState.FAILED else "",
            bad=state is not MessageState.STOPPED,
        )

    def show_sentence(self, sentence: str, details: str, *, bad: bool) -> None:
        """Show a sentence of the caller's."""
        self._details = details
        self.sentence.setText(sentence)
        self.copy_button.setVisible(bool(details))
        restyle(self, "role", "bad" if bad else "card")
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)


def _put(layout: QVBoxLayout, item: QLayout | QWidget) -> None:
    if isinstance(item, QWidget):
        layout.addWidget(item)
    else:
        layout.addLayout(item)


def _clear(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (inner := item.layout()) is not None:
            _clear(inner)
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()

"""Answers of every kind, and hands for driving the chat."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop_app.domain.values import (
    Answer,
    Citation,
    Evidence,
    Label,
    NearMiss,
    Outcome,
    Timing,
    Verdict,
    Why,
)
from desktop_app.ui.chat import wording
from desktop_app.ui.chat.messages import AnswerMessage

LEFT = Qt.MouseButton.LeftButton


TEXT = "The ferry carries 214 passengers. It was repainted in 2029."


BEST = Evidence("minutes.pdf", 2, 5, 60, 1, "It carries 214 passengers.", 0.97)


SECOND = Evidence("history.docx", None, 0, 9, 2, "Calder drew three ferries.", 0.18)


CITATION = Citation(1, "minutes.pdf", 2, 5, 60, "It carries", 1, 33)


MISS = NearMiss("minutes.pdf", 1, 0, 9, "The board met in March.", 0.22, 1)


def cited(question):
    return Answer(
        question.text,
        Outcome.ANSWERED,
        TEXT,
        (CITATION,),
        (
            Verdict(0, 33, TEXT[:33], Label.SUPPORTED, 0.97, (BEST, SECOND)),
            Verdict(34, len(TEXT), TEXT[34:], Label.UNSUPPORTED, 0.31, ()),
        ),
        Why(41, 2, 0.9, 0.55),
        "SmolLM2 135M",
        timing=Timing(10, 400, 900, 100, 1212, 0, 64),
        grounded=True,
    )


def declined(question):
    why = Why(41, 2, 0.22, 0.55, (MISS,), ("scan.pdf",))
    return Answer(question.text, Outcome.DECLINED, wording.REFUSAL, why=why, model="SmolLM2 135M")


def failed(question):
    return Answer(
        question.text,
        Outcome.FAILED,
        "The ferry was",
        fault_code="EN1",
        fault="The model stopped working (signal 11).",
        fault_details="last line of stderr",
    )


def labels(widget):
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def answer_of(pane) -> AnswerMessage:
    widget = pane.transcript.widgets[-1]
    assert isinstance(widget, AnswerMessage)
    return widget


def click(qtbot, button):
    qtbot.mouseClick(button, LEFT)


def settled(qtbot, pane):
    qtbot.waitUntil(lambda: not pane.busy and not pane.controller.answering)


def plain(question):
    return Answer(question.text, Outcome.ANSWERED, f"You asked: {question.text}")


def click_link(browser, qtbot, text):
    """Click the middle of a link's text."""
    cursor = browser.document().find(text)
    assert not cursor.isNull()
    end = browser.cursorRect(cursor)
    cursor.setPosition(cursor.selectionStart())
    start = browser.cursorRect(cursor)
    middle = (start.center() + end.center()) / 2
    qtbot.mouseClick(browser.viewport(), Qt.MouseButton.LeftButton, pos=middle)

"""Messages: marks, summaries, copies, versions, plain text whatever was written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from desktop_app.domain.values import Answer, Outcome
from tests.support.chat import (
    CITATION,
    answer_of,
    cited,
    click,
    settled,
)


def test_marks_summary_and_citation(pane, ask, qtbot, services):
    services.turns.answers = cited
    ask("Ferry?")
    widget = answer_of(pane)
    assert widget.support.text() == "1 of 2 sentences supported"
    assert widget.speed.whole == "· 71 tokens/s · first word 0.4 s · checked 0.1 s"
    browser = widget.text._widgets[0]
    assert "Sentence 2: not supported" in browser.accessibleDescription()
    with qtbot.waitSignal(pane.citation_clicked) as opened:
        browser.anchorClicked.emit(QUrl("cite:0"))
    assert opened.args == [CITATION]


def test_copy_is_the_markdown_as_it_came(pane, ask, qtbot, services):
    services.turns.answers = lambda q: Answer(q.text, Outcome.ANSWERED, "**Bold** `x`\n\n- a")
    ask("Copy?")
    click(qtbot, answer_of(pane).copy_button)
    assert QGuiApplication.clipboard().text() == "**Bold** `x`\n\n- a"


def test_retry_and_edit_make_siblings_that_can_be_gone_through(pane, ask, qtbot, services):
    ask("First?")
    click(qtbot, answer_of(pane).retry_button)
    settled(qtbot, pane)
    assert answer_of(pane).siblings.where.text() == "2 / 2"
    click(qtbot, pane.transcript.widgets[0].edit_button)
    assert pane.composer.draft.text == "First?"
    pane.composer.edit.selectAll()
    ask("Second?")
    user = pane.transcript.widgets[0]
    assert user.text.toPlainText() == "Second?"
    assert user.siblings.where.text() == "2 / 2"
    click(qtbot, user.siblings.back)
    qtbot.waitUntil(lambda: pane.transcript.widgets[0].text.toPlainText() == "First?")
    assert answer_of(pane).text.text == "You asked: First?"


def test_an_edit_can_be_given_up(pane, ask, qtbot):
    ask("First?")
    click(qtbot, pane.transcript.widgets[0].edit_button)
    assert pane.composer.draft.replaces is not None
    pane.composer._cancel_edit()
    assert pane.composer.draft.replaces is None
    assert pane.composer.draft.text == ""


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold?</b> <img src=file:///dev/zero>",
        "x" * 19_000,
        "👩‍👩‍👧‍👦 שלום \u202eabc e" + "\u0301" * 500,
    ],
)
def test_rn5_gu10_what_a_person_writes_is_shown_as_it_is(pane, ask, qtbot, services, text):
    pane.composer.edit.setPlainText(text)
    qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return)
    settled(qtbot, pane)
    user = pane.transcript.widgets[0]
    assert user.text.toPlainText() == text
    click(qtbot, user.copy_button)
    assert QGuiApplication.clipboard().text() == text
    for label in pane.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or label.pixmap()

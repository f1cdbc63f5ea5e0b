"""The cards under an answer: verdicts, refusals, failures."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from desktop_app.domain.values import Answer, Outcome, Why
from desktop_app.ui.chat import wording
from tests.support.chat import (
    BEST,
    MISS,
    TEXT,
    answer_of,
    cited,
    click,
    declined,
    failed,
    labels,
    settled,
)


def test_a_verdict_opens_its_card_and_the_card_its_source(pane, ask, qtbot, services):
    services.turns.answers = cited
    ask("Ferry?")
    widget = answer_of(pane)
    browser = widget.text._widgets[0]
    browser.anchorClicked.emit(QUrl("verdict:0"))
    card = widget.evidence
    assert card.isVisible()
    assert card.title.text() == "Supported by your documents · 0.97"
    assert card.quote.toPlainText() == "“It carries 214 passengers.”"
    assert card.where.whole == "minutes.pdf, page 2 · 0.97"
    assert "Calder drew three ferries." in card.runner_up.whole
    with qtbot.waitSignal(pane.citation_clicked) as opened:
        click(qtbot, card.open_button)
    assert opened.args == [BEST]
    browser.anchorClicked.emit(QUrl("verdict:1"))
    assert card.title.text() == "Not supported by your documents · 0.31"
    assert not card.open_button.isVisible()
    click(qtbot, card.close_button)
    assert not card.isVisible()


def test_a_refusal_says_what_was_searched_and_offers_an_answer(pane, ask, qtbot, services):
    services.turns.answers = declined
    ask("Who chairs the board in 2033?")
    card = answer_of(pane).refusal
    said = labels(card)
    assert wording.REFUSAL in said
    assert "Searched 41 passages in 2 documents. Best match 0.22, needed 0.55." in said
    assert "Could not be searched: scan.pdf." in said
    (source,) = [
        b
        for b in card.findChildren(type(card.anyway_button))
        if b.isVisible() and "Open" in b.text()
    ]
    with qtbot.waitSignal(pane.citation_clicked) as opened:
        click(qtbot, source)
    assert opened.args == [MISS]
    services.turns.answers = lambda q: Answer(q.text, Outcome.ANSWERED, "A guess.")
    click(qtbot, card.anyway_button)
    settled(qtbot, pane)
    assert services.turns.asked[-1].answer_anyway
    widget = answer_of(pane)
    assert wording.NOT_GROUNDED in widget.caveats.text()
    assert widget.siblings.where.text() == "2 / 2"


def test_documents_that_are_still_read_are_not_called_missing(pane, ask, services):
    why = Why(unreadable=("minutes.pdf (still being read)",))
    services.turns.answers = lambda q: Answer(q.text, Outcome.DECLINED, "", why=why)
    ask("Ferry?")
    said = labels(answer_of(pane).refusal)
    assert wording.NOT_SEARCHED in said
    assert wording.NONE_READY in said
    assert "Could not be searched: minutes.pdf (still being read)." in said
    assert wording.NO_DOCUMENTS not in said


def test_a_failure_keeps_the_text_and_offers_retry_and_details(pane, ask, qtbot, services):
    services.turns.answers = failed
    ask("Ferry?")
    widget = answer_of(pane)
    assert widget.text.text == "The ferry was"
    assert widget.ending.sentence.text() == "The model stopped working (signal 11)."
    click(qtbot, widget.ending.copy_button)
    assert "last line of stderr" in QGuiApplication.clipboard().text()
    services.turns.answers = cited
    click(qtbot, widget.ending.retry_button)
    settled(qtbot, pane)
    assert answer_of(pane).text.text == TEXT

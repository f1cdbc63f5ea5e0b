"""The chat as a person drives it: real keys and clicks over services in memory."""

from __future__ import annotations

import random
import time

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import (
    Answer,
    Citation,
    Evidence,
    Label,
    Message,
    MessageState,
    NearMiss,
    Outcome,
    Timing,
    Verdict,
    Why,
)
from desktop_app.settings.options import ADMIT_IGNORANCE, SELF_CHECK
from desktop_app.ui.chat import wording
from desktop_app.ui.chat.messages import AnswerMessage, UserMessage
from desktop_app.ui.theme import theme

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


# --- asking ---------------------------------------------------------------------------------------


def test_a_question_starts_a_conversation_and_is_answered(pane, ask, services, qtbot):
    with qtbot.waitSignals([pane.conversation_started, pane.conversation_changed]):
        ask("Who designed the ferry?")
    user, answer = pane.transcript.widgets
    assert isinstance(user, UserMessage)
    assert user.text.toPlainText() == "Who designed the ferry?"
    assert answer.text.text == "You asked: Who designed the ferry?"
    assert pane.composer.draft.text == ""
    assert [m.text for m in services.conversations.path(1)] == [user.message.text, answer.text.text]


def test_shift_return_begins_a_line(pane, qtbot, services):
    edit = pane.composer.edit
    qtbot.keyClicks(edit, "one")
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(edit, "two")
    assert edit.toPlainText() == "one\ntwo"
    assert services.turns.asked == []


def test_nothing_is_asked_with_nothing_to_ask(pane, qtbot, services):
    qtbot.keyClicks(pane.composer.edit, "   ")
    qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return)
    assert not pane.composer.send_button.isEnabled()
    assert services.turns.asked == []
    assert pane.composer.draft.text == "   "


def test_gu1_fifty_clicks_are_one_message_and_one_generation(pane, qtbot, services):
    services.turns.gate.clear()
    qtbot.keyClicks(pane.composer.edit, "Once?")
    for _ in range(50):
        click(qtbot, pane.composer.send_button)
    services.turns.gate.set()
    settled(qtbot, pane)
    assert [q.text for q in services.turns.asked] == ["Once?"]
    assert answer_of(pane).message.state is MessageState.DONE


def test_gu1_return_held_is_one_message(pane, ask, qtbot, services):
    services.turns.gate.clear()
    ask("Held?", wait=False)
    for _ in range(20):
        qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return)
    services.turns.gate.set()
    settled(qtbot, pane)
    assert len(services.turns.asked) == 1


def test_send_turns_to_stop_and_what_was_written_is_kept(pane, ask, qtbot, services):
    services.turns.gate.clear()
    ask("Long one?", wait=False)
    qtbot.waitUntil(lambda: answer_of(pane).text.text != "")
    assert pane.composer.send_button.text() == wording.STOP
    pane.composer._pressed_at = 0.0
    click(qtbot, pane.composer.send_button)
    settled(qtbot, pane)
    widget = answer_of(pane)
    assert widget.text.text == "You"
    assert wording.STOPPED in labels(widget)
    assert pane.composer.send_button.text() == wording.SEND
    services.turns.gate.set()
    click(qtbot, widget.ending.retry_button)
    settled(qtbot, pane)
    assert answer_of(pane).text.text == "You asked: Long one?"


def test_a_long_paste_goes_with_its_question_and_is_shown(pane, ask, qtbot, services):
    pane.composer.add_paste("The budget is 48,300 crowns. " * 1_000)
    ask("What is the budget?")
    given = services.turns.asked[-1].passages
    assert "".join(passage.text for passage in given) == "The budget is 48,300 crowns. " * 1_000
    user = pane.transcript.widgets[0]
    assert user.attachment.isVisible()
    assert user.attachment.text() == "Pasted text, 29 KB"
    assert pane.composer.draft.pastes == ()
    click(qtbot, answer_of(pane).retry_button)
    settled(qtbot, pane)
    assert services.turns.asked[-1].passages == given
    ask("And without?")
    assert services.turns.asked[-1].passages is None
    assert not pane.transcript.widgets[-2].attachment.isVisible()


def test_switches_count_for_the_next_question_and_follow_the_settings(pane, ask, qtbot, services):
    click(qtbot, pane.composer.admit.switch)
    assert services.settings.get(ADMIT_IGNORANCE) is False
    services.settings.set(SELF_CHECK, False)
    qtbot.waitUntil(lambda: not pane.composer.check.switch.isChecked())
    ask("Now?")
    switches = services.turns.asked[-1].switches
    assert (switches.admit_ignorance, switches.self_check) == (False, False)
    assert pane.composer.admit.switch.accessibleName() == "Admit ignorance"


# --- what stands under an answer --------------------------------------------------------------------


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


def test_copy_is_the_markdown_as_it_came(pane, ask, qtbot, services):
    services.turns.answers = lambda q: Answer(q.text, Outcome.ANSWERED, "**Bold** `x`\n\n- a")
    ask("Copy?")
    click(qtbot, answer_of(pane).copy_button)
    assert QGuiApplication.clipboard().text() == "**Bold** `x`\n\n- a"


# --- the tree ---------------------------------------------------------------------------------------


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


# --- several conversations --------------------------------------------------------------------------


def test_gu5_an_answer_goes_on_in_its_own_conversation(pane, ask, qtbot, services):
    services.turns.gate.clear()
    ask("Slow?", wait=False)
    qtbot.waitUntil(lambda: pane.controller.conversation_id == 1)
    pane.open(None)
    assert not pane.controller.answering
    assert pane.busy
    ask("Other?", wait=False)
    qtbot.waitUntil(lambda: pane.controller.conversation_id == 2)
    pane.open(1)
    qtbot.waitUntil(lambda: len(pane.transcript.widgets) == 2)
    assert answer_of(pane).text.text == "You"
    assert pane.composer.send_button.text() == wording.STOP
    services.turns.gate.set()
    settled(qtbot, pane)
    assert answer_of(pane).text.text == "You asked: Slow?"
    assert [m.text for m in services.conversations.path(2)] == ["Other?", "You asked: Other?"]


def test_a_second_question_waits_visibly(pane, ask, qtbot, services):
    services.turns.gate.clear()
    ask("Slow?", wait=False)
    qtbot.waitUntil(lambda: pane.controller.conversation_id == 1)
    pane.open(None)
    waiting = []
    pane.controller.live_changed.connect(lambda live: waiting.append(live.status))
    ask("Other?", wait=False)
    assert "Waiting: 1 ahead" in waiting
    services.turns.gate.set()
    settled(qtbot, pane)


def test_gu5_a_deleted_conversation_stops_being_answered(pane, ask, qtbot, services):
    services.turns.gate.clear()
    ask("Slow?", wait=False)
    qtbot.waitUntil(lambda: pane.controller.conversation_id == 1)
    pane.forget(1)
    qtbot.waitUntil(lambda: not pane.busy)
    assert pane.controller.conversation_id is None
    assert pane.empty.isVisible()


def test_o9_drafts_stay_with_their_conversation(pane, ask, qtbot):
    ask("First?")
    qtbot.keyClicks(pane.composer.edit, "half a thought")
    pane.composer.add_paste("p" * 30_000)
    pane.open(None)
    assert pane.composer.draft.text == ""
    qtbot.keyClicks(pane.composer.edit, "another")
    pane.open(1)
    assert pane.composer.draft.text == "half a thought"
    assert pane.composer.draft.pastes == ("p" * 30_000,)
    pane.open(None)
    assert pane.composer.draft.text == "another"


def test_o9_a_question_that_could_not_be_stored_comes_back(pane, ask, qtbot, services):
    services.conversations.fault = KnownFault("DI1", "The disk is full.")
    ask("Precious words?")
    qtbot.waitUntil(lambda: len(pane.faults) == 1)
    assert pane.composer.draft.text == "Precious words?"
    assert pane.empty.isVisible()
    qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return)
    settled(qtbot, pane)
    assert answer_of(pane).text.text == "You asked: Precious words?"


def test_an_error_after_storing_keeps_the_question_and_offers_retry(pane, ask, qtbot, services):
    services.turns.fault = KnownFault("EN1", "The model stopped working.")
    ask("Kept?")
    ((error, retry),) = pane.faults
    assert error.fault.code == "EN1"
    assert pane.transcript.widgets[0].text.toPlainText() == "Kept?"
    retry()
    settled(qtbot, pane)
    assert answer_of(pane).text.text == "You asked: Kept?"


def test_an_answer_that_could_not_be_stored_stays_on_the_screen(
    pane, ask, qtbot, services, monkeypatch
):
    def full(message_id, state, answer):
        raise KnownFault("DI1", "The disk is full.")

    monkeypatch.setattr(services.conversations, "finish", full)
    services.turns.answers = cited
    ask("Kept?")
    assert answer_of(pane).text.text == TEXT
    assert answer_of(pane).support.text() == "1 of 2 sentences supported"
    assert [error.fault.code for error, _retry in pane.faults] == ["DI1"]


def test_an_answer_interrupted_in_an_earlier_run_says_so(pane, qtbot, services):
    store = services.conversations
    conversation = store.create("old")
    store.keep(store.add_answer(store.add_question(conversation.id, None, "Q?")), "Half an")
    pane.open(conversation.id)
    qtbot.waitUntil(lambda: len(pane.transcript.widgets) == 2)
    assert answer_of(pane).text.text == "Half an"
    assert answer_of(pane).ending.sentence.text() == wording.INTERRUPTED
    click(qtbot, answer_of(pane).ending.retry_button)
    settled(qtbot, pane)
    assert answer_of(pane).text.text == "You asked: Q?"


def test_a_path_that_cannot_be_read_is_a_fault_with_retry(pane, services, qtbot, monkeypatch):
    services.conversations.create("one")
    path = services.conversations.path

    def broken(conversation_id):
        raise KnownFault("DB8", "The database could not be read.")

    monkeypatch.setattr(services.conversations, "path", broken)
    pane.open(1)
    qtbot.waitUntil(lambda: len(pane.faults) == 1)
    monkeypatch.setattr(services.conversations, "path", path)
    pane.faults[0][1]()


# --- long, hostile, dropped -------------------------------------------------------------------------


def long_conversation(services, count):
    store = services.conversations
    conversation = store.create("long")
    parent = None
    for number in range(1, count + 1):
        role = "user" if number % 2 else "assistant"
        answer = None if number % 2 else Answer("q", Outcome.ANSWERED, f"Answer {number}.")
        text = f"Question {number}?" if number % 2 else f"Answer {number}."
        done = MessageState.DONE
        store._messages[number] = Message(
            number, conversation.id, parent, role, text, done, 0.0, (number,), answer
        )
        store._selected[conversation.id, parent] = number
        parent = number
    store.message = lambda number: store._messages[number]
    return conversation.id


def test_gu6_ten_thousand_messages_open_at_their_end(pane, services, qtbot):
    number = long_conversation(services, 10_000)
    began = time.monotonic()
    pane.open(number)
    qtbot.waitUntil(lambda: len(pane.transcript.widgets) > 0)
    assert time.monotonic() - began < 2.5  # 1 s on an idle machine; the run below counts widgets
    transcript = pane.transcript
    assert len(transcript.widgets) == 60
    assert transcript.widgets[-1].message.id == 10_000
    bar = transcript.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    bar.setValue(0)
    distance = bar.maximum() - bar.value()
    click(qtbot, transcript.earlier_button)
    qtbot.waitUntil(lambda: len(transcript.widgets) == 120)
    qtbot.wait(400)
    assert abs((bar.maximum() - bar.value()) - distance) < 60


def test_reading_above_is_not_disturbed_by_new_text(pane, ask, services, qtbot):
    pane.open(long_conversation(services, 100))
    qtbot.waitUntil(lambda: len(pane.transcript.widgets) == 60)
    bar = pane.transcript.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    qtbot.wait(50)
    bar.setValue(200)
    assert not pane.transcript.following
    assert pane.transcript.end_button.isVisible()
    before = bar.value()
    pane.transcript.show_messages(
        [
            *pane.controller.messages,
            Message(500, 1, 100, "user", "New?", MessageState.DONE, 0.0, (500,)),
        ]
    )
    qtbot.wait(50)
    assert bar.value() == before
    click(qtbot, pane.transcript.end_button)
    assert bar.value() == bar.maximum()
    assert not pane.transcript.end_button.isVisible()


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


def test_dropped_files_are_handed_on_and_other_things_are_not(pane, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/a.pdf"), QUrl("https://example.org/b.pdf")])
    drop = QDropEvent(
        QPointF(QPoint(10, 10)),
        Qt.DropAction.CopyAction,
        data,
        LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(pane.documents_dropped) as dropped:
        pane.dropEvent(drop)
    assert dropped.args == [["/tmp/a.pdf"]]


def test_light_and_dark_change_what_is_shown(pane, ask, services):
    services.turns.answers = cited
    ask("Ferry?")
    browser = answer_of(pane).text._widgets[0]
    before = browser.toHtml()
    theme().set_mode("dark")
    assert answer_of(pane).text._widgets[0].toHtml() != before
    theme().set_mode("light")


def test_gu18_everything_has_a_name(pane, ask, services):
    services.turns.answers = cited
    ask("Ferry?")
    nameless = [b for b in pane.findChildren(QAbstractButton) if not b.accessibleName()]
    assert nameless == []


# --- the monkey -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gu2_random_actions_never_break_it(pane, services, qtbot, seed):
    dice = random.Random(seed)
    services.turns.answers = lambda q: dice.choice([cited, declined, failed, plain])(q)

    def answers():
        return [w for w in widgets() if isinstance(w, AnswerMessage)]

    def widgets():
        return pane.transcript.widgets

    def some(found, act):
        if found:
            act(dice.choice(found))

    actions = [
        lambda: qtbot.keyClicks(pane.composer.edit, dice.choice(["Why?", "**x**", "12"])),
        lambda: qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return),
        lambda: click(qtbot, pane.composer.send_button),
        lambda: setattr(pane.composer, "_pressed_at", 0.0),
        lambda: pane.open(dice.choice([None, *(c.id for c in services.conversations.find())])),
        lambda: services.turns.gate.clear(),
        lambda: services.turns.gate.set(),
        lambda: some(answers(), lambda w: click(qtbot, w.retry_button)),
        lambda: some(answers(), lambda w: click(qtbot, w.ending.retry_button)),
        lambda: some(answers(), lambda w: click(qtbot, w.siblings.back)),
        lambda: some(widgets(), lambda w: click(qtbot, w.copy_button)),
        lambda: some(answers(), lambda w: w.text._marked("verdict", 0)),
        lambda: some(
            [w for w in widgets() if isinstance(w, UserMessage)],
            lambda w: click(qtbot, w.edit_button),
        ),
        lambda: click(qtbot, pane.composer.admit.switch),
        lambda: pane.composer.add_paste("p" * 20_001),
        lambda: pane.resize(dice.randint(320, 1400), dice.randint(240, 900)),
        lambda: theme().set_mode(dice.choice(["light", "dark"])),
        lambda: qtbot.wait(dice.randint(0, 15)),
    ]
    for _ in range(150):
        dice.choice(actions)()
        running = [run.live.conversation_id for run in pane.controller._runs]
        assert len(set(filter(None, running))) == len([r for r in running if r])
    services.turns.gate.set()
    pane.stop()
    settled(qtbot, pane)
    assert pane.faults == []
    pane.open(None)
    pane.composer._cancel_edit()
    qtbot.keyClicks(pane.composer.edit, "Still alive?")
    qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return)
    settled(qtbot, pane)
    assert services.turns.asked[-1].text == "Still alive?"


def plain(question):
    return Answer(question.text, Outcome.ANSWERED, f"You asked: {question.text}")

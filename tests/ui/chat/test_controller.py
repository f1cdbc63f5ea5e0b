"""Turns in their conversations: going on unseen, waiting, failing, coming back (GU5, O9)."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop_app.domain.errors import KnownFault
from desktop_app.ui.chat import wording
from tests.support.chat import (
    TEXT,
    answer_of,
    cited,
    click,
    settled,
)


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
    assert pane.composer.send_button.text().strip() == wording.STOP
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

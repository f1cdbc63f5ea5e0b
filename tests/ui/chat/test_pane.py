"""The chat as a person drives it: real keys and clicks over services in memory."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from desktop_app.domain.conversations import MessageState
from desktop_app.settings.options import ADMIT_IGNORANCE, SELF_CHECK
from desktop_app.ui.chat import wording
from desktop_app.ui.chat.messages import UserMessage
from tests.support.chat import (
    answer_of,
    cited,
    click,
    labels,
    settled,
)


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
    assert pane.composer.send_button.text().strip() == wording.STOP
    pane.composer._pressed_at = 0.0
    click(qtbot, pane.composer.send_button)
    settled(qtbot, pane)
    widget = answer_of(pane)
    assert widget.text.text == "You"
    assert wording.STOPPED in labels(widget)
    assert pane.composer.send_button.text().strip() == wording.SEND
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


def test_gu18_everything_has_a_name(pane, ask, services):
    services.turns.answers = cited
    ask("Ferry?")
    nameless = [b for b in pane.findChildren(QAbstractButton) if not b.accessibleName()]
    assert nameless == []

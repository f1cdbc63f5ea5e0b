"""Long conversations, the reader's place, colours that change live."""

from __future__ import annotations

from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.values import Answer, Outcome
from desktop_app.ui.theme import theme
from tests.support.chat import (
    answer_of,
    cited,
    click,
)


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
    pane.open(number)
    qtbot.waitUntil(lambda: len(pane.transcript.widgets) > 0)
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


def test_light_and_dark_change_what_is_shown(pane, ask, services):
    services.turns.answers = cited
    ask("Ferry?")
    browser = answer_of(pane).text._widgets[0]
    before = browser.toHtml()
    theme().set_mode("dark")
    assert answer_of(pane).text._widgets[0].toHtml() != before
    theme().set_mode("light")

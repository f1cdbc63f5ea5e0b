"""A monkey drives the chat (GU2)."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt

from desktop_app.ui.chat.messages import AnswerMessage, UserMessage
from desktop_app.ui.theme import theme
from tests.support.chat import (
    cited,
    click,
    declined,
    failed,
    plain,
    settled,
)


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

"""The engine dies in the middle of an answer: the notice, the text that is kept, and one more try."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop_app.app import services_of
from desktop_app.assemble import Candor, assemble
from desktop_app.domain.conversations import Message, MessageState
from desktop_app.engine.local import LocalEngine
from desktop_app.settings.options import MAX_TOKENS
from desktop_app.ui.chat.messages import AnswerMessage
from desktop_app.ui.shell.window import MainWindow
from tests.support.noise import Expectations

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

LONG = "Write a long story about a lighthouse keeper and a storm."


@pytest.fixture
def candor(tmp_path: Path) -> Iterator[Candor]:
    made = assemble(str(tmp_path / "data"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def window(candor: Candor, qtbot: QtBot) -> Iterator[MainWindow]:
    made = MainWindow(services_of(candor))
    made.show()
    made.start()
    yield made
    with qtbot.wait_signal(made.closed, timeout=5000):
        made.close()
    made.deleteLater()


def shown_path(candor: Candor) -> list[Message]:
    found = candor.conversations.find()
    return candor.conversations.path(found[0].id) if found else []


def last_answer(window: MainWindow) -> AnswerMessage:
    return window.chat.transcript.findChildren(AnswerMessage)[-1]


def test_killed_mid_answer(
    candor: Candor, window: MainWindow, qtbot: QtBot, expect_log: Expectations
) -> None:
    expect_log("signal 9")
    engine = candor.answering.engine
    assert isinstance(engine, LocalEngine)
    window.chat.focus_composer()
    QTest.keyClicks(window.chat.composer.edit, LONG)
    QTest.keyClick(window.chat.composer.edit, Qt.Key.Key_Return)

    def streaming() -> None:
        path = shown_path(candor)
        assert len(path) == 2
        assert len(path[1].text) > 40

    qtbot.wait_until(streaming, timeout=90_000)
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)

    def failed() -> None:
        assert shown_path(candor)[1].state is MessageState.FAILED

    qtbot.wait_until(failed, timeout=20_000)
    kept = shown_path(candor)[1]
    assert len(kept.text) > 40
    assert kept.answer is not None
    assert "signal 9" in kept.answer.fault
    qtbot.wait_until(lambda: last_answer(window).ending.isVisible(), timeout=5000)
    assert "signal 9" in last_answer(window).ending.sentence.text()
    assert last_answer(window).text.text == kept.text

    # the whole story once more would take a slow machine minutes
    candor.answering.settings.set(MAX_TOKENS, 16)
    QTest.mouseClick(last_answer(window).ending.retry_button, Qt.MouseButton.LeftButton)

    def answered() -> None:
        path = shown_path(candor)
        assert path[1].id != kept.id
        assert path[1].state is MessageState.DONE

    qtbot.wait_until(answered, timeout=120_000)
    assert shown_path(candor)[1].siblings[0] == kept.id, "the first try is kept as a sibling"

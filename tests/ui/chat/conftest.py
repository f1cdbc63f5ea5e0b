"""The chat over fakes: a pane that is shown, and what it said of itself."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt

from desktop_app.ui.chat.answer_text import AnswerText
from desktop_app.ui.chat.composer import Composer
from desktop_app.ui.chat.pane import ChatPane
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import theme
from tests.support.ui_fakes import fake_services


@pytest.fixture(autouse=True)
def light(qapp):
    theme().set_mode("light")


@pytest.fixture
def tasks(qapp):
    made = Tasks()
    heard = []
    made.unhandled.connect(heard.append)
    yield made
    assert made.close()
    assert heard == []
    shiboken6.delete(made)


@pytest.fixture
def services(tmp_path):
    return fake_services(tmp_path / "services")


@pytest.fixture
def pane(qtbot, services, tasks):
    made = ChatPane(services, tasks)
    qtbot.addWidget(made)
    made.resize(900, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.faults = []
    made.fault.connect(lambda error, retry: made.faults.append((error, retry)))
    yield made
    services.turns.gate.set()
    made.stop()


@pytest.fixture
def answer(qtbot):
    made = AnswerText()
    qtbot.addWidget(made)
    made.resize(560, 400)
    made.show()
    return made


@pytest.fixture
def composer(qtbot, services):
    made = Composer(services.settings)
    qtbot.addWidget(made)
    made.resize(640, 160)
    made.show()
    made.heard = []
    made.sent.connect(made.heard.append)
    return made


@pytest.fixture
def ask(pane, qtbot):
    """Type a question, press Return, and wait for the answer unless told otherwise."""

    def asked(text, *, wait=True):
        pane.composer.edit.setFocus()
        qtbot.keyClicks(pane.composer.edit, text)
        qtbot.keyClick(pane.composer.edit, Qt.Key.Key_Return)
        if wait:
            qtbot.waitUntil(lambda: not pane.busy and not pane.controller.answering)

    return asked

"""Random clicks and keys: whatever somebody does, no exception, no Qt message, no text lost (GU2)."""

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QMenu

from desktop_app.domain.conversations import MessageState
from desktop_app.ui.shell.window import MainWindow
from desktop_app.ui.theme import theme
from tests.support import harbour
from tests.support.ui_fakes import fake_services

KEYS = [
    *((key, Qt.KeyboardModifier.ControlModifier) for key in map(Qt.Key, b"NKLDBMF")),
    (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier),
]
SIZES = [(1280, 800), (880, 600), (600, 700), (320, 240)]


def act(qtbot, window: MainWindow, dice: random.Random) -> None:
    kind = dice.randrange(6)
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()
    elif kind == 0:
        buttons = [
            b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()
        ]
        qtbot.mouseClick(dice.choice(buttons), Qt.MouseButton.LeftButton)
    elif kind == 1:
        lists = [
            rows for rows in (window.sidebar.list, window.side.documents.list) if rows.isVisible()
        ]
        if lists:
            view = dice.choice(lists).viewport()
            place = QPoint(dice.randrange(view.width() + 1), dice.randrange(view.height() + 1))
            qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    elif kind == 2:
        window.chat.composer.edit.setPlainText(f"Question {dice.random()}")
        window.chat.composer.send()
    elif kind == 3:
        window.resize(*dice.choice(SIZES))
    else:
        key, modifier = dice.choice(KEYS)
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)
    QApplication.processEvents()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_hundred_random_actions(qtbot, tmp_path: Path, monkeypatch, seed: int):
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    dice = random.Random(seed)
    services = fake_services(tmp_path)
    harbour.fill_conversations(services.conversations)
    harbour.fill_library(services.library, failed=True)
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.show()
    window.start()
    for number in range(300):
        act(qtbot, window, dice)
        if number % 20 == 0:
            window.grab()
            for dialog in window.findChildren(QDialog):
                dialog.close()
    for leftover in [*window.findChildren(QMenu), *window.findChildren(QDialog)]:
        leftover.close()
    window.chat.stop()
    qtbot.waitUntil(lambda: not window.chat.busy)
    window.close()
    theme().set_mode("light")
    asked = [
        message for message in services.conversations._messages.values() if message.role == "user"
    ]
    # an edit that changes nothing is a sibling with the same words; anything else sent twice is a fault
    assert len({message.text for message in asked}) == len(
        {(message.text, message.conversation_id, message.parent_id) for message in asked}
    )
    assert all(message.state is MessageState.DONE for message in asked)

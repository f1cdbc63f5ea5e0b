"""Every key has one action and stands in the list that F1 shows."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from desktop_app.ui.shell.shortcuts import KEYS, ShortcutsDialog

CTRL = Qt.KeyboardModifier.ControlModifier


def key(qtbot, window, code, modifier=CTRL) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, code, modifier)


def test_every_key_has_its_action_and_is_listed(qtbot, window):
    assert set(window.actions_by_name) == {name for name, _key, _text in KEYS}
    keys = [action.shortcut().toString() for action in window.actions_by_name.values()]
    assert len(set(keys)) == len(keys)
    key(qtbot, window, Qt.Key.Key_F1, Qt.KeyboardModifier.NoModifier)
    (dialog,) = window.findChildren(ShortcutsDialog)
    said = {label.text() for label in dialog.findChildren(QLabel)}
    assert {text for _name, _key, text in KEYS} <= said
    dialog.accept()

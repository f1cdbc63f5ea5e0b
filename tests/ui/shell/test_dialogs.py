"""The settings over the window."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_app.settings import options
from desktop_app.ui.theme import theme

CTRL = Qt.KeyboardModifier.ControlModifier


def key(qtbot, window, code, modifier=CTRL) -> None:
    qtbot.keyClick(QApplication.focusWidget() or window, code, modifier)


def test_settings_open_once_and_count_at_once(qtbot, window, services):
    key(qtbot, window, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: window.dialogs.settings is not None)
    dialog = window.dialogs.settings
    window.dialogs.open_settings()
    assert window.dialogs.settings is dialog
    box = dialog.controls[options.THEME.key].widget
    box.setCurrentIndex(2)
    assert theme().dark
    box.setCurrentIndex(1)
    assert not theme().dark
    loads = len(services.engine.loaded)
    dialog.controls[options.CONTEXT.key].widget.setValue(2048)
    dialog.controls[options.CONTEXT.key].widget.setValue(8192)
    qtbot.waitUntil(lambda: len(services.engine.loaded) > loads)
    assert len(services.engine.loaded) == loads + 1
    assert services.engine.loaded[-1][1].context == 8192
    dialog.accept()
    qtbot.waitUntil(lambda: window.dialogs.settings is None)

"""The settings dialog: every declared option, in force at once, back to its default."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSpinBox

from desktop_app.domain.errors import KnownFault
from desktop_app.settings import options
from desktop_app.settings.store import Settings
from desktop_app.ui.parts import Switch
from desktop_app.ui.settings.dialog import SECTIONS, SettingsDialog

MODELS = {options.MODEL.key: [("", "Starter model"), ("Qwen3-4B", "Qwen3-4B")]}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def faults() -> list[Exception]:
    return []


@pytest.fixture
def dialog(qtbot, settings, faults, tmp_path) -> SettingsDialog:
    made = SettingsDialog(settings, faults.append, choices=MODELS, data_folder=tmp_path)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_option_with_a_title_is_there(dialog):
    titled = {option.key for option in options.ALL if option.title}
    assert set(dialog.controls) == titled
    assert {key.partition(".")[0] for key in titled} <= set(SECTIONS)
    said = {label.text() for label in dialog.findChildren(QLabel)}
    for option in options.ALL:
        if option.title:
            assert option.title in said


def test_controls_fit_their_options(dialog):
    kinds = {key: type(made.widget) for key, made in dialog.controls.items()}
    assert kinds[options.ADMIT_IGNORANCE.key] is Switch
    assert kinds[options.THEME.key] is QComboBox
    assert kinds[options.MODEL.key] is QComboBox
    assert kinds[options.CONTEXT.key] is QSpinBox
    assert kinds[options.TEMPERATURE.key] is QDoubleSpinBox
    spin = dialog.controls[options.CONTEXT.key].widget
    assert (spin.minimum(), spin.maximum()) == (options.CONTEXT.minimum, options.CONTEXT.maximum)


def test_a_switch_counts_at_once_and_can_be_reset(qtbot, dialog, settings):
    switch = dialog.controls[options.SELF_CHECK.key].widget
    reset = dialog.resets[options.SELF_CHECK.key]
    assert reset.isHidden()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert settings.get(options.SELF_CHECK) is False
    assert not reset.isHidden()
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert settings.get(options.SELF_CHECK) is True
    assert switch.isChecked()
    assert reset.isHidden()


def test_a_switch_by_keyboard(qtbot, dialog, settings):
    switch = dialog.controls[options.SELF_CHECK.key].widget
    switch.setFocus(Qt.FocusReason.TabFocusReason)
    switch.grab()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert settings.get(options.SELF_CHECK) is False


def test_numbers_count_when_they_are_complete(qtbot, dialog, settings):
    spin = dialog.controls[options.CONTEXT.key].widget
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "8192")
    assert settings.get(options.CONTEXT) == 4096
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert settings.get(options.CONTEXT) == 8192


def test_choices(dialog, settings):
    box = dialog.controls[options.MODEL.key].widget
    box.setCurrentIndex(1)
    assert settings.get(options.MODEL) == "Qwen3-4B"
    theme_box = dialog.controls[options.THEME.key].widget
    assert [theme_box.itemText(row) for row in range(3)] == ["System", "Light", "Dark"]


def test_words_count_when_the_focus_leaves(qtbot, dialog, settings):
    words = dialog.controls[options.SYSTEM_PROMPT.key].widget
    words.setFocus()
    qtbot.keyClicks(words, "Be brief.")
    assert settings.get(options.SYSTEM_PROMPT) == ""
    dialog.controls[options.CONTEXT.key].widget.setFocus()
    assert settings.get(options.SYSTEM_PROMPT) == "Be brief."


def test_a_change_from_elsewhere_is_shown(dialog, settings):
    settings.set(options.PASSAGES, 7)
    assert dialog.controls[options.PASSAGES.key].widget.value() == 7


def test_a_failure_to_save_is_told_and_undone(qtbot, dialog, settings, faults, monkeypatch):
    def full(*_: object) -> None:
        raise KnownFault("DI1", "The disk is full.")

    monkeypatch.setattr(settings, "set", full)
    switch = dialog.controls[options.SELF_CHECK.key].widget
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert [fault.fault.code for fault in faults] == ["DI1"]
    assert switch.isChecked()


def test_the_wheel_scrolls_past_numbers(dialog, settings):
    spin = dialog.controls[options.CONTEXT.key].widget
    dialog.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(spin, wheel)
    assert settings.get(options.CONTEXT) == 4096


def test_the_data_folder_opens(qtbot, dialog, tmp_path, monkeypatch):
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    (button,) = [
        b for b in dialog.findChildren(QPushButton) if b.accessibleName() == "Open the data folder"
    ]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]


def test_a_closed_dialog_hears_nothing(dialog, settings):
    dialog.accept()
    settings.set(options.PASSAGES, 9)
    assert dialog.controls[options.PASSAGES.key].widget.value() == 4


def test_everything_has_a_name_for_screen_readers(dialog):
    for made in dialog.controls.values():
        assert made.widget.accessibleName()
        assert made.widget.accessibleDescription()

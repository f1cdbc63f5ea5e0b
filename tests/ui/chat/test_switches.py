"""The trust switches: saved, or put back with a word."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop_app.domain.errors import KnownFault


def test_a_switch_that_cannot_be_saved_goes_back_and_says_so(
    composer, services, qtbot, monkeypatch
):
    fault = KnownFault("DI1", "The disk is full.")

    def full(option, value):
        raise fault

    monkeypatch.setattr(services.settings, "set", full)
    with qtbot.waitSignal(composer.admit.fault) as heard:
        qtbot.mouseClick(composer.admit.switch, Qt.MouseButton.LeftButton)
    assert heard.args == [fault]
    assert composer.admit.switch.isChecked()


def test_the_switch_can_be_clicked_by_its_name(composer, qtbot):
    qtbot.mouseClick(composer.check, Qt.MouseButton.LeftButton)
    assert not composer.check.switch.isChecked()

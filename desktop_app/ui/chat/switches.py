"""A trust switch with its name, bound to its option: set here or in the settings, it shows the same."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.domain.errors import KnownFault
from desktop_app.settings.options import Option
from desktop_app.settings.store import Settings
from desktop_app.ui.parts import Switch, label


class TrustSwitch(QWidget):
    """One on/off option; counts from the next question on.

    Signals:
        fault: the setting could not be saved.
    """

    fault = Signal(object)
    _told = Signal()

    def __init__(
        self, option: Option[bool], settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._option, self._settings = option, settings
        self.switch = Switch(option.title)
        self.switch.setChecked(settings.get(option))
        self.switch.setToolTip(option.help)
        self.switch.setAccessibleDescription(option.help)
        self.switch.toggled.connect(self._set)
        name = label(option.title)
        name.setToolTip(option.help)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.switch)
        row.addWidget(name)
        self._told.connect(self._show)
        told = self._told
        unsubscribe = settings.subscribe(lambda changed: told.emit() if changed is option else None)
        self.destroyed.connect(lambda: unsubscribe())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.switch.toggle()

    def _set(self, on: bool) -> None:
        if on == self._settings.get(self._option):
            return
        try:
            self._settings.set(self._option, on)
        except KnownFault as fault:
            self._show()
            self.fault.emit(fault)

    def _show(self, *_: Any) -> None:
        self.switch.setChecked(self._settings.get(self._option))

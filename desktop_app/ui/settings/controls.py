"""The control for an option, chosen by the type of its default, its choices and its bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop_app.settings.options import Option
from desktop_app.ui.parts import Switch

Choice = tuple[Any, str]
"""A value and the words for it."""
Changed = Callable[[Any], object]

WIDTH = 200
NUMBER_WIDTH = 112
TEXT_LIMIT = 20_000
"""Characters that can be pasted into a text."""


class Control:
    """A widget that holds one value. `wide`: it wants the whole width of the dialog."""

    def __init__(self, widget: QWidget, show: Changed, *, wide: bool = False) -> None:
        self.widget = widget
        self.wide = wide
        self._show = show

    def show(self, value: Any) -> None:
        """Show `value` without reporting it as a change."""
        blocked = self.widget.blockSignals(True)
        self._show(value)
        self.widget.blockSignals(blocked)
        self.widget.update()


class _NoWheel(QObject):
    """Keeps the wheel for scrolling the page: a value must not change under a passing pointer."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False


def control(option: Option[Any], choices: Sequence[Choice], changed: Changed) -> Control:
    """The control that fits `option`; `changed` hears each new value."""
    if choices:
        made = _choice(choices, changed)
    elif isinstance(option.default, bool):
        made = _switch(option, changed)
    elif isinstance(option.default, int):
        made = _whole_number(option, changed)
    elif isinstance(option.default, float):
        made = _fraction(option, changed)
    else:
        made = _text(changed)
    made.widget.setAccessibleName(option.title)
    made.widget.setAccessibleDescription(option.help)
    if isinstance(made.widget, QAbstractSpinBox | QComboBox):
        made.widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.widget.installEventFilter(_NoWheel(made.widget))
    return made


def _switch(option: Option[Any], changed: Changed) -> Control:
    widget = Switch(option.title)
    widget.toggled.connect(changed)
    return Control(widget, widget.setChecked)


def _choice(choices: Sequence[Choice], changed: Changed) -> Control:
    widget = QComboBox()
    widget.setFixedWidth(WIDTH)
    for value, words in choices:
        widget.addItem(words, value)
    widget.currentIndexChanged.connect(lambda row: changed(widget.itemData(row)))
    return Control(widget, lambda value: widget.setCurrentIndex(widget.findData(value)))


def _whole_number(option: Option[Any], changed: Changed) -> Control:
    widget = QSpinBox()
    widget.setFixedWidth(NUMBER_WIDTH)
    low = 0 if option.minimum is None else option.minimum
    widget.setRange(low, 2**31 - 1 if option.maximum is None else option.maximum)
    widget.setSingleStep(max(1, option.default // 8))
    widget.setGroupSeparatorShown(True)
    widget.setKeyboardTracking(False)
    widget.lineEdit().setTextMargins(8, 0, 0, 0)
    widget.valueChanged.connect(changed)
    return Control(widget, widget.setValue)


def _fraction(option: Option[Any], changed: Changed) -> Control:
    widget = QDoubleSpinBox()
    widget.setFixedWidth(NUMBER_WIDTH)
    widget.setDecimals(2)
    widget.setSingleStep(0.05)
    widget.setRange(
        0.0 if option.minimum is None else option.minimum,
        1e6 if option.maximum is None else option.maximum,
    )
    widget.setKeyboardTracking(False)
    widget.lineEdit().setTextMargins(8, 0, 0, 0)
    widget.valueChanged.connect(changed)
    return Control(widget, widget.setValue)


class _Words(QPlainTextEdit):
    """Several lines of text; reports when the focus leaves, so that half a sentence is never in force."""

    def __init__(self, changed: Changed) -> None:
        super().__init__()
        self._changed = changed
        self.setFixedHeight(88)
        self.setTabChangesFocus(True)

    def insertFromMimeData(self, source: QMimeData) -> None:
        # one endless line would be laid out in quadratic time (finding 4)
        self.insertPlainText(source.text()[: max(0, TEXT_LIMIT - len(self.toPlainText()))])

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self._changed(self.toPlainText())
        return super().event(event)


def _text(changed: Changed) -> Control:
    widget = _Words(changed)
    return Control(widget, widget.setPlainText, wide=True)

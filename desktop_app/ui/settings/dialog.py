"""The settings dialog. It knows no option by name: what is declared in settings/options.py is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.settings.options import ALL, Option
from desktop_app.settings.store import Settings
from desktop_app.ui import wording
from desktop_app.ui.parts import ElidedLabel, button, label, rule
from desktop_app.ui.settings.controls import Choice, Control, control

SECTIONS = {"trust": "Trust", "engine": "Model", "answer": "Answers", "window": "Window"}
"""The part of an option's key before the dot, and the heading it stands under."""

Fault = Callable[[Exception], object]


class SettingsDialog(QDialog):
    """Every change is in force at once and saved; a failure to save is told to `failed` and undone.

    choices: values to choose from, by option key, where they are known only at run time (models).
    """

    def __init__(
        self,
        settings: Settings,
        failed: Fault,
        *,
        choices: Mapping[str, Sequence[Choice]] | None = None,
        data_folder: Path | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self.setModal(False)
        self.resize(680, 720)
        self._settings = settings
        self._failed = failed
        self._choices = dict(choices or {})
        self._data_folder = data_folder
        self.controls: dict[str, Control] = {}
        self.resets: dict[str, QPushButton] = {}
        self._build()
        self._unsubscribe = settings.subscribe(self._refresh)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._unsubscribe()
        super().closeEvent(event)

    def done(self, result: int) -> None:
        self._unsubscribe()
        super().done(result)

    def _build(self) -> None:
        inner = QWidget()
        page = QVBoxLayout(inner)
        page.setContentsMargins(32, 0, 32, 24)
        page.setSpacing(0)
        for prefix, heading in SECTIONS.items():
            shown = [o for o in ALL if o.title and o.key.partition(".")[0] == prefix]
            if shown:
                self._add_section(page, heading, shown)
        if self._data_folder is not None:
            self._add_heading(page, "Data")
            page.addLayout(self._data_row(self._data_folder))
        page.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        title = label("Settings", "title")
        under = label("Changes apply at once.", "muted")
        close = button("Done", self.accept, kind="primary")
        head = QHBoxLayout()
        head.setContentsMargins(32, 24, 32, 8)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(title)
        words.addWidget(under)
        head.addLayout(words, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(area, 1)
        self.setFocus()

    def _add_heading(self, page: QVBoxLayout, text: str) -> None:
        page.addSpacing(16)
        page.addWidget(label(text, "heading"))
        page.addSpacing(8)
        page.addWidget(rule())

    def _add_section(self, page: QVBoxLayout, heading: str, shown: Sequence[Option[Any]]) -> None:
        self._add_heading(page, heading)
        for number, option in enumerate(shown):
            if number:
                page.addWidget(rule())
            page.addWidget(self._row(option))

    def _row(self, option: Option[Any]) -> QWidget:
        choices = self._choices.get(option.key) or [
            (value, str(value).capitalize()) for value in option.choices
        ]
        made = control(option, choices, lambda value: self._set(option, value))
        made.show(self._settings.get(option))
        reset = button(
            "",
            lambda: self._reset(option),
            kind="quiet",
            drawing="rotate-ccw",
            name=f"Reset {option.title} to its default",
        )
        self.controls[option.key], self.resets[option.key] = made, reset
        # the place stays taken while hidden, so that the controls stand in one line
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        later = " Counts from the next start." if option.restart else ""
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(option.title, "strong"))
        words.addWidget(label(option.help + later, "small", wrap=True))
        row = QWidget()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addLayout(words, 1)
        line.addWidget(reset)
        outer = QVBoxLayout(row)
        outer.setContentsMargins(0, 12, 0, 12)
        outer.setSpacing(8)
        outer.addLayout(line)
        if made.wide:
            outer.addWidget(made.widget)
        else:
            line.addWidget(made.widget)
        self._mark(option)
        return row

    def _data_row(self, folder: Path) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label("Data folder", "strong"))
        words.addWidget(ElidedLabel(wording.folder_name(str(folder)), "small", middle=True))
        url = QUrl.fromLocalFile(str(folder))
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 12)
        row.addLayout(words, 1)
        row.addWidget(
            button("Open", lambda: QDesktopServices.openUrl(url), name="Open the data folder")
        )
        return row

    # --- changing -------------------------------------------------------------------------------

    def _set(self, option: Option[Any], value: Any) -> None:
        try:
            self._settings.set(option, value)
        except Exception as error:  # noqa: BLE001 - the notice bar sorts known faults from bugs
            self._refresh(option)
            self._failed(error)

    def _reset(self, option: Option[Any]) -> None:
        try:
            self._settings.reset(option)
        except Exception as error:  # noqa: BLE001 - the notice bar sorts known faults from bugs
            self._failed(error)

    def _refresh(self, option: Option[Any]) -> None:
        if option.key in self.controls:
            self.controls[option.key].show(self._settings.get(option))
            self._mark(option)

    def _mark(self, option: Option[Any]) -> None:
        self.resets[option.key].setVisible(self._settings.get(option) != option.default)

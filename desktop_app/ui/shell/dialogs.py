"""Opens the settings and the list of keys over the window, each at most once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from desktop_app.domain.models import ModelFile
from desktop_app.settings import options
from desktop_app.ui import wording
from desktop_app.ui.notices import Notices
from desktop_app.ui.services import Services
from desktop_app.ui.settings.dialog import SettingsDialog
from desktop_app.ui.shell.shortcuts import ShortcutsDialog
from desktop_app.ui.tasks import Tasks


class Dialogs(QObject):
    """`settings` is the settings dialog while it is open."""

    def __init__(self, window: QWidget, services: Services, tasks: Tasks, notices: Notices) -> None:
        super().__init__(window)
        self.settings: SettingsDialog | None = None
        self._window, self._services = window, services
        self._tasks, self._notices = tasks, notices

    def open_shortcuts(self) -> None:
        """F1."""
        dialog = ShortcutsDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_settings(self) -> None:
        """The settings, once the models to choose from are known."""
        if self.settings is not None:
            self.settings.raise_()
            return
        models = self._services.shelf.models
        self._tasks.run(models).then(self._show_settings).lane("models").start(self)

    def _show_settings(self, models: list[ModelFile]) -> None:
        if self.settings is not None:
            return
        chosen = self._services.settings.get(options.MODEL)
        choices: list[tuple[Any, str]] = [("", "Starter model")]
        choices += [(model.name, wording.visible(model.name)) for model in models]
        if chosen not in [value for value, _words in choices]:
            choices.append((chosen, wording.folder_name(chosen)))
        dialog = SettingsDialog(
            self._services.settings,
            self._notices.show_fault,
            choices={options.MODEL.key: choices},
            data_folder=self._services.data_folder,
            parent=self._window,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.destroyed.connect(self._settings_closed)
        self.settings = dialog
        dialog.show()

    def _settings_closed(self) -> None:
        self.settings = None

    def close(self) -> None:
        """Close the settings."""
        if self.settings is not None:
            self.settings.close()

"""Which model answers: shows the engine's state in the header, offers the models there are, loads them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.models import EngineState, LoadOptions, ModelFile
from desktop_app.domain.ports import Engine, ModelShelf
from desktop_app.settings import options
from desktop_app.settings.store import Settings
from desktop_app.ui import wording
from desktop_app.ui.icons import icon
from desktop_app.ui.notices import Notices
from desktop_app.ui.parts import ampersands
from desktop_app.ui.shell.header import Header
from desktop_app.ui.tasks import Tasks

LANE = "engine"
REST_MS = 600


class Models(QObject):
    """Connects the header's model chip with the shelf and the engine."""

    def __init__(
        self,
        engine: Engine,
        shelf: ModelShelf,
        settings: Settings,
        tasks: Tasks,
        notices: Notices,
        header: Header,
    ) -> None:
        super().__init__(header)
        self._engine, self._shelf, self._settings = engine, shelf, settings
        self._tasks, self._notices, self._header = tasks, notices, header
        self._cancel = CancelToken()
        self._chosen = ""
        self._noticed = ""
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(REST_MS)
        self._soon.timeout.connect(self.load)
        header.model_wanted.connect(self._offer)
        self._unsubscribe = engine.subscribe(lambda _state: tasks.post(self, self._show))
        self._show()

    def detach(self) -> None:
        """Stop listening and give up a load under way; for when the window closes."""
        self._unsubscribe()
        self._soon.stop()
        self._cancel.cancel()

    def _show(self) -> None:
        state: EngineState = self._engine.state()
        self._header.set_model(state, self._chosen)
        if state.notice and state.notice != self._noticed and state.phase.value != "failed":
            self._notices.show_note(state.notice)
        self._noticed = state.notice

    # --- loading --------------------------------------------------------------------------------

    def load_soon(self) -> None:
        """Load once the settings have rested: a number is often changed step by step."""
        self._soon.start()

    def load(self) -> None:
        """Load the model of the settings, so that the first question does not wait for it."""
        name = self._settings.get(options.MODEL)
        wanted = LoadOptions(
            context=self._settings.get(options.CONTEXT),
            threads=self._settings.get(options.THREADS),
            gpu_layers=self._settings.get(options.GPU_LAYERS),
        )
        self._cancel.cancel()
        self._cancel = cancel = CancelToken()

        def work() -> None:
            file = self._shelf.find(name)
            self._tasks.post(self, lambda: self._show_chosen(file.name))
            self._engine.load(file.path, wanted, cancel)

        def failed(error: Exception) -> None:
            self._notices.show_fault(error, self.load)

        self._tasks.run(work).failed(failed).lane(LANE).start(self)

    def _show_chosen(self, name: str) -> None:
        self._chosen = name
        self._show()

    # --- choosing -------------------------------------------------------------------------------

    def _offer(self, place: QPoint) -> None:
        def show(models: list[ModelFile]) -> None:
            self.menu(models).popup(place)

        self._tasks.run(self._shelf.models).then(show).lane("models").start(self)

    def menu(self, models: list[ModelFile]) -> QMenu:
        """The models to choose from, and a way to add one."""
        menu = QMenu(self._header)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        current = self._settings.get(options.MODEL) or self._chosen
        for model in models:
            words = ampersands(f"{wording.visible(model.name)}  ·  {wording.size(model.size)}")
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(current in (model.name, model.path))
            action.triggered.connect(lambda _checked, name=model.name: self.choose(name))
        if not models:
            menu.addAction("No models on this machine").setEnabled(False)
        menu.addSeparator()
        menu.addAction(icon("plus", "muted"), "Add a GGUF file…", self.add_file)
        return menu

    def choose(self, name_or_path: str) -> None:
        """Make a model the one that answers, now and from now on."""
        if self._settings.get(options.MODEL) == name_or_path:
            self.load()
            return
        try:
            # the window hears of it and loads
            self._settings.set(options.MODEL, name_or_path)
        except Exception as error:  # noqa: BLE001 - the notice bar sorts known faults from bugs
            self._notices.show_fault(error, lambda: self.choose(name_or_path))

    def add_file(self) -> None:
        """Ask for a GGUF file, look into its header, and choose it."""
        parent = self._header.window()
        path, _kind = QFileDialog.getOpenFileName(
            parent if isinstance(parent, QWidget) else None,
            "Add a GGUF file",
            "",
            "Models (*.gguf);;All files (*)",
        )
        if path:
            look = self._shelf.info
            self._tasks.run(lambda: look(path)).then(lambda _info: self.choose(path)).lane(
                "models"
            ).start(self)

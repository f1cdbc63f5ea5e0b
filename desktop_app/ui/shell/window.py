"""The main window: conversations at the left, the chat in the middle, documents and source at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import Conversation
from desktop_app.settings import options
from desktop_app.settings.options import Option
from desktop_app.ui import wording
from desktop_app.ui.chat.pane import ChatPane
from desktop_app.ui.library.drops import urls_of
from desktop_app.ui.library.side import SidePanel
from desktop_app.ui.notices import Notices
from desktop_app.ui.services import Services
from desktop_app.ui.shell.arrangement import (
    LEFT_WIDTH,
    MEDIUM,
    NARROW,
    RIGHT_WIDTH,
    SMALLEST,
    Placement,
    columns,
    placed,
)
from desktop_app.ui.shell.dialogs import Dialogs
from desktop_app.ui.shell.header import Header
from desktop_app.ui.shell.models import Models
from desktop_app.ui.shell.shortcuts import make_actions
from desktop_app.ui.shell.sidebar import Sidebar
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import theme

CLOSE_SECONDS = 2.5


class MainWindow(QMainWindow):
    """Puts the panes together and passes on what they say to each other.

    Signals:
        closed: the window is gone and its threads have ended.
    """

    closed = Signal()
    _option_changed = Signal(object)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.setWindowTitle(wording.APP)
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self.background = CancelToken()
        self._conversation: int | None = None
        self._width_class = ""
        self._left, self._right = True, services.settings.get(options.DOCUMENT_PANEL)
        self._small_left = self._small_right = False
        theme().set_mode(services.settings.get(options.THEME))
        self._build()
        self._connect()
        self._restore_placement()
        self._open(None)

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        services = self.services
        self.tasks = Tasks(self)
        self.notices = Notices()
        self.dialogs = Dialogs(self, services, self.tasks, self.notices)
        self.header = Header()
        self.chat = ChatPane(services, self.tasks)
        self.models = Models(
            services.engine,
            services.shelf,
            services.settings,
            self.tasks,
            self.notices,
            self.header,
        )
        self.sidebar = Sidebar(services.conversations, self.tasks, self.notices)
        self.sidebar.setMinimumWidth(200)
        self.side = SidePanel(services.library, self.tasks, self.notices)
        self.side.setMinimumWidth(260)
        self.middle = QWidget()
        column = QVBoxLayout(self.middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.notices)
        column.addWidget(self.chat, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for widget in (self.sidebar, self.middle, self.side):
            self.splitter.addWidget(widget)
        self.splitter.setStretchFactor(1, 1)
        self.setCentralWidget(self.splitter)

    def _connect(self) -> None:
        self.tasks.unhandled.connect(self.notices.show_fault)
        sidebar, chat, header = self.sidebar, self.chat, self.header
        sidebar.opened.connect(self._open)
        sidebar.new_wanted.connect(self.new_conversation)
        sidebar.settings_wanted.connect(self.dialogs.open_settings)
        sidebar.shortcuts_wanted.connect(self.dialogs.open_shortcuts)
        sidebar.hide_wanted.connect(self.toggle_sidebar)
        sidebar.removed.connect(self._removed)
        sidebar.renamed.connect(self._renamed)
        chat.conversation_started.connect(self._started)
        chat.conversation_changed.connect(self._changed)
        chat.citation_clicked.connect(self.open_cited)
        chat.fault.connect(self.notices.show_fault)
        chat.documents_dropped.connect(self._dropped)
        chat.model_requested.connect(header.ask_for_model)
        header.sidebar_wanted.connect(self.toggle_sidebar)
        header.panel_wanted.connect(self.toggle_panel)
        header.documents_wanted.connect(self.show_documents)
        self.side.hide_wanted.connect(self.toggle_panel)
        self.side.documents.changed.connect(header.set_documents)
        self._option_changed.connect(self._apply_option)
        # settings may be set in any thread; a signal brings the news here
        self._unsubscribe = self.services.settings.subscribe(self._option_changed.emit)
        self.actions_by_name = make_actions(self, self._called())

    def _called(self) -> dict[str, Callable[[], object]]:
        return {
            "new": self.new_conversation,
            "search": self._search,
            "composer": self._compose,
            "stop": self.chat.stop_shown,
            "panel": self.toggle_panel,
            "sidebar": self.toggle_sidebar,
            "add": self._add_documents,
            "model": self.header.ask_for_model,
            "settings": self.dialogs.open_settings,
            "shortcuts": self.dialogs.open_shortcuts,
            "quit": self.close,
        }

    def start(self, interrupted: int = 0) -> None:
        """What can wait until the window is seen: the lists, the model, unfinished documents."""
        self.sidebar.refresh()
        self.side.documents.refresh()
        news = [*self.services.settings.notes]
        if interrupted:
            news.append(wording.interrupted(interrupted))
        if news:
            self.notices.show_note(" ".join(news))
        self.models.load()
        self.side.documents.finish_earlier()
        self.chat.focus_composer()

    # --- conversations --------------------------------------------------------------------------

    def new_conversation(self) -> None:
        """An empty chat; it becomes a conversation with its first question."""
        self._open(None)
        self.chat.focus_composer()

    def _open(self, conversation_id: int | None) -> None:
        self._conversation = conversation_id
        self.chat.open(conversation_id)
        self.sidebar.mark(conversation_id or 0)
        self._small_left = False
        self._arrange()
        if conversation_id is None:
            self._show_title("")
        else:
            self._read_title(conversation_id)

    def _read_title(self, conversation_id: int) -> None:
        def show(conversation: Conversation) -> None:
            if self._conversation == conversation_id:
                self._show_title(conversation.title)

        get = self.services.conversations.get
        self.tasks.run(lambda: get(conversation_id)).then(show).lane("conversations").start(self)

    def _show_title(self, title: str) -> None:
        self.header.set_title(title)
        shown = wording.visible(title)
        self.setWindowTitle(f"{shown} – {wording.APP}" if shown else wording.APP)

    def _started(self, conversation_id: int) -> None:
        self._conversation = conversation_id
        self.sidebar.mark(conversation_id)
        self._changed(conversation_id)

    def _changed(self, conversation_id: int) -> None:
        self.sidebar.refresh()
        if conversation_id == self._conversation:
            self._read_title(conversation_id)

    def _removed(self, conversation_id: int) -> None:
        self.chat.forget(conversation_id)
        if conversation_id == self._conversation:
            self._open(None)

    def _renamed(self, conversation_id: int, title: str) -> None:
        if conversation_id == self._conversation:
            self._show_title(title)

    # --- documents ------------------------------------------------------------------------------

    def open_cited(self, target: Any) -> None:
        """Show the passage of a citation beside the chat."""
        self._show_panel(True)
        self.side.open_cited(target)

    def show_documents(self) -> None:
        """Open the panel at the documents."""
        self._show_panel(True)
        self.side.show_documents()

    def _add_documents(self) -> None:
        self.show_documents()
        self.side.documents.choose_files()

    def _dropped(self, dropped: Sequence[Any]) -> None:
        self.show_documents()
        urls = [
            item if isinstance(item, QUrl) else QUrl.fromLocalFile(str(item)) for item in dropped
        ]
        self.side.documents.add_urls(urls)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if urls_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        urls = urls_of(event.mimeData())
        if urls:
            event.acceptProposedAction()
            self._dropped(urls)

    # --- columns --------------------------------------------------------------------------------

    def toggle_panel(self) -> None:
        """Ctrl+D."""
        self._show_panel(self.side.isHidden())

    def _show_panel(self, shown: bool) -> None:
        if self.width() <= MEDIUM:
            self._small_right = shown
        else:
            self._right = shown
            self._save(options.DOCUMENT_PANEL, shown)
        self._arrange()

    def toggle_sidebar(self) -> None:
        """Ctrl+B."""
        shown = self.sidebar.isHidden()
        if self.width() <= NARROW:
            self._small_left, self._small_right = shown, False
        else:
            self._left = shown
            if shown and self.width() <= MEDIUM:
                self._small_right = False
        self._arrange()

    def _arrange(self) -> None:
        width = self.width()
        small, narrow = width <= MEDIUM, width <= NARROW
        left = self._small_left if narrow else self._left
        right = self._small_right if small else self._right
        fits = columns(width, left, right)
        self.sidebar.setVisible(fits.left)
        self.middle.setVisible(fits.chat)
        self.side.setVisible(fits.right)
        self.header.sidebar.setVisible(not fits.left)
        self.header.panel.setVisible(not fits.right)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width()
        width_class = "narrow" if width <= NARROW else "medium" if width <= MEDIUM else "wide"
        if width_class != self._width_class:
            self._width_class = width_class
            self._small_left = self._small_right = False
        self._arrange()

    # --- keys and settings -----------------------------------------------------------------------

    def _search(self) -> None:
        if self.sidebar.isHidden():
            self.toggle_sidebar()
        self.sidebar.focus_search()

    def _compose(self) -> None:
        if self.middle.isHidden():
            self._small_left = self._small_right = False
            self._arrange()
        self.chat.focus_composer()

    def _apply_option(self, option: Option[Any]) -> None:
        if option is options.THEME:
            theme().set_mode(self.services.settings.get(options.THEME))
        elif option in (options.MODEL, options.CONTEXT, options.THREADS, options.GPU_LAYERS):
            self.models.load_soon()

    def _save(self, option: Option[Any], value: Any) -> None:
        try:
            self.services.settings.set(option, value)
        except Exception as error:  # noqa: BLE001 - the notice bar sorts known faults from bugs
            self.notices.show_fault(error)

    # --- coming and going -----------------------------------------------------------------------

    def _restore_placement(self) -> None:
        placement = Placement.load(self.services.settings.get(options.WINDOW_GEOMETRY))
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        self.setGeometry(placed(placement, screens))
        sizes = placement.sizes if placement is not None else ()
        self._sizes = list(sizes) or [LEFT_WIDTH, 10_000, RIGHT_WIDTH + 100]
        self._maximize = placement is not None and placement.maximized

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._sizes:
            self.splitter.setSizes(self._sizes)
            self._sizes = []
        if self._maximize:
            self._maximize = False
            self.showMaximized()

    def _placement(self) -> Placement:
        rect = self.normalGeometry() if self.isMaximized() else self.geometry()
        shown = not (self.sidebar.isHidden() or self.side.isHidden() or self.middle.isHidden())
        before = Placement.load(self.services.settings.get(options.WINDOW_GEOMETRY))
        kept = before.sizes if before is not None else ()
        sizes = tuple(self.splitter.sizes()) if shown else kept
        return Placement(rect.x(), rect.y(), rect.width(), rect.height(), self.isMaximized(), sizes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # what nobody nearer to the focus had a use for; the chat has an Escape of its own
        if event.key() == Qt.Key.Key_Escape:
            self.chat.stop_shown()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what runs, wait for its threads, keep the placement. Less than three seconds."""
        if self.background.cancelled:
            super().closeEvent(event)
            return
        self._save(options.WINDOW_GEOMETRY, self._placement().save())
        self._unsubscribe()
        self.background.cancel()
        self.chat.stop()
        self.models.detach()
        self.side.documents.detach()
        self.dialogs.close()
        self.tasks.close(CLOSE_SECONDS)
        super().closeEvent(event)
        self.closed.emit()

"""The left column: a new conversation, the search, the list, settings."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from desktop_app.domain.conversations import Conversation
from desktop_app.domain.ports import Conversations
from desktop_app.ui import wording
from desktop_app.ui.icons import SIZE, icon
from desktop_app.ui.notices import Notices
from desktop_app.ui.parts import SearchField, button, label, rule
from desktop_app.ui.rows import RowList
from desktop_app.ui.shell.conversations import ConversationRows
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import theme

SEARCH_DELAY_MS = 150
LANE = "conversations"


class Sidebar(QWidget):
    """Lists, finds, renames and deletes conversations.

    Signals:
        opened: the id of the conversation to show.
        new_wanted, settings_wanted, shortcuts_wanted, hide_wanted.
        removed: the id of a conversation that was taken out of the list.
        renamed: (id, title) once saved.
    """

    opened = Signal(int)
    new_wanted = Signal()
    settings_wanted = Signal()
    shortcuts_wanted = Signal()
    hide_wanted = Signal()
    removed = Signal(int)
    renamed = Signal(int, str)

    def __init__(
        self,
        conversations: Conversations,
        tasks: Tasks,
        notices: Notices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("conversations")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._conversations = conversations
        self._tasks = tasks
        self._notices = notices
        self._asked = 0
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SEARCH_DELAY_MS)
        self._delay.timeout.connect(self.refresh)
        self.rows = ConversationRows(self)
        self.rows.renamed.connect(self._rename)
        self._build()
        self._add_keys()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.new = button(
            "New", self.new_wanted.emit, drawing="plus", name=wording.NEW_CONVERSATION
        )
        self.search = SearchField(wording.SEARCH_CONVERSATIONS)
        self.search.textChanged.connect(lambda: self._delay.start())
        self.list = RowList("Conversations")
        self.list.setModel(self.rows)
        self.list.setUniformItemSizes(False)
        self.list.opened.connect(self._open)
        self.list.menu_wanted.connect(self._menu)
        self._empty = label(wording.NO_CONVERSATIONS, "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(12, 8, 12, 8)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        hide = button(
            "",
            self.hide_wanted.emit,
            kind="quiet",
            drawing="panel-left",
            name="Hide conversations (Ctrl+B)",
        )
        top = QHBoxLayout()
        top.setContentsMargins(12, 0, 0, 0)
        top.setSpacing(4)
        top.addWidget(label(wording.APP, "heading"))
        top.addStretch()
        top.addWidget(hide)
        top.addWidget(self.new)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 16, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.search)
        layout.addLayout(self._stack, 1)
        layout.addWidget(rule())
        layout.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        settings = button("Settings", self.settings_wanted.emit, kind="quiet", drawing="settings")
        keys = button(
            "",
            self.shortcuts_wanted.emit,
            kind="quiet",
            drawing="keyboard",
            name="Keyboard shortcuts",
        )
        self._dot = label()
        theme().changed.connect(self._draw_dot)
        self._draw_dot()
        offline = label(wording.OFFLINE, "small")
        offline.setToolTip(wording.OFFLINE_WHY)
        offline.setAccessibleDescription(wording.OFFLINE_WHY)
        self._dot.setToolTip(wording.OFFLINE_WHY)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 8, 0)
        foot.setSpacing(4)
        foot.addWidget(settings)
        foot.addWidget(keys)
        foot.addStretch()
        foot.addWidget(self._dot)
        foot.addWidget(offline)
        return foot

    def _draw_dot(self) -> None:
        drawing = icon("shield-check", "ok")
        self._dot.setPixmap(drawing.pixmap(QSize(SIZE, SIZE), self.devicePixelRatioF()))

    def _add_keys(self) -> None:
        for text, key, called in (
            ("Rename", QKeySequence(Qt.Key.Key_F2), self.rename_current),
            ("Delete", QKeySequence(Qt.Key.Key_Delete), self.delete_current),
        ):
            action = QAction(text, self.list)
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(called)
            self.list.addAction(action)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._enter_list)
        self.search.returnPressed.connect(self._open_first)

    # --- what is listed -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the list anew for what the search field says; results overtaken by later ones are dropped."""
        self._asked += 1
        asked = self._asked
        search = self.search.text().strip()
        find = self._conversations.find

        def show(found: list[Conversation]) -> None:
            if asked == self._asked:
                self._show(found, search)

        self._tasks.run(lambda: find(search)).then(show).lane(LANE).start(self)

    def _show(self, found: list[Conversation], search: str) -> None:
        current = self.rows.conversation(self.list.currentIndex())
        # whoever walks through the list keeps the place; else the open conversation is the current one
        walks = self.list.hasFocus()
        wanted = current.id if current is not None and walks else self.list.rows.marked
        place = self.list.verticalScrollBar().value()
        self.rows.show(found, grouped=not search)
        index = self.rows.index_of(wanted)
        if index.isValid():
            self.list.setCurrentIndex(index)
        self.list.verticalScrollBar().setValue(place)
        self._empty.setText(wording.no_search_hits(search) if search else wording.NO_CONVERSATIONS)
        self._stack.setCurrentWidget(self.list if found else self._empty)

    def mark(self, conversation_id: int) -> None:
        """Show which conversation is open; 0 for a new one."""
        self.list.mark(conversation_id)
        index = self.rows.index_of(conversation_id)
        if index.isValid():
            self.list.setCurrentIndex(index)
        else:
            self.list.clearSelection()

    def focus_search(self) -> None:
        """Ctrl+K."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _first(self) -> QModelIndex:
        """The first conversation of the list, below its heading; invalid when there is none."""
        places = (self.rows.index(row, 0) for row in range(self.rows.rowCount()))
        return next((one for one in places if self.rows.conversation(one)), QModelIndex())

    def _enter_list(self) -> None:
        if not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self._first())
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_first(self) -> None:
        self._open(self._first())

    # --- what is done with one ------------------------------------------------------------------

    def _open(self, index: QModelIndex) -> None:
        conversation = self.rows.conversation(index)
        if conversation is not None:
            self.opened.emit(conversation.id)

    def _menu(self, index: QModelIndex, place: QPoint) -> None:
        self.list.setCurrentIndex(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("pencil", "muted"), "Rename\tF2", self.rename_current)
        menu.addAction(icon("trash-2", "bad"), "Delete\tDel", self.delete_current)
        menu.popup(place)

    def rename_current(self) -> None:
        """Edit the title of the selected conversation in place."""
        index = self.list.currentIndex()
        if self.rows.conversation(index) is not None:
            self.list.edit(index)

    def _rename(self, conversation_id: int, title: str) -> None:
        def done(_result: object) -> None:
            self.refresh()
            self.renamed.emit(conversation_id, title)

        rename = self._conversations.rename
        self._tasks.run(lambda: rename(conversation_id, title)).then(done).lane(LANE).start(self)

    def delete_current(self) -> None:
        """Take the selected conversation out of the list; the notice offers to bring it back."""
        conversation = self.rows.conversation(self.list.currentIndex())
        if conversation is None:
            return
        # the answer being written to it stops first
        self.removed.emit(conversation.id)

        def done(_result: object) -> None:
            self.refresh()
            undo = partial(self._restore, conversation.id)
            self._notices.show_note(wording.deleted(conversation.title), "Undo", undo)

        delete = self._conversations.delete
        self._tasks.run(lambda: delete(conversation.id)).then(done).lane(LANE).start(self)

    def _restore(self, conversation_id: int) -> None:
        def done(_result: object) -> None:
            self.refresh()
            self.opened.emit(conversation_id)

        restore = self._conversations.restore
        self._tasks.run(lambda: restore(conversation_id)).then(done).lane(LANE).start(self)

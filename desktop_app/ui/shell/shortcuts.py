"""Every key of the window, made from one table; F1 shows the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_app.ui.parts import button, label

KEYS: tuple[tuple[str, str, str], ...] = (
    ("new", "Ctrl+N", "New conversation"),
    ("search", "Ctrl+K", "Search conversations"),
    ("composer", "Ctrl+L", "Write a question"),
    ("panel", "Ctrl+D", "Show or hide documents and source"),
    ("sidebar", "Ctrl+B", "Show or hide conversations"),
    ("add", "Ctrl+O", "Add documents"),
    ("model", "Ctrl+M", "Choose a model"),
    ("settings", "Ctrl+,", "Settings"),
    ("shortcuts", "F1", "Keyboard shortcuts"),
    ("quit", "Ctrl+Q", "Quit"),
)
"""Name, key, what it does."""

ELSEWHERE: tuple[tuple[str, str], ...] = (
    ("Enter", "Send; Shift+Enter starts a new line"),
    ("Esc", "Stop the answer, or close what is open"),
    ("F2", "Rename the selected conversation"),
    ("Del", "Delete the selected conversation or remove the selected document"),
    ("Ctrl+F", "Find in the source"),
    ("Ctrl+PgUp, Ctrl+PgDn", "Page before or after, in the source"),
    ("Shift+F10", "Menu of the selected row"),
    ("Tab, Shift+Tab", "Go through everything"),
)
"""Keys that count only where the focus is."""


def make_actions(window: QWidget, called: dict[str, Callable[[], object]]) -> dict[str, QAction]:
    """An action with its key for every row of `KEYS`; `called` holds what each does, by name."""
    actions: dict[str, QAction] = {}
    for name, key, text in KEYS:
        action = QAction(text, window)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda _checked=False, call=called[name]: call())
        window.addAction(action)
        actions[name] = action
    return actions


class ShortcutsDialog(QDialog):
    """The list of keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.resize(520, 640)
        rows: Sequence[tuple[str, str]] = [(key, text) for _name, key, text in KEYS]
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(24, 8, 24, 8)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, (key, text) in enumerate([*rows, *ELSEWHERE]):
            shown = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
            grid.addWidget(label(key if "," in key[:-1] else shown, "strong"), number, 0)
            grid.addWidget(label(text, wrap=True), number, 1)
        grid.setRowStretch(grid.rowCount(), 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inner)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close = button("Close", self.accept, kind="primary")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 24, 0, 16)
        layout.setSpacing(16)
        title = label("Keyboard shortcuts", "title")
        title.setContentsMargins(24, 0, 24, 0)
        layout.addWidget(title)
        layout.addWidget(area, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignHCenter)
        close.setFocus()

"""The right column: documents and source as two tabs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop_app.domain.ports import Library
from desktop_app.domain.values import Citation, Evidence, NearMiss
from desktop_app.ui.library.documents import DocumentsPane
from desktop_app.ui.library.source import SourcePane
from desktop_app.ui.notices import Notices
from desktop_app.ui.parts import button, rule
from desktop_app.ui.tasks import Tasks

DOCUMENTS, SOURCE = 0, 1


class SidePanel(QWidget):
    """Holds the two panes; a citation turns to the source.

    Signals:
        hide_wanted: the button in the corner.
    """

    hide_wanted = Signal()

    def __init__(
        self, library: Library, tasks: Tasks, notices: Notices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.documents = DocumentsPane(library, tasks, notices)
        self.source = SourcePane(library, tasks, notices)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Documents or source")
        for name in ("Documents", "Source"):
            self.tabs.addTab(name)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.documents)
        self._pages.addWidget(self.source)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.documents.opened.connect(self.open_document)
        self.documents.changed.connect(lambda all_: self.source.forget({d.id for d in all_}))
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.addWidget(self.tabs)
        head.addStretch()
        hide = button(
            "",
            self.hide_wanted.emit,
            kind="quiet",
            drawing="panel-right",
            name="Hide this panel (Ctrl+D)",
        )
        head.addWidget(hide)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(rule())
        layout.addWidget(self._pages, 1)

    def open_document(self, document_id: int) -> None:
        """Show a document's text."""
        self.tabs.setCurrentIndex(SOURCE)
        self.source.open_document(document_id)

    def open_cited(self, target: Citation | Evidence | NearMiss) -> None:
        """Show the passage that was clicked in an answer."""
        self.tabs.setCurrentIndex(SOURCE)
        self.source.open_cited(target)

    def show_documents(self) -> None:
        """Turn to the documents."""
        self.tabs.setCurrentIndex(DOCUMENTS)

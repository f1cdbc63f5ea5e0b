"""The line above the chat: the conversation's title, the model with its state, the documents."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.domain.documents import Document, DocumentState
from desktop_app.domain.models import EngineState
from desktop_app.ui import wording
from desktop_app.ui.icons import icon
from desktop_app.ui.parts import ElidedLabel, ampersands, button, tip

NARROW = 480
"""Below this width the chips say less."""
MARGINS = 24 + 16 + 8
CHIP_EDGES = 56
"""What a chip is wider than its words: padding, border, icon."""


class Header(QFrame):
    """Shows; what is clicked is told.

    Signals:
        model_wanted: the model chip, with the place for a menu.
        documents_wanted, sidebar_wanted, panel_wanted: the chip and the two buttons.
    """

    model_wanted = Signal(QPoint)
    documents_wanted = Signal()
    sidebar_wanted = Signal()
    panel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._model_text = ""
        self._counts = (0, 0)
        self.title = ElidedLabel(wording.NEW_CONVERSATION, "heading")
        self.sidebar = button(
            "",
            self.sidebar_wanted.emit,
            kind="quiet",
            drawing="panel-left",
            name="Conversations (Ctrl+B)",
        )
        self.panel = button(
            "",
            self.panel_wanted.emit,
            kind="quiet",
            drawing="panel-right",
            name="Documents and source (Ctrl+D)",
        )
        self.model = button("", self._model_clicked, kind="chip", drawing="cpu")
        self.documents = button("", self.documents_wanted.emit, kind="chip", drawing="files")
        for chip in (self.model, self.documents):
            chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            # what it says is fitted to the window, and must not hold the window open
            chip.setMinimumWidth(48)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.sidebar)
        top.addWidget(self.title, 1)
        top.addWidget(self.panel)
        chips = QHBoxLayout()
        chips.setSpacing(8)
        chips.addWidget(self.model)
        chips.addWidget(self.documents)
        chips.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 12, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(chips)

    def set_title(self, title: str) -> None:
        """The conversation's title; empty for a new one."""
        self.title.set_whole(wording.visible(title) or wording.NEW_CONVERSATION)

    def set_model(self, state: EngineState, chosen: str) -> None:
        """What the engine is doing, or which model is chosen while it has none."""
        self._model_text = wording.model_state(state, chosen)
        self._fit()
        self.model.setAccessibleName(f"Model: {self._model_text}")
        self.model.setToolTip(tip(f"{state.notice or self._model_text}\nChoose a model (Ctrl+M)"))
        token = {"failed": "bad", "ready": "ok", "busy": "accent"}.get(state.phase.value, "muted")
        self.model.setIcon(icon("cpu", token))

    def set_documents(self, documents: list[Document]) -> None:
        """How many documents there are to answer from."""
        ready = sum(1 for document in documents if document.state is DocumentState.READY)
        self._counts = (ready, len(documents))
        self.documents.setAccessibleName(f"Documents: {wording.documents_chip(*self._counts)}")
        self._fit()

    def ask_for_model(self) -> None:
        """Open the model menu below its chip."""
        self._model_clicked()

    def _model_clicked(self) -> None:
        self.model_wanted.emit(self.model.mapToGlobal(QPoint(0, self.model.height() + 4)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Cut the chips to the width there is: first the words for documents, then memory, then the name."""
        whole = wording.documents_chip(*self._counts)
        narrow = self.width() < NARROW
        short = wording.documents_chip_short(*self._counts) if narrow else whole
        self.documents.setText(f" {short}")
        self.documents.setToolTip(whole if narrow else "")
        metrics = self.model.fontMetrics()
        room = self.width() - MARGINS - self.documents.sizeHint().width() - CHIP_EDGES
        name, *rest = self._model_text.split(" · ")
        if narrow:
            rest = rest[:1]
        tail = "".join(f" · {part}" for part in rest)
        space = max(32, room - metrics.horizontalAdvance(tail))
        name = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, space)
        self.model.setText(f" {ampersands(name + tail)}")

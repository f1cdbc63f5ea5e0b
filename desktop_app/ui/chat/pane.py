"""The chat half of the window: transcript above, composer below, wired to the controller."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain.conversations import Message
from desktop_app.ui.chat import announce
from desktop_app.ui.chat.composer import Composer
from desktop_app.ui.chat.controller import ChatController
from desktop_app.ui.chat.empty import EmptyChat
from desktop_app.ui.chat.live import PENDING_ANSWER, Draft, LiveAnswer
from desktop_app.ui.chat.transcript import Transcript, reading_width
from desktop_app.ui.services import Services
from desktop_app.ui.tasks import Tasks


class ChatPane(QWidget):
    """One conversation at a time; answers of others go on unseen.

    Signals:
        conversation_started: a new conversation got its id. conversation_changed: its messages changed.
        citation_clicked: the Citation, Evidence or NearMiss to show. fault: (exception, retry or None).
        documents_dropped: paths, pasted or chosen. model_requested: the user wants to choose a model.
    """

    conversation_started = Signal(int)
    conversation_changed = Signal(int)
    citation_clicked = Signal(object)
    fault = Signal(object, object)
    documents_dropped = Signal(list)
    model_requested = Signal()

    def __init__(self, services: Services, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controller = ChatController(services, tasks, self)
        self.transcript = Transcript()
        self.composer = Composer(services.settings)
        self.empty = EmptyChat()
        self._drafts: dict[int | None, Draft] = {}
        self._reader = self._new_reader()
        self._reading: LiveAnswer | None = None
        self._build()
        self._connect()
        self.open(None)

    def _build(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.transcript)
        self.composer.setMaximumWidth(reading_width(self.font()) + 32)
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 16)
        row.addStretch(1)
        row.addWidget(self.composer, 10_000)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        layout.addLayout(row)
        # the composer comes first for whoever walks by keyboard: one writes more often than one rereads
        self.setFocusProxy(self.composer.edit)

    def _connect(self) -> None:
        controller, transcript, composer = self.controller, self.transcript, self.composer
        controller.path_changed.connect(self._show_path)
        controller.live_changed.connect(self._show_live)
        controller.adopted.connect(transcript.adopt)
        controller.busy_changed.connect(self._set_busy)
        controller.started.connect(self._started)
        controller.changed.connect(self.conversation_changed)
        controller.draft_returned.connect(self._take_back)
        controller.fault.connect(self.fault)
        transcript.sibling_chosen.connect(controller.select)
        transcript.source_opened.connect(self.citation_clicked)
        transcript.retried.connect(controller.again)
        transcript.answer_anyway.connect(partial(controller.again, anyway=True))
        transcript.edited.connect(self._edit)
        composer.sent.connect(self._send)
        composer.stopped.connect(controller.stop)
        composer.files.connect(self.documents_dropped)
        for switch in (composer.admit, composer.check):
            switch.fault.connect(lambda fault: self.fault.emit(fault, None))
        self.empty.question_wanted.connect(self.focus_composer)
        self.empty.model_wanted.connect(self.model_requested)
        self.empty.document_wanted.connect(self._choose_documents)

    @property
    def busy(self) -> bool:
        """Whether any conversation is being answered, shown or not."""
        return self.controller.busy

    def open(self, conversation_id: int | None) -> None:
        """Show a conversation, or a new one; what was being written stays with the old one."""
        self._drafts[self.controller.conversation_id] = self.composer.draft
        self.controller.open(conversation_id)
        self.composer.set_draft(self._drafts.pop(conversation_id, Draft()))
        self.composer.meter.show_use(0, 0)

    def forget(self, conversation_id: int) -> None:
        """A conversation was deleted: stop answering it."""
        self._drafts.pop(conversation_id, None)
        self.controller.forget(conversation_id)

    def stop(self) -> None:
        """Stop every answer, shown or not; what is written is kept."""
        self.controller.stop_all()

    def stop_shown(self) -> None:
        """Stop the answer that is shown, if one is being made."""
        self.controller.stop()

    def focus_composer(self) -> None:
        """Put the cursor into the composer."""
        self.composer.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _send(self, draft: Draft) -> None:
        if self.controller.ask(draft):
            self.composer.set_draft(Draft())
            self.transcript.go_to_end()

    def _take_back(self, draft: Draft) -> None:
        """A question that could not be stored returns to where it was written, if that is empty."""
        if not self.composer.draft.text.strip():
            self.composer.set_draft(draft)

    def _started(self, conversation_id: int) -> None:
        self._drafts.pop(None, None)
        self.conversation_started.emit(conversation_id)

    def _edit(self, message_id: int) -> None:
        for message in self.controller.messages:
            if message.id == message_id:
                self.composer.set_draft(Draft(message.text, replaces=message))
                self.focus_composer()

    def _show_path(self, messages: list[Message], anew: bool) -> None:
        attachments = self.controller.attachments
        self.transcript.show_messages(messages, anew=anew, attachments=attachments)
        self._stack.setCurrentWidget(self.transcript if messages else self.empty)
        if self.controller.conversation_id is not None:
            self._stack.setCurrentWidget(self.transcript)

    def _show_live(self, live: LiveAnswer) -> None:
        self.transcript.show_live(live, live.answer_id or PENDING_ANSWER)
        if live.context:
            self.composer.meter.show_use(live.prompt_tokens, live.context)
        if live is not self._reading:
            self._reading, self._reader = live, self._new_reader()
        self._reader.hear(live.text, ended=live.answer is not None)

    def _set_busy(self, busy: bool) -> None:
        self.composer.set_busy(busy)
        self.transcript.set_busy(busy)

    def _new_reader(self) -> announce.SentenceReader:
        return announce.SentenceReader(lambda text: announce.announce(self.transcript, text))

    def _choose_documents(self) -> None:
        dialog = QFileDialog(self, "Choose documents")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        # a signal of a Qt list cannot be joined to one of a Python list
        dialog.filesSelected.connect(lambda paths: self.documents_dropped.emit(list(paths)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

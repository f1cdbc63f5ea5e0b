"""What the chat does: asks, stops, answers again, edits as a sibling, keeps each answer where it belongs.

An answer belongs to its turn, not to what is on the screen: going to another conversation lets it go on, and
coming back shows it where it stands. The store is the truth; what is shown is read from it again when a turn
ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.events import Event, TurnAsked
from desktop_app.domain.values import Outcome, Passage, Question, Switches
from desktop_app.settings.options import ADMIT_IGNORANCE, SELF_CHECK
from desktop_app.ui.chat import pastes, wording
from desktop_app.ui.chat.live import PENDING_ANSWER, PENDING_QUESTION, Draft, LiveAnswer
from desktop_app.ui.services import Services
from desktop_app.ui.stream import EventStream
from desktop_app.ui.tasks import Tasks


@dataclass(slots=True, eq=False)
class Run:
    """One turn under way. `before` is the path above its question; `asked` the question if it is old."""

    live: LiveAnswer
    before: list[Message]
    draft: Draft | None
    asked: Message | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    stream: EventStream | None = None


class ChatController(QObject):
    """Signals:

    path_changed: (messages, anew) of the conversation that is shown.
    live_changed: the `LiveAnswer` of the conversation that is shown.
    adopted: (pending id, stored id) of a message on the screen.
    busy_changed: whether the conversation that is shown is being answered.
    started: a conversation was made. changed: a conversation's messages changed.
    draft_returned: the `Draft` of a question that could not be stored. fault: (exception, retry or None).
    """

    path_changed = Signal(object, bool)
    live_changed = Signal(object)
    adopted = Signal(int, int)
    busy_changed = Signal(bool)
    started = Signal(int)
    changed = Signal(int)
    draft_returned = Signal(object)
    fault = Signal(object, object)

    def __init__(self, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services, self._tasks = services, tasks
        self.conversation_id: int | None = None
        self.messages: list[Message] = []
        self._runs: list[Run] = []
        self._shown: Run | None = None
        self._opening = 0
        self._passages: dict[int, tuple[Passage, ...]] = {}
        self.attachments: dict[int, str] = {}
        """What was pasted with a question, in words, by its id; for as long as the window lives."""

    @property
    def busy(self) -> bool:
        """Whether any conversation is being answered."""
        return bool(self._runs)

    @property
    def answering(self) -> bool:
        """Whether the conversation that is shown is being answered."""
        return self._shown is not None

    def open(self, conversation_id: int | None) -> None:
        """Show a conversation, or a new one for None."""
        self.conversation_id = conversation_id
        self.messages = []
        self._shown = self._run_of(conversation_id)
        self.busy_changed.emit(self.answering)
        self.path_changed.emit([], True)
        if conversation_id is not None:
            self._read(anew=True)

    def forget(self, conversation_id: int) -> None:
        """A conversation was deleted: its answer is stopped, and it is shown no longer."""
        if (run := self._run_of(conversation_id)) is not None:
            run.cancel.cancel()
        if conversation_id == self.conversation_id:
            self.open(None)

    def ask(self, draft: Draft) -> bool:
        """Ask what the composer holds; False while this conversation is being answered."""
        if self.answering or not draft.text.strip():
            return False
        before = self.messages
        if draft.replaces is not None:
            before = before[: _place(before, draft.replaces.id)]
        elif before and before[-1].role == "user":
            before = before[:-1]  # never answered: the new question stands beside it, not below
        parent = before[-1].id if before else None
        question = self._question(draft.text, pastes.passages(draft.pastes))
        live = LiveAnswer(question, self.conversation_id or 0, parent_id=parent)
        run = Run(live, list(before), draft)
        self.attachments.pop(PENDING_QUESTION, None)
        if draft.pastes:
            self.attachments[PENDING_QUESTION] = pastes.name(draft.pastes)
        self._start(run, lambda: self._ask(run))
        return True

    def _ask(self, run: Run) -> Iterator[Event]:
        live = run.live
        if not live.conversation_id:
            title = wording.one_line(live.question.text, 60)
            live.conversation_id = self._services.conversations.create(title).id
        return self._services.turns.ask(
            live.conversation_id, live.parent_id, live.question, run.cancel
        )

    def again(self, message_id: int, *, anyway: bool = False) -> bool:
        """Answer the question of this message (itself or an answer to it) once more, as a sibling."""
        place = _place(self.messages, message_id)
        if self.answering or place >= len(self.messages):
            return False
        if self.messages[place].role == "assistant":
            place -= 1
        asked = self.messages[place]
        question = self._question(asked.text, self._passages.get(asked.id, ()))
        live = LiveAnswer(
            replace(question, answer_anyway=anyway),
            asked.conversation_id,
            asked.id,
            parent_id=asked.parent_id,
        )
        run = Run(live, self.messages[:place], None)
        turns = self._services.turns
        self._start(run, lambda: turns.again(asked.id, live.question, run.cancel))
        return True

    def stop(self) -> None:
        """Stop the answer that is shown; what is written is kept."""
        if self._shown is not None:
            self._shown.live.status = wording.STOPPING
            self.live_changed.emit(self._shown.live)
            self._shown.cancel.cancel()

    def stop_all(self) -> None:
        """Stop every answer."""
        for run in list(self._runs):
            run.cancel.cancel()

    def select(self, message_id: int) -> None:
        """Show another version of a message."""
        conversations = self._services.conversations
        if not self.answering:
            self._read(first=lambda: conversations.select(message_id))

    def shown_messages(self) -> list[Message]:
        """The path with the running turn at its end."""
        run = self._shown
        if run is None:
            return self.messages
        live = run.live
        return [*run.before, run.asked or _asked(live), _answering(live)]

    def _question(self, text: str, given: tuple[Passage, ...]) -> Question:
        settings = self._services.settings
        switches = Switches(settings.get(ADMIT_IGNORANCE), settings.get(SELF_CHECK))
        return Question(text, passages=given or None, switches=switches)

    def _start(self, run: Run, events: Callable[[], Iterator[Event]]) -> None:
        run.live.model = self._services.engine.state().model
        if self._runs:
            run.live.status = wording.waiting(len(self._runs))
        run.stream = EventStream(self._tasks, self)
        run.stream.arrived.connect(lambda event: self._hear(run, event))
        run.stream.ended.connect(lambda: self._ended(run))
        run.stream.failed.connect(lambda error: self._failed(run, error))
        self._runs.append(run)
        self._shown = run
        self.path_changed.emit(self.shown_messages(), False)
        self.live_changed.emit(run.live)
        self.busy_changed.emit(True)
        run.stream.start(events, f"answer-{id(run)}")

    def _hear(self, run: Run, event: Event) -> None:
        status = run.live.status
        run.live.hear(event)
        if isinstance(event, TurnAsked):
            self._turn_asked(run, event, status)
        if run is self._shown:
            self.live_changed.emit(run.live)

    def _turn_asked(self, run: Run, event: TurnAsked, status: str) -> None:
        if len(self._runs) > 1:
            run.live.status = status
        if run.draft is not None and run.draft.pastes:
            self._passages[event.question_id] = run.live.question.passages or ()
            self.attachments[event.question_id] = pastes.name(run.draft.pastes)
        if run is self._shown:
            if run.draft is not None:
                self.adopted.emit(PENDING_QUESTION, event.question_id)
            self.adopted.emit(PENDING_ANSWER, event.answer_id)
            self.path_changed.emit(self.shown_messages(), False)
            self._begin(event.conversation_id)
        self.changed.emit(event.conversation_id)

    def _begin(self, conversation_id: int) -> None:
        """A conversation that was new now has its number."""
        if self.conversation_id is None:
            self.conversation_id = conversation_id
            self.started.emit(conversation_id)

    def _ended(self, run: Run) -> None:
        self._finish(run)
        if run.live.conversation_id:
            self.changed.emit(run.live.conversation_id)

    def _failed(self, run: Run, error: Exception) -> None:
        live, shown = run.live, run is self._shown
        self._finish(run)
        if live.answer_id:
            self.changed.emit(live.conversation_id)
        if run.draft is not None and not live.answer_id and shown:
            self.draft_returned.emit(run.draft)
        self.fault.emit(
            error, partial(self.again, live.question_id) if live.answer_id and shown else None
        )

    def _finish(self, run: Run) -> None:
        self._runs.remove(run)
        if run.stream is not None:
            run.stream.deleteLater()
        if run is not self._shown:
            return
        before = self.messages
        if run.live.conversation_id:
            self._begin(run.live.conversation_id)
        if run.live.answer is not None and not run.live.saved:
            # it could not be stored, so what is on the screen is all there is of it
            self.messages = self.shown_messages()
        if self.conversation_id is None or self.messages is not before:
            self._shown = None
            self.path_changed.emit(self.messages, False)
            self.busy_changed.emit(False)
        else:
            self._read(ended=run)

    def _read(
        self,
        *,
        anew: bool = False,
        first: Callable[[], None] | None = None,
        ended: Run | None = None,
    ) -> None:
        """Read the path of the conversation that is shown; `first`: a change to make before, in the store."""
        conversation_id = self.conversation_id
        self._opening += 1
        opening = self._opening

        def work() -> list[Message]:
            if first is not None:
                first()
            return self._services.conversations.path(conversation_id) if conversation_id else []

        def done(messages: Any) -> None:
            if ended is not None and ended is self._shown:
                self._shown = None
            if opening != self._opening or conversation_id != self.conversation_id:
                return
            self.messages = messages
            self._show(anew)

        def failed(error: Exception) -> None:
            if ended is not None and ended is self._shown:
                self._shown = None
                self.busy_changed.emit(False)
            self.fault.emit(error, lambda: self._read(anew=anew, first=first))

        self._tasks.run(work).then(done).failed(failed).lane("store").start(self)

    def _show(self, anew: bool) -> None:
        run = self._shown
        if run is not None and anew:
            run.before = self.messages[: _place(self.messages, run.live.question_id)]
        self.path_changed.emit(self.shown_messages(), anew)
        if run is not None:
            self.live_changed.emit(run.live)
        self.busy_changed.emit(self.answering)

    def _run_of(self, conversation_id: int | None) -> Run | None:
        if conversation_id is None:
            return None
        for run in self._runs:
            if run.live.conversation_id == conversation_id:
                return run
        return None


def _place(messages: list[Message], message_id: int) -> int:
    """Where a message stands on the path; its length if it does not."""
    for place, message in enumerate(messages):
        if message.id == message_id:
            return place
    return len(messages)


def _asked(live: LiveAnswer) -> Message:
    """The question of a running turn."""
    number = live.question_id or PENDING_QUESTION
    state, text = MessageState.ASKED, live.question.text
    return Message(number, live.conversation_id, live.parent_id, "user", text, state, 0.0)


def _answering(live: LiveAnswer) -> Message:
    """The answer of a running turn, as far as it is there."""
    number = live.answer_id or PENDING_ANSWER
    state = MessageState.STREAMING
    if live.answer is not None:
        states = {Outcome.STOPPED: MessageState.STOPPED, Outcome.FAILED: MessageState.FAILED}
        state = states.get(live.answer.outcome, MessageState.DONE)
    where = live.conversation_id, live.question_id
    return Message(number, *where, "assistant", live.text, state, 0.0, (), live.answer)

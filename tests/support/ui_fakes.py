"""Services that live in memory, for driving the window without a model, a disk or a worker.

`fake_services(folder)` gives a whole set; each part has knobs (faults, gates) that the tests turn.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import Conversation, Message, MessageState
from desktop_app.domain.documents import (
    Document,
    DocumentState,
    DocumentText,
    IngestProgress,
    IngestReport,
)
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.events import (
    AnswerFinished,
    Declined,
    Event,
    PassagesFound,
    SentenceChecked,
    TokenArrived,
    TurnAsked,
    TurnSaved,
)
from desktop_app.domain.models import EnginePhase, EngineState, LoadOptions, ModelFile, ModelInfo
from desktop_app.domain.ports import Generation
from desktop_app.domain.values import (
    Answer,
    ChatMessage,
    Outcome,
    Question,
    Sampling,
    ScoredPassage,
)
from desktop_app.settings.store import Settings
from desktop_app.ui.services import Services

Clock = Callable[[], float]


class FakeConversations:
    """Conversations as trees in memory. `fault` is raised by the next writing call."""

    def __init__(self, clock: Clock = time.time) -> None:
        self.clock = clock
        self.fault: Exception | None = None
        self.interrupted = 0
        self.searches: list[str] = []
        self._conversations: dict[int, Conversation] = {}
        self._deleted: dict[int, Conversation] = {}
        self._messages: dict[int, Message] = {}
        self._selected: dict[tuple[int, int | None], int] = {}
        self._lock = threading.RLock()

    def _write(self) -> None:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault

    def create(self, title: str = "") -> Conversation:
        with self._lock:
            self._write()
            now = self.clock()
            number = len(self._conversations) + len(self._deleted) + 1
            made = Conversation(number, title, now, now)
            self._conversations[made.id] = made
            return made

    def put(self, title: str, updated: float) -> Conversation:
        """A conversation with a date of its own."""
        made = replace(self.create(title), created=updated, updated=updated)
        self._conversations[made.id] = made
        return made

    def find(self, search: str = "", limit: int = 0) -> list[Conversation]:
        with self._lock:
            self.searches.append(search)
            found = []
            for conversation in self._conversations.values():
                hit = self._hit(conversation, search.lower()) if search else ""
                if hit is not None:
                    found.append(replace(conversation, snippet=hit))
            found.sort(key=lambda c: (c.updated, c.id), reverse=True)
            return found[:limit] if limit else found

    def _hit(self, conversation: Conversation, search: str) -> str | None:
        for message in self._messages.values():
            place = message.text.lower().find(search)
            if message.conversation_id == conversation.id and place >= 0:
                return message.text[max(0, place - 20) : place + 60]
        return "" if search in conversation.title.lower() else None

    def get(self, conversation_id: int) -> Conversation:
        with self._lock:
            if conversation_id not in self._conversations:
                raise KnownFault("DB12", "This conversation is gone.")
            return self._conversations[conversation_id]

    def rename(self, conversation_id: int, title: str) -> None:
        with self._lock:
            self._write()
            self._conversations[conversation_id] = replace(self.get(conversation_id), title=title)

    def delete(self, conversation_id: int) -> None:
        with self._lock:
            self._write()
            self._deleted[conversation_id] = self._conversations.pop(conversation_id)

    def restore(self, conversation_id: int) -> None:
        with self._lock:
            self._write()
            self._conversations[conversation_id] = self._deleted.pop(conversation_id)

    def path(self, conversation_id: int) -> list[Message]:
        with self._lock:
            messages: list[Message] = []
            parent: int | None = None
            while (chosen := self._selected.get((conversation_id, parent))) is not None:
                messages.append(self.message(chosen))
                parent = chosen
            return messages

    def message(self, message_id: int) -> Message:
        message = self._messages[message_id]
        siblings = tuple(
            other.id
            for other in self._messages.values()
            if other.conversation_id == message.conversation_id
            and other.parent_id == message.parent_id
        )
        return replace(message, siblings=siblings)

    def select(self, message_id: int) -> None:
        with self._lock:
            message = self._messages[message_id]
            self._selected[message.conversation_id, message.parent_id] = message_id

    def _add(self, message: Message) -> int:
        with self._lock:
            self._write()
            made = replace(message, id=len(self._messages) + 1, created=self.clock())
            self._messages[made.id] = made
            self._selected[made.conversation_id, made.parent_id] = made.id
            conversation = self._conversations[made.conversation_id]
            title = conversation.title or made.text[:60]
            self._conversations[conversation.id] = replace(
                conversation,
                title=title,
                messages=conversation.messages + 1,
                updated=max(conversation.updated, made.created),
            )
            return made.id

    def add_question(self, conversation_id: int, parent_id: int | None, text: str) -> int:
        return self._add(
            Message(0, conversation_id, parent_id, "user", text, MessageState.ASKED, 0.0)
        )

    def add_answer(self, question_id: int) -> int:
        conversation = self._messages[question_id].conversation_id
        return self._add(
            Message(0, conversation, question_id, "assistant", "", MessageState.STREAMING, 0.0)
        )

    def keep(self, message_id: int, text: str) -> None:
        with self._lock:
            self._messages[message_id] = replace(self._messages[message_id], text=text)

    def finish(self, message_id: int, state: MessageState, answer: Answer) -> None:
        with self._lock:
            self._write()
            done = replace(self._messages[message_id], text=answer.text, state=state, answer=answer)
            self._messages[message_id] = done
            if done.parent_id is not None:
                asked = self._messages[done.parent_id]
                self._messages[asked.id] = replace(asked, state=MessageState.DONE)

    def mark_interrupted(self) -> int:
        return self.interrupted

    def close(self) -> None:
        return None


class FakeLibrary:
    """Documents in memory. Clear `gate` to hold `add` before its last file; set `fault` to make it fail."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.fault: Exception | None = None
        self.added: list[str] = []
        self.retried: list[tuple[int, str]] = []
        self.refreshed = 0
        self.skipped: tuple[str, ...] = ()
        self.texts: dict[int, DocumentText] = {}
        self._documents: dict[int, Document] = {}
        self._listeners: list[Callable[[], None]] = []

    def put(self, document: Document, text: DocumentText | None = None) -> None:
        """Place a document as it stands, replacing the one of the same id."""
        self._documents[document.id] = document
        if text is not None:
            self.texts[document.id] = text
        self.tell()

    def tell(self) -> None:
        """Call the listeners, as after any change."""
        for listener in list(self._listeners):
            listener()

    def add(
        self,
        paths: Sequence[str],
        on_progress: Callable[[IngestProgress], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> IngestReport:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        for done, path in enumerate(paths):
            name = Path(path).name
            if on_progress is not None:
                state = DocumentState.EMBEDDING
                on_progress(IngestProgress(name, state, done, len(paths), 2, 9))
            while not self.gate.wait(0.01):
                if cancel is not None and cancel.cancelled:
                    raise Cancelled
            self.added.append(path)
            number = max(self._documents, default=0) + 1
            text = f"{name} says that the ferry Brightwater carries 214 passengers."
            self.put(
                Document(number, path, name, DocumentState.READY, "", 1, 1, len(text)),
                DocumentText(number, name, text, (0,)),
            )
        return IngestReport(added=len(paths), skipped=self.skipped)

    def refresh(
        self,
        on_progress: Callable[[IngestProgress], None] | None = None,
        cancel: CancelToken | None = None,
    ) -> IngestReport:
        self.refreshed += 1
        return IngestReport()

    def retry(self, document_id: int, password: str = "") -> IngestReport:
        self.retried.append((document_id, password))
        document = self._documents[document_id]
        if document.state is DocumentState.LOCKED and password != "harbour":
            raise KnownFault("DO2", "That password does not open plans-locked.pdf.")
        self.put(replace(document, state=DocumentState.READY, detail="", pages=1, passages=4))
        return IngestReport(added=1)

    def documents(self) -> list[Document]:
        return sorted(self._documents.values(), key=lambda d: d.id, reverse=True)

    def remove(self, document_id: int) -> None:
        del self._documents[document_id]
        self.tell()

    def text(self, document_id: int) -> DocumentText:
        if document_id not in self.texts:
            raise KnownFault("DO12", "This document is no longer in the library.")
        return self.texts[document_id]

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def search(
        self,
        query: str,
        limit: int,
        documents: Sequence[int] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[ScoredPassage]:
        return []

    def searchable(self, documents: Sequence[int] | None = None) -> tuple[int, int]:
        ready = [d for d in self._documents.values() if d.state is DocumentState.READY]
        return sum(document.passages for document in ready), len(ready)

    def unreadable(self, documents: Sequence[int] | None = None) -> tuple[str, ...]:
        bad = {DocumentState.EMPTY, DocumentState.LOCKED, DocumentState.FAILED}
        return tuple(d.name for d in self._documents.values() if d.state in bad)

    def close(self) -> None:
        return None


class FakeEngine:
    """An engine that is whatever `become` says; it generates nothing itself."""

    def __init__(self) -> None:
        self.loaded: list[tuple[str, LoadOptions]] = []
        self.fault: Exception | None = None
        self._state = EngineState(EnginePhase.EMPTY)
        self._listeners: list[Callable[[EngineState], None]] = []

    def become(self, state: EngineState) -> None:
        """Change the state and tell everybody."""
        self._state = state
        for listener in list(self._listeners):
            listener(state)

    def load(self, path: str, options: LoadOptions, cancel: CancelToken) -> None:
        name = Path(path).stem
        self.loaded.append((path, options))
        self.become(EngineState(EnginePhase.LOADING, name))
        if self.fault is not None:
            fault, self.fault = self.fault, None
            self.become(EngineState(EnginePhase.FAILED, name, notice=str(fault)))
            raise fault
        self.become(EngineState(EnginePhase.READY, name, options.context, 300_000_000))

    def state(self) -> EngineState:
        return self._state

    def subscribe(self, listener: Callable[[EngineState], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def generate(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None = None,
    ) -> Generation:
        raise AssertionError("the window asks Turns, never the engine")

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(self.count_tokens([message.text for message in messages]))

    def score_choices(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], cancel: CancelToken
    ) -> list[float]:
        return [0.0 for _ in choices]

    def close(self) -> None:
        return None


class FakeShelf:
    """Two models, or whatever `files` holds."""

    def __init__(self) -> None:
        self.files = [
            ModelFile("SmolLM2-135M-Instruct", "/models/SmolLM2-135M.gguf", 144_000_000, "package"),
            ModelFile("Qwen3-4B-Instruct", "/models/Qwen3-4B.gguf", 2_500_000_000, "data"),
        ]

    def models(self) -> list[ModelFile]:
        return list(self.files)

    def find(self, name_or_path: str) -> ModelFile:
        for file in self.files:
            if name_or_path in (file.name, file.path, ""):
                return file
        raise KnownFault(
            "MF1", f"There is no model called {name_or_path}.", action="Choose another."
        )

    def info(self, path: str) -> ModelInfo:
        if not path.endswith(".gguf"):
            raise KnownFault("MF2", "This is not a GGUF file.", action="Choose another file.")
        return ModelInfo(path, Path(path).stem, "llama", 144_000_000)


AnswerMaker = Callable[[Question], Answer]


def plain_answer(question: Question) -> Answer:
    """What `FakeTurns` answers unless told otherwise."""
    return Answer(
        question.text, Outcome.ANSWERED, f"You asked: {question.text}", model="SmolLM2 135M"
    )


class FakeTurns:
    """Streams the answer that `answers` makes, word by word, and saves it like the real one.

    Clear `gate` to hold the stream after its first word until the gate is set or the turn cancelled.
    `fault`: raised instead of answering the next question.
    """

    def __init__(self, conversations: FakeConversations) -> None:
        self.conversations = conversations
        self.answers: AnswerMaker = plain_answer
        self.gate = threading.Event()
        self.gate.set()
        self.hold_at = 1
        self.fault: Exception | None = None
        self.asked: list[Question] = []

    def ask(
        self, conversation_id: int, parent_id: int | None, question: Question, cancel: CancelToken
    ) -> Iterator[Event]:
        question_id = self.conversations.add_question(conversation_id, parent_id, question.text)
        yield from self._turn(conversation_id, question_id, question, cancel)

    def again(self, question_id: int, question: Question, cancel: CancelToken) -> Iterator[Event]:
        conversation = self.conversations.message(question_id).conversation_id
        yield from self._turn(conversation, question_id, question, cancel)

    def _turn(
        self, conversation_id: int, question_id: int, question: Question, cancel: CancelToken
    ) -> Iterator[Event]:
        self.asked.append(question)
        answer_id = self.conversations.add_answer(question_id)
        yield TurnAsked(conversation_id, question_id, answer_id)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        answer = self.answers(question)
        yield PassagesFound((), answer.why.searched, answer.timing.retrieve_ms)
        if answer.outcome is Outcome.DECLINED:
            yield Declined(answer.why)
        said = ""
        for number, word in enumerate(re.findall(r"\s*\S+\s*$|\s*\S+", answer.text)):
            while number >= self.hold_at and not self.gate.wait(0.005):
                if cancel.cancelled:
                    break
            if cancel.cancelled:
                answer = replace(answer, outcome=Outcome.STOPPED, text=said)
                break
            said += word
            self.conversations.keep(answer_id, said)
            yield TokenArrived(word)
            for verdict in answer.verdicts:
                if len(said) - len(word) < verdict.end <= len(said):
                    yield SentenceChecked(verdict)
        states = {Outcome.STOPPED: MessageState.STOPPED, Outcome.FAILED: MessageState.FAILED}
        yield AnswerFinished(answer)
        state = states.get(answer.outcome, MessageState.DONE)
        self.conversations.finish(answer_id, state, answer)
        yield TurnSaved(answer_id)


def fake_services(folder: Path) -> Services:
    """A whole set over fakes; the settings are real and lie in `folder`."""
    conversations = FakeConversations()
    folder.mkdir(parents=True, exist_ok=True)
    return Services(
        conversations=conversations,
        library=FakeLibrary(),
        engine=FakeEngine(),
        shelf=FakeShelf(),
        turns=FakeTurns(conversations),
        settings=Settings(folder / "settings.json"),
    )

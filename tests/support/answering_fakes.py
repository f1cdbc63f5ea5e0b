"""A model, a searcher, a checker and a conversation store that do as they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.models import EnginePhase, EngineState, GenerationStats, LoadOptions
from desktop_app.domain.values import Answer, ChatMessage, Passage, Sampling, ScoredPassage, Support


def passage(
    text: str, *, id: int = 1, document: str = "a.pdf", page: int | None = 1, start: int = 0
) -> Passage:
    """A passage of a document whose offsets fit its text."""
    return Passage(id, id, document, page, start, start + len(text), text)


class FakeGeneration:
    """Pieces one by one; a cancel ends it, a fault in the list is raised."""

    def __init__(
        self, pieces: Sequence[str | Exception], cancel: CancelToken, hold: threading.Event | None
    ) -> None:
        self.stats: GenerationStats | None = None
        self._pieces = pieces
        self._cancel = cancel
        self._hold = hold

    def __iter__(self) -> Iterator[str]:
        reason = "stop"
        count = 0
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            if self._cancel.cancelled:
                reason = "cancelled"
                break
            count += 1
            yield piece
        if self._hold is not None:
            while not self._hold.wait(0.01):
                if self._cancel.cancelled:
                    reason = "cancelled"
                    break
        self.stats = GenerationStats(reason, 20, 5, count, 1.0, 2.0)  # type: ignore[arg-type]


@dataclass
class FakeEngine:
    """A language model that says `pieces`; counts words as tokens."""

    pieces: Sequence[str | Exception] = ("Paris is the capital", " of France.")
    context: int = 2048
    wait_at: int = 0
    hold: threading.Event | None = None
    asked: list[tuple[ChatMessage, ...]] = field(default_factory=list)
    samplings: list[Sampling] = field(default_factory=list)
    loaded: list[tuple[str, LoadOptions]] = field(default_factory=list)
    template_tokens: int = 0
    no_stats: bool = False

    def load(self, path: str, options: LoadOptions, cancel: CancelToken) -> None:
        self.loaded.append((path, options))

    def state(self) -> EngineState:
        return EngineState(EnginePhase.READY, context=self.context)

    def subscribe(self, listener: Callable[[EngineState], None]) -> Callable[[], None]:
        return lambda: None

    def generate(self, messages, sampling, cancel, on_wait=None):
        self.asked.append(tuple(messages))
        self.samplings.append(sampling)
        if self.wait_at and on_wait:
            on_wait(self.wait_at)
        generation = FakeGeneration(self.pieces, cancel, self.hold)
        return list(generation) and _Silent(self.pieces) if self.no_stats else generation

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(self.count_tokens([m.text for m in messages])) + self.template_tokens * len(
            messages
        )

    def score_choices(self, messages, choices, cancel) -> list[float]:
        return [0.0 for _ in choices]

    def close(self) -> None:
        """Nothing to end."""


class _Silent:
    """A generation that never says what it cost."""

    stats = None

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)


@dataclass
class FakeRetriever:
    """Finds its `passages` for any query."""

    passages: Sequence[Passage] = ()
    locked: tuple[str, ...] = ()
    fault: Exception | None = None
    queries: list[tuple[str, int, Sequence[int] | None]] = field(default_factory=list)

    def search(self, query, limit, documents=None, cancel=None) -> list[ScoredPassage]:
        self.queries.append((query, limit, documents))
        if self.fault:
            raise self.fault
        return [ScoredPassage(each, 0.5) for each in self.passages][:limit]

    def searchable(self, documents=None) -> tuple[int, int]:
        return len(self.passages), len({each.document_id for each in self.passages})

    def unreadable(self, documents=None) -> tuple[str, ...]:
        return self.locked


@dataclass
class FakeScorer:
    """Scores by a table of words: a passage that holds the word gets the score."""

    answers: dict[str, float] = field(default_factory=dict)
    supports: dict[str, float] = field(default_factory=dict)
    fault: Exception | None = None
    support_fault: Exception | None = None
    gate: threading.Event | None = None
    asked: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def answerable(self, question, passages, cancel=None) -> list[float]:
        self.asked.append(question)
        if self.fault:
            raise self.fault
        return [
            max((s for word, s in self.answers.items() if word in text), default=0.1)
            for text in passages
        ]

    def supported(self, sentences, passages, cancel=None) -> list[list[Support]]:
        self.held.extend(sentences)
        if self.gate is not None:
            while not self.gate.wait(0.01):
                if cancel is not None and cancel.cancelled:
                    raise Cancelled
        if self.support_fault:
            raise self.support_fault
        return [
            [
                Support(
                    max(
                        (s for w, s in self.supports.items() if w in text and w in said),
                        default=0.1,
                    ),
                    0,
                    len(text),
                )
                for text in passages
            ]
            for said in sentences
        ]


class FakeConversations:
    """Conversations in memory; `fail` names the calls that raise."""

    def __init__(self) -> None:
        self.messages: dict[int, Message] = {}
        self.kept: list[str] = []
        self.finished: list[tuple[int, MessageState, Answer]] = []
        self.fail: set[str] = set()

    def _add(self, parent: int | None, role: str, text: str, state: MessageState) -> int:
        number = len(self.messages) + 1
        self.messages[number] = Message(number, 1, parent, role, text, state, 0.0)  # type: ignore[arg-type]
        return number

    def _may_fail(self, name: str) -> None:
        if name in self.fail:
            raise KnownFault("DB1", f"{name} failed.")

    def add_question(self, conversation_id: int, parent_id: int | None, text: str) -> int:
        self._may_fail("add_question")
        return self._add(parent_id, "user", text, MessageState.ASKED)

    def add_answer(self, question_id: int) -> int:
        return self._add(question_id, "assistant", "", MessageState.STREAMING)

    def message(self, message_id: int) -> Message:
        self._may_fail("message")
        return self.messages[message_id]

    def keep(self, message_id: int, text: str) -> None:
        self._may_fail("keep")
        self.kept.append(text)

    def finish(self, message_id: int, state: MessageState, answer: Answer) -> None:
        self._may_fail("finish")
        self.finished.append((message_id, state, answer))
        self.messages[message_id] = replace(
            self.messages[message_id], state=state, answer=answer, text=answer.text
        )

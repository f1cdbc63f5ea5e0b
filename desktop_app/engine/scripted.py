"""An engine that says what it was told to say: for tests, the demonstration and screenshots.

Words stand for tokens. It keeps the promises of `ports.Engine`, waits its turn, reuses a shared
beginning, and fails where it is asked to.
"""

from __future__ import annotations

import math
import os
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.models import EnginePhase, EngineState, GenerationStats, LoadOptions
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.workers.line import Line

DEFAULT_ANSWER = "This is a scripted answer."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that the engine got."""

    messages: tuple[ChatMessage, ...]
    sampling: Sampling


class ScriptedEngine:
    """Implements `ports.Engine`. Answers come from `answers` in order, then from `answer`.

    delay: seconds before each token. context: words that prompt and answer may have together.
    history: what was asked, oldest first. scores: log-probabilities by choice, for `score_choices`.
    """

    def __init__(
        self,
        answers: Iterable[str] = (),
        *,
        answer: Callable[[Sequence[ChatMessage]], str] | None = None,
        delay: float = 0.0,
        context: int = 4096,
        model: str = "scripted",
    ) -> None:
        self.history: list[Asked] = []
        self.scores: dict[str, float] = {}
        self.delay = delay
        self.load_fault: KnownFault | None = None
        self._answers = deque(answers)
        self._answer = answer
        self._context = context
        self._line = Line()
        self._closed = CancelToken()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[EngineState], None]] = []
        self._state = EngineState(EnginePhase.READY, model, context)
        self._die_after: int | None = None
        self._hang_after: int | None = None
        self._last: list[str] = []

    # --- what a test asks of it

    def enqueue(self, *answers: str) -> None:
        """Say these next, one a request."""
        self._answers.extend(answers)

    def die_after(self, tokens: int) -> None:
        """Let the next answer end after so many tokens as if the worker had crashed."""
        self._die_after = tokens

    def hang_after(self, tokens: int) -> None:
        """Let the next answer fall silent after so many tokens until it is cancelled."""
        self._hang_after = tokens

    def next_answer(self, messages: Sequence[ChatMessage]) -> str:
        """What is said to these messages."""
        if self._answers:
            return self._answers.popleft()
        return self._answer(messages) if self._answer is not None else DEFAULT_ANSWER

    # --- ports.Engine

    def load(self, path: str, options: LoadOptions, cancel: CancelToken) -> None:
        """Take the name and the context; raises `load_fault` when set."""
        cancel.raise_if_cancelled()
        self._set(EnginePhase.LOADING, model=os.path.basename(path).removesuffix(".gguf"))
        if self.load_fault is not None:
            self._set(EnginePhase.FAILED, notice=self.load_fault.fault.what)
            raise self.load_fault
        self._context = options.context
        self._set(EnginePhase.READY)

    def state(self) -> EngineState:
        """What the engine is doing now."""
        state = self._state
        return EngineState(
            state.phase, state.model, self._context, 0, self._line.waiting, state.notice
        )

    def subscribe(self, listener: Callable[[EngineState], None]) -> Callable[[], None]:
        """Call `listener` on every change; returns how to unsubscribe."""
        with self._lock:
            self._listeners.append(listener)

        def unsubscribe() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return unsubscribe

    def generate(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None = None,
    ) -> ScriptedGeneration:
        """Stream the next answer."""
        return ScriptedGeneration(self, Asked(tuple(messages), sampling), cancel, on_wait)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words of each text."""
        return [len(text.split()) for text in texts]

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Words of all messages, and one for each that names who speaks."""
        return len(prompt_words(messages))

    def score_choices(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], cancel: CancelToken
    ) -> list[float]:
        """`scores` where they are set, else the same for every choice."""
        with self._line.turn(cancel):
            self.check_room(messages)
            return [self.scores.get(choice, math.log(1 / len(choices))) for choice in choices]

    def close(self) -> None:
        """End an answer in progress as cancelled."""
        self._line.close()
        self._closed.cancel()
        self._line.drain(2.0)
        self._set(EnginePhase.EMPTY)

    # --- what a generation asks of it

    def check_room(self, messages: Sequence[ChatMessage]) -> int:
        """Words left for an answer. Raises `KnownFault` EN13 for none."""
        room = self._context - self.prompt_tokens(messages)
        if room < 1:
            raise KnownFault(
                "EN13",
                f"This is {1 - room:,} tokens too long for the model's context of {self._context:,}.",
                safe="Nothing was lost.",
                action="Shorten it, start a new chat, or choose a larger context in the settings.",
            )
        return room

    def run(
        self,
        asked: Asked,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None,
    ) -> Iterator[str | GenerationStats]:
        """Yield the pieces of an answer, and its figures last. Raises `Cancelled` while it waits."""
        with self._line.turn(cancel, on_wait):
            self.history.append(asked)
            room = self.check_room(asked.messages)
            self._set(EnginePhase.BUSY)
            try:
                yield from self._speak(asked, cancel, room)
            finally:
                if self._state.phase == EnginePhase.BUSY:
                    self._set(EnginePhase.READY)

    def _speak(
        self, asked: Asked, cancel: CancelToken, room: int
    ) -> Iterator[str | GenerationStats]:
        started = time.perf_counter()
        prompt = prompt_words(asked.messages)
        same = [a == b for a, b in zip(self._last, prompt, strict=False)]
        reused = [*same, False].index(False)
        text = self.next_answer(asked.messages)
        for stop in asked.sampling.stop:
            text = text.partition(stop)[0]
        pieces = re.findall(r"\S+\s*|^\s+", text)
        limit = min(room, max(1, asked.sampling.max_tokens))
        reason = "length" if len(pieces) > limit else "stop"
        die, self._die_after = self._die_after, None
        hang, self._hang_after = self._hang_after, None
        said = 0
        first = 0.0
        for piece in (*pieces[:limit], ""):
            if said == die:
                self._crash(said)
            while not (stopped := self._pause(cancel)) and said == hang:
                time.sleep(0.005)
            if stopped or not piece:
                break
            said += 1
            first = first or time.perf_counter()
            yield piece
        ended = time.perf_counter()
        first = first or ended
        self._last = [*prompt, "assistant", *text.split()[:said]]
        yield GenerationStats(
            "cancelled" if stopped else "length" if reason == "length" else "stop",
            len(prompt),
            reused,
            said,
            (first - started) * 1000,
            (ended - first) * 1000,
        )

    def _pause(self, cancel: CancelToken) -> bool:
        """Take the time of a token; True when it is to stop."""
        cancel.wait(self.delay)
        return cancel.cancelled or self._closed.cancelled

    def _crash(self, said: int) -> None:
        fault = KnownFault(
            "EN1",
            "The engine stopped (signal 11, SIGSEGV).",
            safe=f"The {said:,} tokens that had arrived are kept." if said else "",
            action="Try again: it starts anew with the next request.",
        )
        self._set(EnginePhase.FAILED, notice=fault.fault.what)
        raise fault

    def _set(self, phase: EnginePhase, *, model: str = "", notice: str = "") -> None:
        self._state = EngineState(phase, model or self._state.model, notice=notice)
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(self.state())


class ScriptedGeneration:
    """Iterate once for the words; then `stats` is set."""

    def __init__(
        self,
        engine: ScriptedEngine,
        asked: Asked,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None,
    ) -> None:
        self.stats: GenerationStats | None = None
        self._engine = engine
        self._asked = asked
        self._cancel = cancel
        self._on_wait = on_wait

    def __iter__(self) -> Iterator[str]:
        said = 0
        try:
            for item in self._engine.run(self._asked, self._cancel, self._on_wait):
                if isinstance(item, GenerationStats):
                    self.stats = item
                else:
                    said += 1
                    yield item
        except Cancelled:
            pass  # stopping is an ending like any other
        finally:
            if self.stats is None:
                self.stats = GenerationStats("cancelled", 0, 0, said, 0.0, 0.0)


def prompt_words(messages: Sequence[ChatMessage]) -> list[str]:
    """The words of a prompt: for each message its role, then its words."""
    return [word for message in messages for word in (message.role, *message.text.split())]

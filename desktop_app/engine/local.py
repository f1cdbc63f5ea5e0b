"""A language model in the llm worker: loaded when needed, loaded again after a death, never in a loop."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.models import EnginePhase, EngineState, LoadOptions
from desktop_app.domain.values import ChatMessage, Sampling
from desktop_app.engine.generation import LocalGeneration, Stream
from desktop_app.workers.host import WorkerHost, WorkerOutcome

DEATHS = 3
"""Deaths running on one model after which it is not loaded again by itself."""

Listener = Callable[[EngineState], None]


class LocalEngine:
    """Implements `ports.Engine` over one worker process. Safe to use from any thread."""

    def __init__(self, *, command: Sequence[str] | None = None, memory_limit: int = 0) -> None:
        """`command` replaces the worker's command line. `memory_limit`: bytes, 0 = none."""
        self._host = WorkerHost(
            "llm",
            on_outcome=self._hear_outcome,
            command=command,
            memory_limit=memory_limit,
        )
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._wanted: tuple[str, LoadOptions] | None = None
        self._loaded: tuple[str, LoadOptions, int] | None = None
        self._bad_templates: dict[str, str] = {}
        self._deaths = 0
        self._phase = EnginePhase.EMPTY
        self._context = 0
        self._notice = self._model_notice = ""

    @property
    def pid(self) -> int | None:
        """The worker's process id, None when it does not run."""
        return self._host.pid

    def load(self, path: str, options: LoadOptions, cancel: CancelToken) -> None:
        """Make `path` the loaded model; a no-op when it is, with the same options.

        After three deaths running on it, one load is refused with `KnownFault` EN4; asking once more
        loads it all the same. An answer in progress is waited for.
        """
        path = os.path.abspath(path)
        if self._wanted != (path, options):
            if self._wanted is None or self._wanted[0] != path:
                self._deaths = 0
            self._wanted = (path, options)
        try:
            self._make_ready(cancel)
        except KnownFault as error:
            if error.fault.code == "EN4":
                self._deaths = DEATHS - 1
            raise

    def state(self) -> EngineState:
        """What the engine is doing now."""
        wanted = self._wanted
        return EngineState(
            phase=self._phase,
            model=_name(wanted[0]) if wanted else "",
            context=self._context,
            memory=self._host.memory,
            waiting=self._host.waiting,
            notice=self._notice,
        )

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` on every change, from any thread; returns how to unsubscribe."""
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
    ) -> LocalGeneration:
        """Stream an answer; the request is made when the iteration starts."""
        request = {"messages": _pairs(messages), "sampling": asdict(sampling)}

        def wait(place: int) -> None:
            self._tell()
            if on_wait is not None:
                on_wait(place)

        def start() -> Stream:
            self._make_ready(cancel, wait)
            return self._host.stream(
                "generate", request, cancel=cancel, on_wait=wait, on_silence=self._hear_silence
            )

        return LocalGeneration(start, self._begin, self._replaces_template, self._finish)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, control tokens not parsed."""
        if not texts:
            return []
        counts: list[int] = self._ask("count_tokens", {"texts": list(texts)})["counts"]
        return counts

    def prompt_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of the whole prompt as the template renders it."""
        return int(self._ask("prompt_tokens", {"messages": _pairs(messages)})["count"])

    def score_choices(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], cancel: CancelToken
    ) -> list[float]:
        """Log-probability of each choice's first token as the next token after the prompt."""
        arguments = {"messages": _pairs(messages), "choices": list(choices)}
        scores: list[float] = self._ask("score_choices", arguments, cancel)["scores"]
        return scores

    def close(self) -> None:
        """End the worker; an answer in progress ends as cancelled. Idempotent."""
        self._host.close()

    def _ask(
        self, op: str, arguments: dict[str, Any], cancel: CancelToken | None = None
    ) -> dict[str, Any]:
        """One request with a short answer; a second try when the template had to be replaced."""
        stage = ""

        def hear(event: dict[str, Any]) -> None:
            nonlocal stage
            stage = event.get("stage", stage)

        for last in (False, True):
            self._make_ready(cancel or CancelToken())
            try:
                return self._host.call(op, arguments, cancel=cancel, on_event=hear)
            except KnownFault as error:
                if last or not self._replaces_template(error, stage):
                    raise
        raise AssertionError("unreachable")

    def _make_ready(
        self, cancel: CancelToken, on_wait: Callable[[int], None] | None = None
    ) -> None:
        """Load what is wanted unless it is loaded."""
        if self._wanted is None:
            raise KnownFault("MF1", "No model is loaded.", action="Choose a model.")
        path, options = self._wanted
        if self._loaded == (path, options, self._host.starts) and self._host.alive:
            return
        if self._deaths >= DEATHS:
            raise KnownFault(
                "EN4",
                f"The engine stopped {DEATHS} times running with {_name(path)}, "
                "so it is not started again by itself.",
                safe="Your chats and documents are untouched.",
                action="Choose another model, or choose this one again to try once more.",
            )
        self._load(path, options, cancel, on_wait)

    def _load(
        self,
        path: str,
        options: LoadOptions,
        cancel: CancelToken,
        on_wait: Callable[[int], None] | None,
    ) -> None:
        stage = ""

        def hear(event: dict[str, Any]) -> None:
            nonlocal stage
            if "loaded" in event and event["loaded"] == 0:
                self._set(EnginePhase.LOADING)
            stage = event.get("stage", stage)

        arguments = {
            "path": path,
            "options": asdict(options),
            "own_template": path not in self._bad_templates,
        }
        self._loaded = None
        self._set(EnginePhase.LOADING, notice="")
        try:
            result = self._host.call(
                "load", arguments, cancel=cancel, on_event=hear, on_wait=on_wait
            )
        except Cancelled:
            self._set(EnginePhase.EMPTY)
            raise
        except KnownFault as error:
            if self._replaces_template(error, stage):
                self._load(path, options, cancel, on_wait)
                return
            self._set(EnginePhase.FAILED, notice=error.fault.what)
            raise
        self._loaded = (path, options, self._host.starts)
        self._context = result["context"]
        notices = (self._bad_templates.get(path), result["notice"])
        self._model_notice = " ".join(filter(None, notices))
        self._set(EnginePhase.READY, notice=self._model_notice)

    def _replaces_template(self, error: KnownFault, stage: str) -> bool:
        """Whether the worker died of the model's chat template, which is then not used again."""
        if error.fault.code != "EN1" or stage != "template" or self._wanted is None:
            return False
        path = self._wanted[0]
        if path in self._bad_templates:
            return False
        self._bad_templates[path] = (
            "The model's chat template took longer than 2 s; ChatML is used instead."
        )
        self._deaths = max(0, self._deaths - 1)
        return True

    def _begin(self) -> None:
        self._set(EnginePhase.BUSY, notice=self._model_notice)

    def _finish(self, result: dict[str, Any] | None) -> None:
        """A generation is over; `result` is None when the worker did not end it."""
        if result is not None:
            self._deaths = 0
            self._model_notice = result["notice"] or self._model_notice
        elif self._phase != EnginePhase.BUSY or not self._host.alive:
            return
        self._set(EnginePhase.READY, notice=self._model_notice)

    def _hear_outcome(self, outcome: WorkerOutcome) -> None:
        """The worker ended; called by its keeper thread."""
        self._loaded = None
        if outcome.asked:
            self._set(EnginePhase.EMPTY)
        else:
            self._deaths += 1
            self._set(EnginePhase.FAILED, notice=str(outcome))

    def _hear_silence(self, seconds: int) -> None:
        self._set(self._phase, notice=f"No output for {seconds} s.")

    def _set(self, phase: EnginePhase, notice: str | None = None) -> None:
        self._phase = phase
        if notice is not None:
            self._notice = notice
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            listeners: Iterable[Listener] = tuple(self._listeners)
        if listeners:
            state = self.state()
            for listener in listeners:
                listener(state)


def _pairs(messages: Sequence[ChatMessage]) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in messages]


def _name(path: str) -> str:
    return os.path.basename(path).removesuffix(".gguf")

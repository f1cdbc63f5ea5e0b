"""The window's side of a worker: starts it on first use, asks it one thing at a time, survives it."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers.child import Child, worker_command, worker_environment
from desktop_app.workers.line import Line
from desktop_app.workers.outcome import NOUNS, WorkerOutcome
from desktop_app.workers.serve import MEMORY_LIMIT
from desktop_app.workers.watch import Watch
from desktop_app.workers.wire import ProtocolError

__all__ = ["WorkerHost", "WorkerOutcome"]

CLOSE_PATIENCE = 2.0
"""Seconds a worker gets to leave by itself when the host is closed."""

_log = logging.getLogger(__name__)

Message = dict[str, Any]


class WorkerHost:
    """One worker process; started on first use, started anew after a death.

    Requests run one at a time, in the order in which they came, from any thread.
    """

    def __init__(
        self,
        name: str,
        *,
        environment: Mapping[str, str] | None = None,
        on_outcome: Callable[[WorkerOutcome], None] | None = None,
        command: Sequence[str] | None = None,
        memory_limit: int = 0,
    ) -> None:
        """`on_outcome` hears of every end, in a thread of the host. `memory_limit`: bytes, 0 = none."""
        self.name = name
        self.starts = 0
        self._noun = NOUNS.get(name, name)
        self._command = list(command) if command is not None else worker_command(name)
        self._environment = worker_environment(environment)
        if memory_limit > 0:
            self._environment[MEMORY_LIMIT] = str(memory_limit)
        self._on_outcome = on_outcome
        self._numbers = itertools.count(1)
        self._line = Line()
        self._child: Child | None = None
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        child = self._child
        return child is not None and child.alive

    @property
    def pid(self) -> int | None:
        """The process id, None when it does not run."""
        child = self._child
        return child.pid if child is not None and child.alive else None

    @property
    def memory(self) -> int:
        """Resident bytes, 0 when it does not run."""
        child = self._child
        return child.memory if child is not None else 0

    @property
    def waiting(self) -> int:
        """Requests behind the running one."""
        return self._line.waiting

    def call(
        self,
        op: str,
        arguments: dict[str, Any],
        *,
        cancel: CancelToken | None = None,
        timeout: float | None = None,
        on_event: Callable[[Message], None] | None = None,
        on_wait: Callable[[int], None] | None = None,
    ) -> Message:
        """Send one request, hear its events, return its result.

        `on_wait` hears the place in the queue, from 1, while other requests run. Raises what the
        operation raised (`KnownFault`, `Cancelled`); `KnownFault` EN1 when the process died, EN5 when
        it was killed after `timeout` seconds, EN7 when it wrote what is no message; `Cancelled` when
        it was killed one second after an unanswered cancel.
        """
        events = self.stream(op, arguments, cancel=cancel, timeout=timeout, on_wait=on_wait)
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                result: Message = end.value
                return result
            if on_event is not None:
                on_event(event)

    def stream(
        self,
        op: str,
        arguments: dict[str, Any],
        *,
        cancel: CancelToken | None = None,
        timeout: float | None = None,
        on_wait: Callable[[int], None] | None = None,
        on_silence: Callable[[int], None] | None = None,
    ) -> Generator[Message, None, Message]:
        """As `call`, but the events are yielded in the caller's thread and the result returned.

        Closing the generator cancels the request. `on_silence` hears, from another thread, every
        30 s without a message, how many seconds it has been.
        """
        with self._line.turn(cancel, on_wait):
            child = self._running()
            number = next(self._numbers)
            with Watch(child, number, cancel, timeout, on_silence) as watch:
                try:
                    child.send({"id": number, "op": op, "arguments": arguments})
                except ProtocolError as error:
                    raise KnownFault(
                        "EN0",
                        f"This is too long to be handed to the {self._noun} at once.",
                        action="Shorten it and try again.",
                        details=str(error),
                    ) from error
                try:
                    return (yield from self._hear(child, number, watch))
                except GeneratorExit:
                    watch.stop()
                    with contextlib.suppress(KnownFault, Cancelled):
                        for _ in self._hear(child, number, watch):
                            pass
                    raise

    def close(self) -> None:
        """End the process and every thread; a running request ends with `Cancelled`. Idempotent."""
        self._closed = True
        self._line.close()
        child = self._child
        if child is not None:
            child.leave(CLOSE_PATIENCE)
            self._line.drain(0.5)  # whoever waits for an answer sees the end of the stream first
            child.release()

    def _running(self) -> Child:
        """The process, started when there is none that runs."""
        child = self._child
        if child is not None and not child.alive:
            child.release()
            child = self._child = None
        if child is None:
            child = Child(self.name, self._command, self._environment, self._ended)
            self._child = child
            self.starts += 1
        return child

    def _hear(self, child: Child, number: int, watch: Watch) -> Generator[Message, None, Message]:
        """Yield the events of a request; return its result or raise what became of it."""
        try:
            while (message := child.receive()) is not None:
                watch.heard()
                if message.get("id") != number:
                    raise ProtocolError(f"an answer to nothing: {str(message)[:200]}")
                if "event" not in message:
                    return self._result(message)
                yield message["event"]
        except ProtocolError as error:
            child.kill()
            child.release()
            raise KnownFault(
                "EN7",
                f"The {self._noun} wrote something that is no message, so it was stopped.",
                action="Try again: it starts anew with the next request.",
                details=str(error),
            ) from error
        outcome = child.release()
        if self._closed or watch.verdict == "cancelled":
            raise Cancelled
        if watch.verdict == "timeout":
            raise KnownFault(
                "EN5",
                f"The {self._noun} did not finish within {watch.timeout:g} s, so it was stopped.",
                action="Try again: it starts anew with the next request.",
                details="\n".join(outcome.last_lines),
            )
        raise outcome.fault()

    def _result(self, message: Message) -> Message:
        """The result in the last message of a request."""
        if "result" in message:
            result: Message = message["result"]
            return result
        if "cancelled" in message:
            raise Cancelled
        if "fault" in message:
            code, what, safe, action, details = message["fault"]
            raise KnownFault(code, what, safe=safe, action=action, details=details)
        details = str(message.get("error", message))
        _log.error("the %s worker failed:\n%s", self.name, details)
        raise KnownFault(
            "EN0",
            f"The {self._noun} met an error that was not foreseen.",
            action="Try again; if it stays, copy the details into a report.",
            details=details,
        )

    def _ended(self, child: Child, outcome: WorkerOutcome) -> None:
        """Pass the news of an end on, from the child's keeper thread."""
        if not outcome.asked:
            _log.warning("%s\n%s", outcome, "\n".join(outcome.last_lines))
        if self._on_outcome is not None:
            self._on_outcome(outcome)

"""The worker's side of the pipe: hears requests, runs them one by one, answers.

Requests are read in a thread of their own, so that a cancel is seen while a request runs.
The process leaves when its stdin closes, which is what happens when the parent dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers.wire import Frames, ProtocolError, encode

Emit = Callable[[dict[str, Any]], None]
Handler = Callable[[dict[str, Any], Emit, Callable[[], bool]], dict[str, Any]]
"""(arguments, emit an event, was it cancelled) -> result; may raise `KnownFault` or `Cancelled`."""

LEAVE_AFTER = 1.0
"""Seconds a running request gets to notice that the parent is gone."""

MEMORY_LIMIT = "CANDOR_WORKER_MEMORY"
"""Environment variable: bytes of address space this worker may use; unset or 0 for no limit."""


def serve(operations: Mapping[str, Handler], *, idle: Callable[[], None] | None = None) -> int:
    """Answer requests until stdin closes; returns the exit status.

    `idle` is called whenever no request waits, also at the start: the place for work that is better
    done early, such as a slow import. A request that arrives meanwhile waits for it.
    """
    incoming, outgoing = _take_pipe()
    _settle()
    return _Server(operations, incoming, outgoing).run(idle)


def _take_pipe() -> tuple[int, int]:
    """The pipe on descriptors of our own; stdin becomes empty, and stdout becomes stderr.

    Native code that prints or reads then cannot disturb the pipe, nor can a grandchild hold it open.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return incoming, outgoing


def _settle() -> None:
    """Die with the parent, leave Ctrl-C to it, say where a crash happened, keep to the limit."""
    faulthandler.enable()
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    limit = int(os.environ.get(MEMORY_LIMIT) or 0)
    if limit > 0 and sys.platform != "win32":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


class _Server:
    """One pipe and the requests that came through it."""

    def __init__(self, operations: Mapping[str, Handler], incoming: int, outgoing: int) -> None:
        self._operations = operations
        self._incoming = incoming
        self._outgoing = outgoing
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._closing = threading.Event()
        self._done = threading.Event()
        self._write_lock = threading.Lock()

    def run(self, idle: Callable[[], None] | None) -> int:
        threading.Thread(target=self._listen, name="requests", daemon=True).start()
        while True:
            if idle is not None and self._requests.empty():
                idle()
            request = self._requests.get()
            if request is None:
                break
            self._answer(request)
        self._done.set()
        return 0

    def _listen(self) -> None:
        """Put requests in the queue and cancels in the set, until the parent closes the pipe."""
        frames = Frames()
        try:
            while data := os.read(self._incoming, 65536):
                for message in frames.feed(data):
                    if message.get("cancel"):
                        self._cancelled.add(message["id"])
                    else:
                        self._requests.put(message)
        except (OSError, ProtocolError) as error:
            sys.stderr.write(f"the pipe from the parent broke: {error}\n")
        self._closing.set()
        self._requests.put(None)
        if not self._done.wait(LEAVE_AFTER):
            os._exit(0)

    def _answer(self, request: dict[str, Any]) -> None:
        number: int = request["id"]

        def emit(event: dict[str, Any]) -> None:
            self._send({"id": number, "event": event})

        def cancelled() -> bool:
            return number in self._cancelled or self._closing.is_set()

        try:
            handler = self._operations[request["op"]]
            answer: dict[str, Any] = {"result": handler(request["arguments"], emit, cancelled)}
        except Cancelled:
            answer = {"cancelled": True}
        except KnownFault as error:
            fault = error.fault
            answer = {
                "fault": [fault.code, fault.what, fault.safe, fault.action, fault.details],
            }
        except Exception:  # noqa: BLE001  (a bug is reported whole to the parent, which logs it)
            answer = {"error": traceback.format_exc()[-20_000:]}
        self._cancelled.discard(number)
        try:
            self._send({"id": number, **answer})
        except ProtocolError as error:
            self._send({"id": number, "error": f"{request['op']} answered with {error}"})

    def _send(self, message: dict[str, Any]) -> None:
        """Write a message whole; when nobody reads any more, leave."""
        rest = memoryview(encode(message))
        with self._write_lock:
            try:
                while rest:
                    rest = rest[os.write(self._outgoing, rest) :]
            except OSError:
                os._exit(0)

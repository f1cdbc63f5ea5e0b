"""Looks after one request from a thread of its own: passes a cancel on, and kills what hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal, Self

from desktop_app.domain.cancel import CancelToken
from desktop_app.workers.child import Child

CANCEL_PATIENCE = 1.0
"""Seconds between a cancel and the kill of a worker that does not answer it."""

SILENCE = 30.0
"""Seconds without a message after which it is said that there was none."""


class Watch:
    """A context around one request. `verdict` says why it killed the child, if it did.

    The caller's thread only reads the pipe; whatever needs a clock happens here, asleep until needed.
    """

    def __init__(
        self,
        child: Child,
        number: int,
        cancel: CancelToken | None,
        timeout: float | None,
        on_silence: Callable[[int], None] | None = None,
    ) -> None:
        self.timeout = timeout
        self.verdict: Literal["", "cancelled", "timeout"] = ""
        self._child = child
        self._number = number
        self._cancel = cancel
        self._on_silence = on_silence
        self._wake = threading.Event()
        self._done = False
        self._stopping = False
        self._heard = time.monotonic()
        self._deadline = None if timeout is None else self._heard + timeout
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self._cancel is not None or self.timeout is not None or self._on_silence is not None:
            self._start()
        if self._cancel is not None:
            self._cancel.on_cancel(self.stop)
        return self

    def __exit__(self, *_: object) -> None:
        if self._cancel is not None:
            self._cancel.forget(self.stop)
        self._done = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def heard(self) -> None:
        """A message came."""
        self._heard = time.monotonic()

    def stop(self) -> None:
        """Ask the child to stop; never blocks."""
        self._stopping = True
        if self._thread is None:
            self._start()
        self._wake.set()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="request-watch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        told = self._heard
        while not self._done and not self._stopping:
            times = [] if self._deadline is None else [self._deadline]
            if self._on_silence is not None:
                times.append(max(told, self._heard) + SILENCE)
            self._wake.wait(max(0.0, min(times) - time.monotonic()) if times else None)
            if self._wake.is_set():
                continue
            now = time.monotonic()
            if self._deadline is not None and now >= self._deadline:
                self.verdict = "timeout"
                self._child.kill()
                return
            if self._on_silence is not None and now - max(told, self._heard) >= SILENCE:
                told = now
                self._on_silence(round(now - self._heard))
        if not self._done:
            self._hand_over()

    def _hand_over(self) -> None:
        """Send the cancel; kill the child when it neither takes nor answers it."""
        end = time.monotonic() + CANCEL_PATIENCE
        self._wake.clear()
        taken = self._child.send({"id": self._number, "cancel": True}, patience=CANCEL_PATIENCE)
        while taken and not self._done and time.monotonic() < end:
            self._wake.wait(max(0.0, end - time.monotonic()))
            self._wake.clear()
        if not self._done:
            self.verdict = "cancelled"
            self._child.kill()

"""Brings the events of an answer from their thread to the window, at most one delivery every 40 ms.

Pieces of text that arrive between two deliveries are joined, so 400 tokens cost some 20 repaints.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.domain.errors import Cancelled
from desktop_app.domain.events import Event, TokenArrived
from desktop_app.ui.tasks import Tasks

INTERVAL_MS = 40


class EventStream(QObject):
    """Runs one iterator of events in a lane.

    Signals, on the main thread:
        arrived: each event in order, neighbouring pieces of text joined.
        ended: after the last event, when the iterator ran out.
        failed: after the last event, the exception that ended it.
    """

    arrived = Signal(object)
    ended = Signal()
    failed = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._lock = threading.Lock()
        self._buffer: list[Event] = []
        self._last_delivery = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._deliver)

    def start(self, events: Callable[[], Iterator[Event]], lane: str) -> None:
        """Call `events` in `lane` and deliver what it yields."""
        self._tasks.run(lambda: self._pump(events)).then(self._end).failed(self._fail).lane(
            lane
        ).start(self)

    def _pump(self, events: Callable[[], Iterator[Event]]) -> None:
        with suppress(Cancelled):
            for event in events():
                self._keep(event)

    def _keep(self, event: Event) -> None:
        with self._lock:
            first = not self._buffer
            last = self._buffer[-1] if self._buffer else None
            if isinstance(event, TokenArrived) and isinstance(last, TokenArrived):
                self._buffer[-1] = TokenArrived(last.text + event.text)
            else:
                self._buffer.append(event)
        if first:
            self._tasks.post(self, self._schedule)

    def _schedule(self) -> None:
        passed = (time.monotonic() - self._last_delivery) * 1000
        if passed >= INTERVAL_MS:
            self._deliver()
        elif not self._timer.isActive():
            self._timer.start(int(INTERVAL_MS - passed) + 1)

    def _deliver(self) -> None:
        with self._lock:
            events, self._buffer = self._buffer, []
        if events:
            self._last_delivery = time.monotonic()
        for event in events:
            self.arrived.emit(event)

    def _end(self, _result: object) -> None:
        self._timer.stop()
        self._deliver()
        self.ended.emit()

    def _fail(self, error: Exception) -> None:
        self._timer.stop()
        self._deliver()
        self.failed.emit(error)

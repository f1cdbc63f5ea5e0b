"""Work that must not freeze the window: a function runs in a thread, its result arrives on the main thread.

    tasks.run(lambda: library.add(paths)).then(self._show_added).lane("library").start(self)

Work in one lane runs in order; lanes run side by side. An error that nobody asked for with `failed` is
announced by `Tasks.unhandled`, so it cannot be forgotten. A cancelled task says nothing.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import shiboken6
from PySide6.QtCore import QMetaMethod, QObject, Qt, Signal

from desktop_app.domain.errors import Cancelled

log = logging.getLogger(__name__)

Callback = Callable[[Any], object]


class Task:
    """One piece of work; nothing happens until `start`."""

    def __init__(self, tasks: Tasks, function: Callable[[], Any]) -> None:
        self._tasks = tasks
        self._function = function
        self._lane = "background"
        self._then: Callback | None = None
        self._failed: Callback | None = None
        self._owner: weakref.ref[QObject] | None = None

    def then(self, callback: Callback) -> Task:
        """Hand the result to `callback` on the main thread."""
        self._then = callback
        return self

    def failed(self, callback: Callback) -> Task:
        """Hand the exception to `callback` on the main thread, instead of to `Tasks.unhandled`."""
        self._failed = callback
        return self

    def lane(self, name: str) -> Task:
        """Queue behind the other work of this name."""
        self._lane = name
        return self

    def start(self, owner: QObject) -> Task:
        """Begin. When `owner` is gone by the time the work is done, its callbacks are not called."""
        self._owner = weakref.ref(owner)
        self._then = _released(self._then, owner)
        self._failed = _released(self._failed, owner)
        self._tasks._submit(self._lane, self._work)
        return self

    def _work(self) -> None:
        try:
            result = self._function()
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody must hear of it
            self._tasks._deliver(partial(self._fail, error))
        else:
            self._tasks._deliver(partial(self._succeed, result))

    def _succeed(self, result: Any) -> None:
        if self._then is not None and _alive(self._owner):
            self._then(result)

    def _fail(self, error: Exception) -> None:
        if self._failed is None:
            self._tasks._announce(error)
        elif _alive(self._owner):
            self._failed(error)


class Tasks(QObject):
    """Starts tasks and brings their results home. Lives as long as the window.

    Signals:
        unhandled: an exception that no task's `failed` took.
    """

    unhandled = Signal(object)
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._lanes: dict[str, deque[Callable[[], None]]] = {}
        self._threads: set[threading.Thread] = set()
        self._home: deque[Callable[[], None]] = deque()
        self._closed = False
        self._wake.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def run(self, function: Callable[[], Any]) -> Task:
        """Describe work; `start` begins it."""
        return Task(self, function)

    def post(self, owner: QObject, callback: Callable[[], object]) -> None:
        """Call `callback` on the main thread, from any thread, unless `owner` is gone by then."""
        reference = weakref.ref(owner)

        def call() -> None:
            if _alive(reference):
                callback()

        self._deliver(call)

    def close(self, timeout: float = 3.0) -> bool:
        """Drop what has not begun, wait for what has; True when every thread has ended.

        Results that come after this are not delivered. Running work is not interrupted: whoever
        started it cancels it first.
        """
        with self._lock:
            self._closed = True
            for waiting in self._lanes.values():
                waiting.clear()
            self._home.clear()
            threads = list(self._threads)
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _submit(self, lane: str, work: Callable[[], None]) -> None:
        with self._lock:
            if self._closed:
                return
            if lane in self._lanes:
                self._lanes[lane].append(work)
                return
            self._lanes[lane] = deque([work])
            thread = threading.Thread(
                target=self._run_lane, args=(lane,), name=f"task-{lane}", daemon=True
            )
            self._threads.add(thread)
        thread.start()

    def _run_lane(self, lane: str) -> None:
        """Work until the lane is empty; the thread then ends, so an idle window has none."""
        while True:
            with self._lock:
                waiting = self._lanes[lane]
                if not waiting:
                    del self._lanes[lane]
                    self._threads.discard(threading.current_thread())
                    return
                work = waiting.popleft()
            work()

    def _deliver(self, call: Callable[[], None]) -> None:
        with self._lock:
            if self._closed:
                return
            self._home.append(call)
            if len(self._home) == 1:
                self._wake.emit()

    def _drain(self) -> None:
        with self._lock:
            calls = list(self._home)
            self._home.clear()
        for call in calls:
            try:
                call()
            except Exception as error:  # noqa: BLE001 - one callback must not take the others along
                self._announce(error)

    def _announce(self, error: Exception) -> None:
        if self.isSignalConnected(QMetaMethod.fromSignal(self.unhandled)):
            self.unhandled.emit(error)
        else:
            log.error("nobody heard of a failed task", exc_info=error)


def _alive(reference: weakref.ref[QObject] | None) -> bool:
    owner = reference() if reference is not None else None
    return owner is not None and shiboken6.isValid(owner)


def _released(callback: Callback | None, owner: QObject) -> Callback | None:
    """The callback without its hold on `owner`, so that waiting work keeps no closed window alive."""
    if callback is None or getattr(callback, "__self__", None) is not owner:
        return callback
    method = weakref.WeakMethod(callback)

    def call(value: Any) -> None:
        bound = method()
        if bound is not None:
            bound(value)

    return call

"""Silence is tested: what a test logs, leaves running or leaves open beyond its end fails it.

Each guard looks before the test and after its fixtures are gone. What a fixture of wider scope keeps for
several tests (a loaded model, say) must be started by that fixture, not by the first test that uses it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import signal
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

GRACE_SECONDS = 2.0
"""How long things may take to end after the test did."""

_STARTED_AT: weakref.WeakKeyDictionary[threading.Thread, list[str]] = weakref.WeakKeyDictionary()

TOLERATED_CHILDREN = (
    "multiprocessing.resource_tracker",
)  # Python's own; one a process, kept for good


class Expectations:
    """The log records of level WARNING and above that a test is about. Call it with a pattern.

    A pattern (regular expression, searched in "logger: message") that nothing matches fails the test too.
    """

    def __init__(self) -> None:
        self._patterns: dict[str, int] = {}

    def __call__(self, pattern: str, *, required: bool = True) -> None:
        """Expect records matching `pattern`; at least one, unless not `required`."""
        self._patterns[pattern] = 0 if required else 1

    def takes(self, text: str) -> bool:
        """Whether a record was expected; counts it."""
        found = [pattern for pattern in self._patterns if re.search(pattern, text)]
        for pattern in found:
            self._patterns[pattern] += 1
        return bool(found)

    def missing(self) -> list[str]:
        """Patterns that no record matched."""
        return [pattern for pattern, count in self._patterns.items() if not count]


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def watch_logs(expected: Expectations) -> Iterator[list[str]]:
    """Yield a list that is filled, at the end, with the complaints about log records."""
    collector, complaints = _Collector(), list[str]()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield complaints
    finally:
        root.removeHandler(collector)
        for record in collector.records:
            text = f"{record.name}: {record.getMessage()}"
            if not expected.takes(text):
                complaints.append(f"logged {record.levelname} {text}")
        complaints += [
            f"expected a log record matching {pattern!r}" for pattern in expected.missing()
        ]


def remember_where_threads_start() -> None:
    """Wrap `Thread.start` so that a leftover thread can say where it came from."""
    original = threading.Thread.start

    def start(self: threading.Thread) -> None:
        _STARTED_AT[self] = traceback.format_stack(limit=9)[:-1]
        original(self)

    threading.Thread.start = start  # type: ignore[method-assign]


def _threads() -> set[threading.Thread]:
    # Threads that Qt or a C library made show as dummies; Python 3.11 lists those even when they are gone.
    return {t for t in threading.enumerate() if not isinstance(t, threading._DummyThread)}


def _describe_thread(thread: threading.Thread) -> str:
    where = "".join(_STARTED_AT.get(thread, ["  (not known)\n"])[-5:])
    kind = "daemon thread" if thread.daemon else "thread"
    return f"left {kind} {thread.name!r} running, started at\n{where}"


def _children() -> set[int]:
    """Process ids of all descendants. Linux lists them cheaply; elsewhere every process is looked at."""
    if sys.platform != "linux":
        return {child.pid for child in psutil.Process().children(recursive=True)}
    found: set[int] = set()
    waiting = [os.getpid()]
    while waiting:
        for listing in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                fresh = set(map(int, listing.read_text().split())) - found
                found |= fresh
                waiting += fresh
    return found


def _describe_child(number: int) -> str:
    """The complaint about a child process; empty when it is gone or tolerated."""
    try:
        child = psutil.Process(number)
        words, status = " ".join(child.cmdline()), child.status()
    except psutil.Error:
        return ""
    if any(word in words for word in TOLERATED_CHILDREN):
        return ""
    if status == psutil.STATUS_ZOMBIE:
        return f"child process {child.pid} has ended and nobody waited for it"
    return f"left child process {child.pid} running: {words[:200]}"


def _open_sockets() -> set[str]:
    """The socket files of this process, of any kind; empty where they cannot be listed cheaply."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):  # the descriptor of this very listing
                found.add(os.readlink(f"/proc/self/fd/{name}"))
    return {name for name in found if name.startswith("socket:")}


def _sockets() -> set[tuple[object, ...]]:
    """The network sockets of this process; looking costs milliseconds."""
    connections = psutil.Process().net_connections(kind="inet")
    return {(c.fd, c.laddr, c.raddr, c.status) for c in connections}


def _gone(look: Callable[[], Iterable[object]]) -> bool:
    """Whether `look` finds nothing within the grace time."""
    end = time.monotonic() + GRACE_SECONDS
    while any(True for _ in look()):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@contextmanager
def watch_leftovers() -> Iterator[list[str]]:
    """Yield a list that is filled, at the end, with what was left running or open."""
    complaints: list[str] = []
    threads, children, sockets = _threads(), _children(), _open_sockets()
    try:
        yield complaints
    finally:
        if not _gone(lambda: _threads() - threads):
            complaints += map(_describe_thread, _threads() - threads)
        if not _gone(lambda: filter(_describe_child, _children() - children)):
            left = _children() - children
            complaints += filter(None, map(_describe_child, left))
            for number in left:  # so that only this test fails for it
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGTERM)
        if _open_sockets() - sockets and not _gone(_sockets):
            complaints += [f"left socket {socket} open" for socket in _sockets()]

"""Where errors end that nobody caught: one log line with the traceback, one notice, never a dead window.

Python prints an exception in a slot and goes on; so do threads. All of them, and Qt's own messages, come
here. What comes again and again is logged once in ten seconds, with a count (GU14).
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger(__name__)
qt_log = logging.getLogger("qt")

QUIET_SECONDS = 10.0
KEYS_LIMIT = 1000

LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class RateLimit:
    """Lets a key through once in `seconds`, and says how many were held back meanwhile."""

    def __init__(
        self, seconds: float = QUIET_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._seen: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def allows(self, key: str) -> int | None:
        """None when `key` came a moment ago; else how many like it were held back before."""
        with self._lock:
            now = self._clock()
            if len(self._seen) > KEYS_LIMIT:
                self._seen.clear()
            last, held = self._seen.get(key, (now - self._seconds, 0))
            if now - last < self._seconds:
                self._seen[key] = last, held + 1
                return None
            self._seen[key] = now, 0
            return held


class Handlers:
    """Installs itself as the last resort of Python, its threads and Qt. `restore` puts back what was."""

    def __init__(self, announce: Callable[[BaseException], object]) -> None:
        """`announce` hears each exception that is not held back, in the thread in which it happened."""
        self._announce = announce
        self._limit = RateLimit()
        self._busy = threading.local()
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread
        self._qt_before = qInstallMessageHandler(self._qt_message)

    def restore(self) -> None:
        """Put back the handlers that were there."""
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(self._qt_before)

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        self._take(error, trace)

    def _uncaught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._take(arguments.exc_value, arguments.exc_traceback)

    def _take(self, error: BaseException, trace: TracebackType | None) -> None:
        last = trace
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else ""
        held = self._limit.allows(f"{type(error).__name__} {place}")
        if held is None or getattr(self._busy, "inside", False):
            return
        if held:
            log.error("%d more like the following", held)
        # an error while announcing an error ends here
        self._busy.inside = True
        try:
            self._announce(error)
        except Exception:
            log.exception("an error could not be shown")
        finally:
            self._busy.inside = False

    def _qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        held = self._limit.allows(f"qt {message}")
        if held is not None:
            level = LEVELS.get(kind, logging.WARNING)
            qt_log.log(level, "%s", message.replace("\n", "\\n"))

"""The last resort: errors in slots and threads, and Qt's own messages, reach one place, rate-limited."""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer, QtMsgType, qInstallMessageHandler

from desktop_app.ui.handlers import Handlers, RateLimit


@pytest.fixture
def heard() -> list[BaseException]:
    return []


@pytest.fixture
def handlers(heard, qapp) -> Iterator[Handlers]:
    before = sys.excepthook, threading.excepthook
    made = Handlers(heard.append)
    yield made
    made.restore()
    assert (sys.excepthook, threading.excepthook) == before


def boom() -> None:
    raise ValueError("boom")


def raise_it() -> None:
    try:
        boom()
    except ValueError:
        sys.excepthook(*sys.exc_info())


def test_an_uncaught_exception_is_announced_once_in_a_while(handlers, heard, expect_log):
    for _ in range(100):
        raise_it()
    assert [str(error) for error in heard] == ["boom"]


def test_a_thread_that_dies_is_announced(handlers, heard):
    thread = threading.Thread(target=boom)
    thread.start()
    thread.join()
    assert [str(error) for error in heard] == ["boom"]


def test_an_error_while_announcing_ends_there(qapp, expect_log):
    expect_log("could not be shown")

    def fails(error: BaseException) -> None:
        raise RuntimeError("no bar")

    made = Handlers(fails)
    raise_it()
    made.restore()


def test_ctrl_c_is_not_an_error(handlers, heard):
    passed = []
    before, handlers._before = handlers._before, (lambda *told: passed.append(told[0]), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    handlers._before = before
    assert heard == []
    assert passed == [KeyboardInterrupt]


def test_an_exception_in_a_slot_is_announced(handlers, heard, qtbot):
    QTimer.singleShot(0, boom)
    qtbot.waitUntil(lambda: len(heard) == 1)


def test_qt_messages_are_logged_on_one_line_and_once(handlers, expect_log):
    expect_log("qt: first\\\\nsecond")
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logging.getLogger("qt").addHandler(handler)
    for _ in range(5):
        handlers._qt_message(QtMsgType.QtWarningMsg, None, "first\nsecond")
    logging.getLogger("qt").removeHandler(handler)
    assert len(records) == 1


def test_what_was_there_is_put_back(qapp, heard):
    seen = []
    before = qInstallMessageHandler(lambda *message: seen.append(message))
    Handlers(heard.append).restore()
    now = qInstallMessageHandler(before)
    now(QtMsgType.QtDebugMsg, None, "still here")
    assert len(seen) == 1


def test_the_rate_limit_counts_what_it_holds_back():
    now = [0.0]
    limit = RateLimit(10, clock=lambda: now[0])
    assert limit.allows("a") == 0
    assert limit.allows("a") is None
    assert limit.allows("b") == 0
    now[0] = 11
    assert limit.allows("a") == 1
    assert limit.allows("a") is None

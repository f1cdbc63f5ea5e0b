"""Background work: results come home on the main thread, errors are heard, closing joins every thread."""

from __future__ import annotations

import gc
import threading

import pytest
import shiboken6
from PySide6.QtCore import QObject

from desktop_app.domain.errors import Cancelled, KnownFault


@pytest.fixture
def owner(qapp):
    return QObject()


class Listener(QObject):
    """Counts what it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []

    def hear(self, value: object) -> None:
        self.heard.append(value)


def test_result_arrives_on_the_main_thread(tasks, owner, qtbot):
    heard = []
    tasks.run(threading.current_thread).then(
        lambda worker: heard.append((worker, threading.current_thread()))
    ).start(owner)
    qtbot.waitUntil(lambda: len(heard) == 1)
    worker, home = heard[0]
    assert home is threading.main_thread()
    assert worker is not home


def test_nothing_happens_before_start(tasks, qtbot):
    ran = []
    tasks.run(lambda: ran.append(1)).then(ran.append)
    qtbot.wait(20)
    assert ran == []


def test_one_lane_runs_in_order(tasks, owner, qtbot):
    heard = []
    for number in range(50):
        tasks.run(lambda number=number: number).then(heard.append).lane("store").start(owner)
    qtbot.waitUntil(lambda: len(heard) == 50)
    assert heard == list(range(50))


def test_lanes_run_side_by_side(tasks, owner, qtbot):
    meeting = threading.Barrier(2, timeout=5)
    heard = []
    for lane in ("one", "two"):
        tasks.run(meeting.wait).then(heard.append).lane(lane).start(owner)
    qtbot.waitUntil(lambda: len(heard) == 2)


def test_idle_lanes_leave_no_thread(tasks, owner, qtbot):
    before = threading.active_count()
    heard = []
    tasks.run(lambda: 1).then(heard.append).lane("brief").start(owner)
    qtbot.waitUntil(lambda: heard == [1] and threading.active_count() == before)


def test_failed_hears_the_exception_and_unhandled_does_not(tasks, owner, qtbot):
    failures, announced = [], []
    tasks.unhandled.connect(announced.append)
    fault = KnownFault("XX1", "It broke.")

    def work():
        raise fault

    tasks.run(work).failed(failures.append).start(owner)
    qtbot.waitUntil(lambda: failures == [fault])
    assert announced == []


def test_an_error_without_failed_is_announced(tasks, owner, qtbot):
    with qtbot.waitSignal(tasks.unhandled) as announced:
        tasks.run(lambda: 1 / 0).start(owner)
    assert isinstance(announced.args[0], ZeroDivisionError)


def test_an_error_nobody_listens_for_is_logged(tasks, owner, qtbot, expect_log):
    expect_log("nobody heard of a failed task")
    done = []
    tasks.run(lambda: 1 / 0).start(owner)
    tasks.run(lambda: 1).then(done.append).start(owner)
    qtbot.waitUntil(lambda: done == [1])


def test_a_failing_callback_is_announced_and_others_still_run(tasks, owner, qtbot):
    announced, heard = [], []
    tasks.unhandled.connect(announced.append)
    tasks.run(lambda: 0).then(lambda zero: 1 / zero).start(owner)
    tasks.run(lambda: 1).then(heard.append).start(owner)
    qtbot.waitUntil(lambda: heard == [1])
    assert [type(error) for error in announced] == [ZeroDivisionError]


def test_cancelled_says_nothing(tasks, owner, qtbot):
    heard = []

    def work():
        raise Cancelled

    tasks.unhandled.connect(heard.append)
    tasks.run(work).then(heard.append).failed(heard.append).start(owner)
    tasks.run(lambda: "after").then(heard.append).start(owner)
    qtbot.waitUntil(lambda: heard == ["after"])


def test_gu16_a_deleted_owner_is_not_called(tasks, owner, qtbot):
    gate, listener, after = threading.Event(), Listener(), []
    tasks.run(lambda: gate.wait(5)).then(listener.hear).start(listener)
    shiboken6.delete(listener)
    gate.set()
    tasks.run(lambda: 1).then(after.append).start(owner)
    qtbot.waitUntil(lambda: after == [1])
    assert listener.heard == []


def test_gu16_waiting_work_keeps_no_owner_alive(tasks, owner, qtbot):
    gate, gone, after = threading.Event(), [], []
    listener = Listener()
    listener.destroyed.connect(lambda: gone.append(True))
    tasks.run(lambda: gate.wait(5)).then(listener.hear).failed(listener.hear).start(listener)
    del listener
    gc.collect()
    assert gone == [True]
    gate.set()
    tasks.run(lambda: 1).then(after.append).start(owner)
    qtbot.waitUntil(lambda: after == [1])


def test_post_reaches_the_main_thread_unless_the_owner_is_gone(tasks, owner, qtbot):
    heard, lost = [], Listener()

    def post():
        tasks.post(owner, lambda: heard.append(threading.current_thread()))
        tasks.post(lost, lambda: heard.append("lost"))

    thread = threading.Thread(target=post)
    thread.start()
    thread.join()
    shiboken6.delete(lost)
    qtbot.waitUntil(lambda: heard == [threading.main_thread()])


def test_close_waits_for_running_work_and_drops_the_rest(tasks, owner, qtbot):
    gate, ran, heard = threading.Event(), [], []
    started = threading.Event()

    def first():
        started.set()
        gate.wait(5)
        ran.append("first")

    tasks.run(first).then(heard.append).lane("one").start(owner)
    tasks.run(lambda: ran.append("second")).lane("one").start(owner)
    assert started.wait(5)
    assert not tasks.close(timeout=0.01)
    gate.set()
    assert tasks.close()
    tasks.run(lambda: ran.append("third")).start(owner)
    qtbot.wait(20)
    assert ran == ["first"]
    assert heard == []

"""Events of an answer: in order, joined, on the main thread, and the end is always heard."""

from __future__ import annotations

import threading
import time

import pytest
import shiboken6

from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.events import TokenArrived, TurnAsked, TurnSaved, Waiting
from desktop_app.ui.stream import EventStream


@pytest.fixture
def stream(tasks):
    return EventStream(tasks)


def collect(stream):
    heard = []
    stream.arrived.connect(heard.append)
    stream.ended.connect(lambda: heard.append("ended"))
    stream.failed.connect(heard.append)
    return heard


def test_events_come_in_order_and_then_the_end(stream, qtbot):
    heard = collect(stream)
    events = [TurnAsked(1, 2, 3), Waiting(1), TokenArrived("a"), TurnSaved(3)]
    with qtbot.waitSignal(stream.ended):
        stream.start(lambda: iter(events), "answer")
    assert heard == [*events, "ended"]


def test_neighbouring_text_is_joined_but_never_across_another_event(stream, qtbot):
    heard = collect(stream)
    events = [TokenArrived("a"), TokenArrived("b"), Waiting(1), TokenArrived("c")]
    with qtbot.waitSignal(stream.ended):
        stream.start(lambda: iter(events), "answer")
    texts = [event.text for event in heard if isinstance(event, TokenArrived)]
    assert "".join(texts) == "abc"
    assert texts[-1] == "c"
    assert heard.index(Waiting(1)) < heard.index(TokenArrived("c"))


def test_gu9_four_hundred_tokens_cost_few_deliveries(stream, qtbot, monkeypatch):
    monkeypatch.setattr("desktop_app.ui.stream.INTERVAL_MS", 60_000)
    heard = collect(stream)

    def events():
        for number in range(400):
            time.sleep(0.001)
            yield TokenArrived(f"{number} ")

    with qtbot.waitSignal(stream.ended, timeout=10_000):
        stream.start(events, "answer")
    pieces = [event for event in heard if isinstance(event, TokenArrived)]
    assert "".join(piece.text for piece in pieces) == "".join(f"{n} " for n in range(400))
    assert len(pieces) == 2  # the first at once, the rest when the answer ends


def test_delivery_is_on_the_main_thread(stream, qtbot):
    where = []
    stream.arrived.connect(lambda _event: where.append(threading.current_thread()))
    with qtbot.waitSignal(stream.ended):
        stream.start(lambda: iter([Waiting(1)]), "answer")
    assert where == [threading.main_thread()]


def test_a_failure_is_heard_after_what_came_before_it(stream, qtbot):
    heard = collect(stream)
    fault = KnownFault("EN1", "The engine stopped.")

    def events():
        yield TokenArrived("partial")
        raise fault

    with qtbot.waitSignal(stream.failed):
        stream.start(events, "answer")
    assert heard == [TokenArrived("partial"), fault]


def test_cancelled_is_an_end_and_no_failure(stream, qtbot):
    heard = collect(stream)

    def events():
        yield TokenArrived("partial")
        raise Cancelled

    with qtbot.waitSignal(stream.ended):
        stream.start(events, "answer")
    assert heard == [TokenArrived("partial"), "ended"]


def test_gu16_a_stream_deleted_while_it_runs_stays_silent(tasks, qtbot):
    stream, gate, going = EventStream(tasks), threading.Event(), threading.Event()

    def events():
        yield TokenArrived("a")
        going.set()
        gate.wait(5)
        yield Waiting(1)

    stream.start(events, "answer")
    assert going.wait(5)
    shiboken6.delete(stream)
    gate.set()
    qtbot.wait(60)

"""A line: one is served, the others know their place and may leave."""

from __future__ import annotations

import threading

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled
from desktop_app.workers.line import Line


def test_one_after_the_other_in_order() -> None:
    line = Line()
    served: list[int] = []
    arrived = threading.Semaphore(0)

    def go(number: int) -> None:
        with line.turn(on_wait=lambda _: arrived.release()):
            served.append(number)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(5)]
    with line.turn():
        for thread in threads:
            thread.start()
            assert arrived.acquire(timeout=5)
        assert line.waiting == 5
    for thread in threads:
        thread.join(5)
    assert served == [0, 1, 2, 3, 4]
    assert line.waiting == 0


def test_who_is_cancelled_leaves_and_the_next_moves_up() -> None:
    line = Line()
    token = CancelToken()
    places: list[int] = []
    moved = threading.Event()

    def second() -> None:
        with pytest.raises(Cancelled), line.turn(token, lambda _: first_waits.set()):
            raise AssertionError("it was cancelled")

    def third() -> None:
        def hear(place: int) -> None:
            places.append(place)
            moved.set()

        with line.turn(on_wait=hear):
            pass

    first_waits = threading.Event()
    threads = [threading.Thread(target=second), threading.Thread(target=third)]
    with line.turn():
        threads[0].start()
        assert first_waits.wait(5)
        threads[1].start()
        assert moved.wait(5)
        moved.clear()
        token.cancel()
        assert moved.wait(5)
    for thread in threads:
        thread.join(5)
    assert places == [2, 1]


def test_a_closed_line_serves_nobody() -> None:
    line = Line()
    with line.turn():
        line.close()
        assert not line.drain(0.01)
    assert line.drain(1)
    with pytest.raises(Cancelled), line.turn():
        raise AssertionError("it was closed")

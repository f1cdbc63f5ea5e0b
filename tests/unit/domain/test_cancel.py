"""A cancel is seen at once, tells each callback once, and is never taken back."""

from __future__ import annotations

import threading

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled


def test_a_new_token_is_not_cancelled():
    token = CancelToken()
    assert not token.cancelled
    assert not token.wait(0)
    token.raise_if_cancelled()


def test_cancelling_tells_every_callback_once():
    token, heard = CancelToken(), list[int]()
    token.on_cancel(lambda: heard.append(1))
    token.on_cancel(lambda: heard.append(2))
    token.cancel()
    token.cancel()
    assert heard == [1, 2]
    assert token.cancelled
    assert token.wait(10)
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_a_late_callback_is_called_at_once():
    token, heard = CancelToken(), list[int]()
    token.cancel()
    token.on_cancel(lambda: heard.append(1))
    assert heard == [1]


def test_a_forgotten_callback_is_not_called():
    token, heard = CancelToken(), list[int]()

    def callback() -> None:
        heard.append(1)

    token.on_cancel(callback)
    token.forget(callback)
    token.forget(callback)
    token.cancel()
    assert heard == []


def test_a_callback_may_look_at_its_token():
    token, seen = CancelToken(), list[bool]()
    token.on_cancel(lambda: seen.append(token.cancelled))
    token.on_cancel(lambda: token.forget(print))
    token.cancel()
    assert seen == [True]


def test_a_waiting_thread_wakes_up():
    token, woken = CancelToken(), list[bool]()
    thread = threading.Thread(target=lambda: woken.append(token.wait(30)))
    thread.start()
    token.cancel()
    thread.join(10)
    assert woken == [True]

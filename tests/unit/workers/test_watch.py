"""The watch over one request: passes a cancel on, kills what hangs, says when nothing is heard."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.workers import watch
from desktop_app.workers.watch import Watch


class Child:
    """Takes messages as long as it is willing."""

    def __init__(self, willing: bool = True) -> None:
        self.willing = willing
        self.sent: list[dict[str, Any]] = []
        self.killed = threading.Event()

    def send(self, message: dict[str, Any], patience: float = -1) -> bool:
        self.sent.append(message)
        return self.willing

    def kill(self) -> None:
        self.killed.set()


def test_a_request_that_ends_is_left_alone() -> None:
    child, token = Child(), CancelToken()
    with Watch(child, 1, token, 60) as looking:
        looking.heard()
    token.cancel()
    assert (child.sent, child.killed.is_set(), looking.verdict) == ([], False, "")


def test_a_cancel_is_passed_on_and_answered() -> None:
    child, token = Child(), CancelToken()
    with Watch(child, 7, token, None) as looking:
        token.cancel()
        end = time.monotonic() + 10
        while not child.sent and time.monotonic() < end:
            time.sleep(0.005)
    assert child.sent == [{"id": 7, "cancel": True}]
    assert looking.verdict == ""


@pytest.mark.parametrize("willing", [True, False])
def test_a_cancel_that_is_not_answered_kills(monkeypatch, willing: bool) -> None:
    monkeypatch.setattr(watch, "CANCEL_PATIENCE", 0.05)
    child = Child(willing)
    with Watch(child, 1, None, None) as looking:
        looking.stop()
        assert child.killed.wait(10)
    assert looking.verdict == "cancelled"


def test_a_timeout_kills() -> None:
    child = Child()
    with Watch(child, 1, None, 0.05) as looking:
        assert child.killed.wait(10)
    assert looking.verdict == "timeout"


def test_silence_is_said_again_and_again(monkeypatch) -> None:
    monkeypatch.setattr(watch, "SILENCE", 0.02)
    said: list[int] = []
    twice = threading.Event()

    def hear(seconds: int) -> None:
        said.append(seconds)
        if len(said) == 2:
            twice.set()

    with Watch(Child(), 1, None, None, hear):
        assert twice.wait(10)

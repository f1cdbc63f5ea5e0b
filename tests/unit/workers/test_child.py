"""One process and its pipe: messages there and back, its end, its outcome."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.child import Child, worker_command, worker_environment
from desktop_app.workers.outcome import WorkerOutcome
from desktop_app.workers.wire import ProtocolError

PROGRAM = Path(__file__).parents[2] / "support" / "worker_child.py"
COMMAND = [sys.executable, "-P", str(PROGRAM)]


@pytest.fixture
def ended() -> list[WorkerOutcome]:
    return []


@pytest.fixture
def child(ended: list[WorkerOutcome]) -> Iterator[Child]:
    made = Child("test", COMMAND, worker_environment(), lambda _child, how: ended.append(how))
    yield made
    made.kill()
    made.release()


def ask(child: Child, op: str, **arguments: object) -> dict[str, object] | None:
    assert child.send({"id": 1, "op": op, "arguments": arguments})
    return child.receive()


def test_messages(child: Child) -> None:
    assert ask(child, "echo", word="grüße") == {
        "id": 1,
        "result": {"arguments": {"word": "grüße"}},
    }
    assert child.alive
    assert child.memory > 1_000_000


def test_leaves_when_asked(child: Child, ended: list[WorkerOutcome]) -> None:
    ask(child, "echo")
    child.leave(5)
    assert child.release() == ended[0]
    assert not child.alive
    assert child.memory == 0
    assert child.receive() is None
    assert not child.send({"id": 2, "op": "echo", "arguments": {}})


def test_a_death_is_told(child: Child, ended: list[WorkerOutcome]) -> None:
    assert ask(child, "die", signal=int(signal.SIGSEGV)) == {"id": 1, "event": {"last": "word"}}
    assert child.receive() is None
    assert "signal 11" in str(child.release())
    assert ended[0].last_lines[0] == "GGML_ASSERT(n_tokens > 0) failed"


def test_garbage_is_no_message(child: Child) -> None:
    assert child.send({"id": 1, "op": "write", "arguments": {"text": "no json\n"}})
    with pytest.raises(ProtocolError):
        child.receive()


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(KnownFault) as caught:
        Child("llm", ["/absent/program"], worker_environment(), lambda *_: None)
    assert caught.value.fault.code == "EN1"
    assert "could not be started" in caught.value.fault.what


def test_the_command_cannot_be_shadowed_by_the_working_folder() -> None:
    assert worker_command("read")[1:] == ["-P", "-m", "desktop_app", "--worker", "read"]
    assert worker_environment({"EXTRA": "1"})["EXTRA"] == "1"

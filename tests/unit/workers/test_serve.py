"""The worker's side of the pipe, spoken to by hand."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator

import pytest

from desktop_app.workers.child import worker_environment
from tests.unit.workers.test_child import COMMAND

PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@pytest.fixture
def worker() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(COMMAND, text=True, env=worker_environment(), **PIPES) as made:
        yield made
        made.kill()


def tell(worker: subprocess.Popen[str], **message: object) -> None:
    worker.stdin.write(json.dumps(message) + "\n")
    worker.stdin.flush()


def hear(worker: subprocess.Popen[str]) -> dict[str, object]:
    return json.loads(worker.stdout.readline())


def test_events_then_the_result(worker) -> None:
    tell(worker, id=5, op="echo", arguments={"events": 2})
    assert [hear(worker) for _ in range(3)] == [
        {"id": 5, "event": {"number": 0}},
        {"id": 5, "event": {"number": 1}},
        {"id": 5, "result": {"arguments": {"events": 2}}},
    ]


def test_a_cancel_is_seen_while_a_request_runs(worker) -> None:
    tell(worker, id=1, op="wait", arguments={})
    assert hear(worker) == {"id": 1, "event": {"started": True}}
    tell(worker, id=1, cancel=True)
    assert hear(worker) == {"id": 1, "cancelled": True}


def test_faults_and_bugs_are_told_apart(worker) -> None:
    tell(worker, id=1, op="fault", arguments={})
    assert hear(worker) == {
        "id": 1,
        "fault": ["MF2", "Not a model file.", "All is well.", "Go on.", "x"],
    }
    tell(worker, id=2, op="bug", arguments={})
    assert "ZeroDivisionError" in str(hear(worker)["error"])
    tell(worker, id=3, op="absent", arguments={})
    assert "KeyError" in str(hear(worker)["error"])


def test_idle_work_is_done_when_nobody_waits(worker) -> None:
    tell(worker, id=1, op="echo", arguments={})
    before = hear(worker)
    tell(worker, id=2, op="idles", arguments={})
    assert before["id"] == 1
    time.sleep(0.2)  # nobody waits now: the moment for idle work
    assert int(hear(worker)["result"]["count"]) >= 1


def test_leaves_when_the_pipe_closes(worker) -> None:
    tell(worker, id=1, op="sleep", arguments={"seconds": 60})
    assert hear(worker) == {"id": 1, "event": {"started": True}}
    worker.stdin.close()
    assert worker.wait(10) == 0


def test_a_broken_pipe_is_told_on_stderr(worker) -> None:
    worker.stdin.write("no json\n")
    worker.stdin.flush()
    assert worker.wait(10) == 0
    assert "the pipe from the parent broke" in worker.stderr.read()

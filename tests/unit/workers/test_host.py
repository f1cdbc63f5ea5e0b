"""The host of a worker: one request at a time, every death survived and told in a sentence."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers import watch
from desktop_app.workers.host import WorkerHost, WorkerOutcome
from tests.support import worker_child

COMMAND = [sys.executable, "-P", str(Path(worker_child.__file__))]


class Started(WorkerHost):
    """A host that remembers how its processes ended."""

    def __init__(self, **options) -> None:
        self.outcomes: list[WorkerOutcome] = []
        options.setdefault("command", COMMAND)
        super().__init__("llm", on_outcome=self.outcomes.append, **options)


@pytest.fixture
def host() -> Iterator[Started]:
    host = Started()
    yield host
    host.close()


def cancelled_after(seconds: float) -> CancelToken:
    token = CancelToken()
    timer = threading.Timer(seconds, token.cancel)
    timer.daemon = True
    timer.start()
    return token


def test_nothing_runs_before_the_first_request(host) -> None:
    assert (host.alive, host.pid, host.memory, host.starts) == (False, None, 0, 0)
    assert host.call("echo", {"a": "ä🌙\n"}) == {"arguments": {"a": "ä🌙\n"}}
    assert host.alive
    assert host.pid
    assert host.memory > 1_000_000
    assert host.starts == 1


def test_events_come_before_the_result_in_order(host) -> None:
    events: list[dict] = []
    host.call("echo", {"events": 500}, on_event=events.append)
    assert events == [{"number": number} for number in range(500)]


def test_what_a_handler_raises_comes_across(host, expect_log) -> None:
    with pytest.raises(KnownFault) as caught:
        host.call("fault", {})
    fault = caught.value.fault
    assert (fault.code, fault.what, fault.safe, fault.action, fault.details) == (
        "MF2",
        "Not a model file.",
        "All is well.",
        "Go on.",
        "x",
    )
    expect_log("ZeroDivisionError")
    with pytest.raises(KnownFault, match="not foreseen") as caught:
        host.call("bug", {})
    assert "ZeroDivisionError" in caught.value.fault.details
    assert host.starts == 1


def test_an_unknown_operation_and_an_answer_too_long_are_bugs_not_deaths(host, expect_log) -> None:
    expect_log("KeyError")
    expect_log("the limit is")
    for op in ("no such thing", "huge"):
        with pytest.raises(KnownFault, match="not foreseen"):
            host.call(op, {})
    assert host.starts == 1


def test_a_request_too_long_is_refused_in_a_sentence(host) -> None:
    with pytest.raises(KnownFault, match="too long to be handed"):
        host.call("echo", {"text": "x" * 17_000_000})
    assert host.call("echo", {}) == {"arguments": {}}


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (signal.SIGSEGV, r"The engine stopped \(signal 11, SIGSEGV\)"),
        (signal.SIGABRT, r"The engine stopped \(signal 6, SIGABRT\)"),
        (signal.SIGILL, r"does not suit this processor"),
        (signal.SIGBUS, r"file it was reading changed"),
        (signal.SIGKILL, r"lack of memory \(signal 9\)"),
    ],
)
def test_a_death_is_told_and_survived(host, expect_log, number, sentence) -> None:
    """EN1, EN2, EN3, MF13, ME3."""
    expect_log(sentence)
    events: list[dict] = []
    with pytest.raises(KnownFault, match=sentence) as caught:
        host.call("die", {"signal": number}, on_event=events.append)
    assert caught.value.fault.code == "EN1"
    assert "GGML_ASSERT" in caught.value.fault.details
    assert events == [{"last": "word"}]
    assert [outcome.status for outcome in host.outcomes] == [-number]
    assert host.call("echo", {}) == {"arguments": {}}
    assert host.starts == 2


def test_an_exit_is_a_death_too(host, expect_log) -> None:
    expect_log("exit status 7")
    with pytest.raises(KnownFault, match=r"stopped by itself \(exit status 7\)"):
        host.call("leave", {"status": 7})


def test_a_program_that_is_no_worker(expect_log) -> None:
    expect_log("exit status 3")
    host = Started(command=[*COMMAND, "--no-serving"])
    with pytest.raises(KnownFault, match="exit status 3"):
        host.call("echo", {})
    host.close()


def test_a_program_that_is_not_there() -> None:
    host = Started(command=["/no/such/program"])
    with pytest.raises(KnownFault, match="could not be started"):
        host.call("echo", {})
    host.close()


def test_a_death_between_requests_is_heard_of_and_mended(host, expect_log) -> None:
    expect_log("lack of memory")
    host.call("echo", {})
    os.kill(host.pid, signal.SIGKILL)
    end = time.monotonic() + 5
    while not host.outcomes and time.monotonic() < end:
        time.sleep(0.01)
    assert [outcome.asked for outcome in host.outcomes] == [False]
    assert (host.alive, host.pid, host.memory) == (False, None, 0)
    assert host.call("echo", {}) == {"arguments": {}}


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("ggml: some print\n", 1),
        ('{"id": 1, "resu\n', 1),
        ("[1, 2]\n", 1),
        ('{"id": 999, "result": {}}\n', 1),
        ("x" * 50_000, 1000),
    ],
    ids=["print", "partial", "list", "stranger", "50 MB"],
)
def test_garbage_in_the_pipe_ends_the_child_once(host, text, times) -> None:
    """EN7."""
    before = psutil.Process().memory_info().rss
    with pytest.raises(KnownFault, match="no message") as caught:
        host.call("write", {"text": text, "times": times})
    assert caught.value.fault.code == "EN7"
    assert psutil.Process().memory_info().rss - before < 100_000_000
    assert host.call("echo", {}) == {"arguments": {}}


def test_native_prints_and_programs_do_not_reach_the_pipe(host) -> None:
    assert host.call("noise", {}) == {}
    host.close()
    assert len(host.outcomes[0].last_lines) <= 40


def test_a_cancel_reaches_the_handler(host) -> None:
    token = cancelled_after(0.1)
    with pytest.raises(Cancelled):
        host.call("wait", {}, cancel=token)
    assert host.alive  # it answered, and was not ended


def test_a_cancel_before_the_request_is_seen_at_once(host) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        host.call("wait", {}, cancel=token)


def test_a_cancel_without_an_answer_ends_the_child_after_a_second(host) -> None:
    """EN5, EN6."""
    token = cancelled_after(0.1)
    with pytest.raises(Cancelled):
        host.call("sleep", {"seconds": 600}, cancel=token)
    assert [outcome.asked for outcome in host.outcomes] == [True]
    assert host.call("echo", {}) == {"arguments": {}}


def test_a_child_that_is_frozen_is_ended_too(host) -> None:
    """EN5: SIGSTOP."""
    token = CancelToken()
    for _event in (stream := host.stream("sleep", {"seconds": 600}, cancel=token)):
        os.kill(host.pid, signal.SIGSTOP)
        break
    token.cancel()
    with pytest.raises(Cancelled):
        next(stream)


def test_a_request_that_takes_too_long_is_ended(host) -> None:
    with pytest.raises(KnownFault, match=r"did not finish within 0\.3 s") as caught:
        host.call("sleep", {"seconds": 600}, timeout=0.3)
    assert caught.value.fault.code == "EN5"
    assert host.call("echo", {}, timeout=5) == {"arguments": {}}


def test_silence_is_told(host, monkeypatch) -> None:
    """EN5: no output for 30 s."""
    monkeypatch.setattr(watch, "SILENCE", 0.2)
    heard: list[int] = []
    for _ in host.stream("sleep", {"seconds": 0.7}, on_silence=heard.append):
        pass
    assert len(heard) >= 2


def test_a_stream_given_up_cancels_its_request(host) -> None:
    stream = host.stream("wait", {})
    assert next(stream) == {"started": True}
    stream.close()
    assert host.alive
    stream = host.stream("echo", {"events": 5000})
    next(stream)
    stream.close()
    assert host.call("echo", {}) == {"arguments": {}}
    assert host.starts == 1


def test_requests_wait_their_turn_and_know_their_place(host) -> None:
    """EN10."""
    first = host.stream("wait", {})
    next(first)
    places: list[list[int]] = [[], []]
    order: list[int] = []

    def ask(number: int) -> None:
        host.call("echo", {}, on_wait=places[number].append)
        order.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in (0, 1)]
    for expected, thread in enumerate(threads, start=1):
        thread.start()
        end = time.monotonic() + 5
        while not places[expected - 1] and time.monotonic() < end:
            time.sleep(0.005)
    assert host.waiting == 2
    with pytest.raises(Cancelled):
        host.call("echo", {}, cancel=cancelled_after(0.05))
    first.close()
    for thread in threads:
        thread.join()
    assert order == [0, 1]
    assert places[0] == [1]
    assert places[1] in ([2, 1], [2])  # a place is told unless it is over at once
    assert host.waiting == 0


def test_closing_ends_a_running_request_and_those_that_wait(host) -> None:
    ended: list[str] = []
    began = threading.Event()

    def ask(op: str) -> None:
        try:
            host.call(
                op, {"seconds": 600}, on_event=lambda _: began.set(), on_wait=lambda _: began.set()
            )
        except Cancelled:
            ended.append(op)

    threads = []
    for op in ("sleep", "echo"):
        began.clear()
        threads.append(threading.Thread(target=ask, args=(op,)))
        threads[-1].start()
        assert began.wait(5)
    host.close()
    host.close()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["echo", "sleep"]
    with pytest.raises(Cancelled):
        host.call("echo", {})


def test_a_frozen_child_is_closed_within_three_seconds(host) -> None:
    host.call("echo", {})
    os.kill(host.pid, signal.SIGSTOP)
    host.close()


def test_the_child_sees_a_safe_world(tmp_path, monkeypatch) -> None:
    """CO9."""
    for name in ("json.py", "jinja2.py", "site.py", "start.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'canary')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "start.py"))
    monkeypatch.setenv("LD_PRELOAD", "")
    host = Started(environment={"OMP_WAIT_POLICY": "passive"})
    seen = host.call("inside", {})
    host.close()
    assert seen["flags"]
    assert str(tmp_path) not in seen["path"]
    assert seen["folder"] == sys.prefix
    assert seen["interrupt"]
    environment = seen["environment"]
    assert "PYTHONSTARTUP" not in environment
    assert "LD_PRELOAD" not in environment
    assert environment["GGML_NO_BACKTRACE"] == environment["HF_HUB_OFFLINE"] == "1"
    assert environment["OMP_WAIT_POLICY"] == "passive"
    assert not (tmp_path / "canary").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_memory_is_limited(host) -> None:
    """ME4."""
    limited = Started(memory_limit=1_000_000_000)
    assert limited.call("allocate", {"bytes": 2_000_000_000}) == {"size": 0}
    limited.close()
    assert host.call("allocate", {"bytes": 1_000_000}) == {"size": 1_000_000}


def test_idle_time_is_offered_when_nothing_waits(host) -> None:
    end = time.monotonic() + 5
    before = host.call("idles", {})["count"]
    while (after := host.call("idles", {})["count"]) == before and time.monotonic() < end:
        time.sleep(0.05)
    assert after > before


@pytest.mark.parametrize("frozen", [False, True])
def test_the_child_dies_with_its_parent(frozen) -> None:
    """EN8. Busy, so that it does not read its stdin's end; and frozen, so that it reads nothing."""
    program = (
        "import sys, time, threading\n"
        "from desktop_app.workers.host import WorkerHost\n"
        f"host = WorkerHost('llm', command={COMMAND!r})\n"
        # The thread that asks first ends before the parent does: the child must outlive it.
        "first = threading.Thread(target=lambda: host.call('echo', {}))\n"
        "first.start(); first.join()\n"
        "time.sleep(0.2)\n"
        "stream = host.stream('sleep', {'seconds': 60}); next(stream)\n"
        "print(host.pid, host.starts, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid, starts = map(int, parent.stdout.readline().split())
    child = psutil.Process(pid)
    assert starts == 1
    if frozen:
        child.suspend()
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs([child], timeout=2)
    assert not alive

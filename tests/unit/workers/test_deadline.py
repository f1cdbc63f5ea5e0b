"""Code that does not end takes its process with it; code that grows too much gets a MemoryError."""

from __future__ import annotations

import subprocess
import sys

import pytest

from desktop_app.workers.child import worker_environment

HEAD = "from desktop_app.workers.deadline import held_to\n"


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", HEAD + program],
        env=worker_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("endless", ["while True: pass", "10 ** 10 ** 9"])
def test_an_endless_operation_ends_the_process(endless: str) -> None:
    done = run(f"with held_to(0.3):\n    {endless}\nprint('survived')")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Timeout" in done.stderr


def test_what_ends_in_time_goes_on() -> None:
    done = run("import time\nwith held_to(0.5):\n    x = 1\ntime.sleep(0.8)\nprint('survived', x)")
    assert (done.returncode, done.stdout) == (0, "survived 1\n")


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_memory_is_limited_and_the_limit_lifted_again() -> None:
    done = run(
        "import resource\n"
        "before = resource.getrlimit(resource.RLIMIT_AS)\n"
        "try:\n"
        "    with held_to(30):\n"
        "        'x' * 10 ** 11\n"
        "except MemoryError:\n"
        "    print('refused', resource.getrlimit(resource.RLIMIT_AS) == before)\n"
    )
    assert done.stdout == "refused True\n", done.stderr

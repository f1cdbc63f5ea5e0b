"""Run Python with a small disk of its own: a tmpfs in a mount namespace, which ends with the process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap

import pytest

PRELUDE = """
import os, subprocess, sys
from pathlib import Path
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.conversations import MessageState
from desktop_app.domain.values import Answer, Outcome
from desktop_app.storage.conversations import ConversationStore

disk = Path(sys.argv[1])

def fill(leave=0):
    block = b"x" * 4096
    with open(disk / "filler", "ab", buffering=0) as file:
        try:
            while True:
                file.write(block)
        except OSError:
            pass
    if leave:
        os.truncate(disk / "filler", (disk / "filler").stat().st_size - leave)

def remount(options):
    subprocess.run(["mount", "-o", "remount," + options, str(disk)], check=True)

def fault_of(call):
    try:
        call()
    except KnownFault as known:
        return known.fault.code
    return ""
"""


def can_mount() -> bool:
    """Whether this machine lets the tests make a disk."""
    return (
        sys.platform == "linux"
        and shutil.which("unshare") is not None
        and subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode
        == 0
    )


def run_on_small_disk(folder: os.PathLike[str], script: str, megabytes: float = 4) -> str:
    """Run `script` after `PRELUDE`, with `disk` a new disk of that size; returns what it printed.

    Skips where mounting is not allowed, and fails there when CI is set.
    """
    if not can_mount():
        if os.environ.get("CI"):
            pytest.fail("CI must be able to mount: run as root on Linux with unshare")
        pytest.skip("needs root on Linux")
    kilobytes = int(megabytes * 1024)
    mount = f'mount -t tmpfs -o size={kilobytes}k small "$1" && exec "$2" -P -c "$3" "$1"'
    done = subprocess.run(
        [
            "unshare",
            "-m",
            "sh",
            "-c",
            mount,
            "sh",
            str(folder),
            sys.executable,
            PRELUDE + textwrap.dedent(script),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

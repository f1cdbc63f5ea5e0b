"""One worker process: how it is started, written to, read from and ended.

A keeper thread starts the process, drains its stderr and waits for it. It must be the same thread
from start to end: Linux sends the parent-death signal when the *thread* that started a child ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

import desktop_app
from desktop_app.domain.errors import KnownFault
from desktop_app.workers.outcome import NOUNS, WorkerOutcome
from desktop_app.workers.wire import Frames, encode

LINES_KEPT = 40
LINE_LENGTH = 500


def worker_command(name: str) -> list[str]:
    """The command line of a worker. ``-P``: a file lying in the working folder shadows no module."""
    return [sys.executable, "-P", "-m", "desktop_app", "--worker", name]


def worker_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without what would run foreign code, and offline."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "LD_", "DYLD_")) or key == "LD_LIBRARY_PATH"
    }
    parent = Path(desktop_app.__file__).resolve().parent.parent
    if parent.name not in ("site-packages", "dist-packages"):
        kept["PYTHONPATH"] = str(parent)  # a checkout that is not installed
    return {
        **kept,
        "GGML_NO_BACKTRACE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
        "PYTHONUTF8": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_OFFLINE": "1",
        **(extra or {}),
    }


class Child:
    """A started worker process. `outcome` is set once it has ended."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_end: Callable[[Child, WorkerOutcome], None],
    ) -> None:
        self.name = name
        self.outcome: WorkerOutcome | None = None
        self._command = list(command)
        self._environment = dict(environment)
        self._on_end = on_end
        self._asked = False
        self._process: subprocess.Popen[bytes]
        self._failures: list[OSError] = []
        self._write_lock = threading.Lock()
        self._frames = Frames()
        self._arrived: deque[dict[str, Any]] = deque()
        self._started = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name=f"{name}-keeper", daemon=True)
        self._keeper.start()
        self._started.wait()
        if self._failures:
            self._keeper.join()
            noun = NOUNS.get(name, name)
            raise KnownFault(
                "EN1",
                f"The {noun} could not be started.",
                action="Close other programs and try again.",
                details=str(self._failures[0]),
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.outcome is None and self._process.poll() is None

    @property
    def memory(self) -> int:
        """Resident bytes, 0 when it has ended."""
        try:
            return int(psutil.Process(self.pid).memory_info().rss) if self.alive else 0
        except psutil.Error:
            return 0

    def send(self, message: dict[str, Any], patience: float = -1) -> bool:
        """Write a message; False when the process is gone or the pipe stays busy for `patience` s."""
        assert self._process.stdin is not None
        rest = memoryview(encode(message))
        if not self._write_lock.acquire(timeout=patience):
            return False
        try:
            while rest:
                rest = rest[self._process.stdin.write(rest) or 0 :]
        except (OSError, ValueError):
            return False
        finally:
            self._write_lock.release()
        return True

    def receive(self) -> dict[str, Any] | None:
        """The next message, waiting for it; None at the end of the stream.

        Raises `ProtocolError` for what is no message.
        """
        assert self._process.stdout is not None
        while not self._arrived:
            try:
                data = os.read(self._process.stdout.fileno(), 1 << 16)
            except (OSError, ValueError):  # closed while nobody looked
                return None
            if not data:
                return None
            self._arrived.extend(self._frames.feed(data))
        return self._arrived.popleft()

    def kill(self) -> None:
        """End it at once."""
        self._asked = True
        with contextlib.suppress(OSError):
            self._process.kill()

    def leave(self, patience: float) -> None:
        """Close its stdin, which asks it to leave; after `patience` seconds, kill it."""
        self._asked = True
        assert self._process.stdin is not None
        if self._write_lock.acquire(timeout=patience):
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            self._write_lock.release()
            self._keeper.join(patience)
        self.kill()

    def release(self) -> WorkerOutcome:
        """Wait for the end of a process that ends, and give back its pipes."""
        self._keeper.join()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
        assert self.outcome is not None
        return self.outcome

    def _keep(self) -> None:
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=self._environment,
                cwd=sys.prefix,  # not the user's folder, which could hold anything
            )
        except OSError as error:
            self._failures.append(error)
            return
        finally:
            self._started.set()
        tail: deque[str] = deque(maxlen=LINES_KEPT)
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            while line := stream.readline(LINE_LENGTH):
                tail.append(line.decode("utf-8", "replace").rstrip())
        status = self._process.wait()
        self.outcome = WorkerOutcome(self.name, status, self._asked, tuple(filter(None, tail)))
        self._on_end(self, self.outcome)

"""The virtual environment that Candor is installed into, and how its making is shown to a person.

Run by whatever Python started `run.py`, before anything is installed: standard library only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

SPACE_NEEDED = 4_000_000_000
"""Bytes while installing; some 2 GB of them stay."""

ONE_TRY = ("--retries", "0", "--timeout", "15")
"""pip passes over an index that does not answer; with these at once."""


class SetupError(Exception):
    """What went wrong and what to do, in sentences."""


def say(text: str, end: str = "\n") -> None:
    """Tell the person something, now. On stderr: the output of a command stays clean."""
    print(text, end=end, file=sys.stderr, flush=True)


def in_words(seconds: float) -> str:
    """A duration as a person says it: `4.2 s`, `42 s`, `3 min 20 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class Environment:
    """The `.venv` of a checkout.

    Attributes: root, the checkout; venv; record, what the last set-up wrote; log, what its commands said.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.record = self.venv / "candor-setup.json"
        self.log = self.venv / "candor-setup.log"

    def program(self, name: str) -> Path:
        """A program in `.venv`."""
        return self.venv / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}")

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.program("python")

    @property
    def version(self) -> str:
        """The Python version that it was made with; empty if it was not."""
        try:
            text = (self.venv / "pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return ""
        found = re.search(r"^version(?:_info)?\s*=\s*(\S+)", text, re.MULTILINE)
        return found[1] if found else ""

    def make(self) -> None:
        """Make `.venv`, or make it again when its Python is gone."""
        if self._works():
            return
        free = shutil.disk_usage(self.root).free
        if free < SPACE_NEEDED:
            raise SetupError(
                f"Candor needs about {SPACE_NEEDED / 1e9:.0f} GB while it is installed and "
                f"{free / 1e9:.1f} GB are free here. Free some space and run this again."
            )
        shutil.rmtree(self.venv, ignore_errors=True)
        self.venv.mkdir()
        try:
            self.step("Making .venv", [sys.executable, "-m", "venv", self.venv], "5 s")
        except SetupError as error:
            hint = "On Debian and Ubuntu this part of Python is a package: sudo apt install python3-venv"
            raise SetupError(f"{error}\n{hint}") from None

    def _works(self) -> bool:
        try:
            return self.ask("").returncode == 0
        except OSError:  # not there, or copied from another machine
            return False

    def ask(self, code: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a few lines of Python in it and return what they printed."""
        return subprocess.run(
            [self.python, "-P", "-c", code],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def installed(self) -> dict[str, str]:
        """Version of each installed package, by normalised name."""
        code = (
            "import importlib.metadata as m, json;"
            "print(json.dumps({d.name: d.version for d in m.distributions()}))"
        )
        versions: dict[str, str] = json.loads(self.ask(code).stdout or "{}")
        return {re.sub(r"[-_.]+", "-", n).lower(): version for n, version in versions.items()}

    def pinned(self, name: str) -> str:
        """The version of a package in constraints.txt."""
        text = (self.root / "constraints.txt").read_text(encoding="utf-8")
        found = re.search(rf"(?m)^{name}==(\S+)", text)
        if not found:
            raise SetupError(f"constraints.txt does not say which version of {name} to use.")
        return found[1]

    def pip(self, title: str, *words: str | Path, usual: str = "", failed: str = "failed") -> None:
        """Run a pip command as a step."""
        quiet = ("--disable-pip-version-check", "--no-input")
        command = [self.python, "-P", "-m", "pip", *quiet, *words]
        self.step(title, command, usual, failed=failed)

    def step(
        self,
        title: str,
        command: Sequence[str | Path],
        usual: str = "",
        env: Mapping[str, str] | None = None,
        failed: str = "failed",
    ) -> None:
        """Run a command, its output in the log, and show what runs and for how long; raises SetupError.

        usual: how long it takes as a rule. failed: the word for that, where failing is no misfortune.
        """
        started = time.monotonic()
        with self.log.open("ab") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            beginning = log.tell()
            with subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(env or {})},
            ) as process:
                heading = title + (f" (usually {usual})" if usual else "")
                _show(process, heading, failed, lambda: _parts_done(self.log, beginning))
        if process.returncode:
            raise SetupError(
                f"{title} failed after {in_words(time.monotonic() - started)}. What was done stays done: "
                f"run the same command again and it goes on.\nThe whole output is in {self.log}; it ends:\n"
                + self._tail(beginning)
            )

    def _tail(self, beginning: int) -> str:
        with self.log.open("rb") as log:
            log.seek(beginning)
            lines = log.read().decode(errors="replace").strip().splitlines()
        return "\n".join(f"    {line}" for line in lines[-15:])

    def read_record(self) -> dict[str, Any]:
        """What the last set-up wrote; empty if there was none."""
        try:
            record = json.loads(self.record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}


def _show(
    process: subprocess.Popen[bytes], title: str, failed: str, parts_done: Callable[[], str]
) -> None:
    """Wait for a process and show the time: ticking on a terminal, a line a minute elsewhere."""
    live = sys.stderr.isatty()
    started = time.monotonic()
    next_word = 0.0 if live else 60.0
    say(f"  {title}", end="" if live else "\n")
    while process.poll() is None:
        time.sleep(0.05)
        elapsed = time.monotonic() - started
        if elapsed >= next_word:
            next_word = elapsed + (1 if live else 60)
            told = f"{in_words(elapsed)} so far{parts_done()}"
            say(f"\r  {title}: {told}  " if live else f"    {told}", end="" if live else "\n")
    done = in_words(time.monotonic() - started)
    outcome = f"{failed} after {done}" if process.returncode else f"done in {done}"
    say(f"\r  {title}: {outcome}{' ' * 24}" if live else f"    {outcome}")


def _parts_done(log: Path, beginning: int) -> str:
    """How far a build is, as ninja counts in the log from `beginning` on; empty for other steps."""
    with log.open("rb") as file:
        file.seek(max(beginning, file.seek(0, os.SEEK_END) - 100_000))
        counts = re.findall(rb"\[(\d+)/(\d+)\] ", file.read())
    return f", {int(counts[-1][0])} of {int(counts[-1][1])} parts" if counts else ""

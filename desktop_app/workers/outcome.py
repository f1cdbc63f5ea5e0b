"""How a worker ended, as a sentence: by itself, by a signal, or because it was told to."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from desktop_app.domain.errors import KnownFault

NOUNS = {"llm": "engine", "embed": "embedder", "read": "document reader"}
"""What a person calls each worker."""


@dataclass(frozen=True, slots=True)
class WorkerOutcome:
    """The end of one worker process. `str()` is a sentence for a person.

    status: exit status, negative for the number of a signal. asked: whether this program ended it.
    last_lines: the end of what it wrote to stderr.
    """

    name: str
    status: int
    asked: bool = False
    last_lines: tuple[str, ...] = ()

    @property
    def noun(self) -> str:
        """What a person calls this worker."""
        return NOUNS.get(self.name, f"{self.name} worker")

    @property
    def signal_name(self) -> str:
        """For example ``SIGSEGV``; empty when no signal ended it."""
        try:
            return signal.Signals(-self.status).name if self.status < 0 else ""
        except ValueError:
            return f"SIG{-self.status}"

    def __str__(self) -> str:
        if self.asked:
            return f"The {self.noun} was stopped."
        if self.signal_name == "SIGKILL":
            return f"The system ended the {self.noun}, most likely for lack of memory (signal 9)."
        if self.signal_name == "SIGILL":
            return f"The {self.noun} build does not suit this processor (signal {-self.status})."
        if self.signal_name == "SIGBUS":
            return f"The {self.noun} stopped because a file it was reading changed (signal 7)."
        if self.status < 0:
            return f"The {self.noun} stopped (signal {-self.status}, {self.signal_name})."
        return f"The {self.noun} stopped by itself (exit status {self.status})."

    @property
    def action(self) -> str:
        """What to do next."""
        if self.signal_name == "SIGKILL":
            return "Choose a smaller context or a smaller model, then try again."
        if self.signal_name == "SIGILL":
            return "Run `python3 run.py` to build it again for this machine."
        return "Try again: it starts anew with the next request."

    def fault(self, safe: str = "") -> KnownFault:
        """The failure of a request that the worker left unanswered."""
        return KnownFault(
            "EN1", str(self), safe=safe, action=self.action, details="\n".join(self.last_lines)
        )

"""Everything that can go wrong in words a person understands.

    Exception
    ├── Cancelled          the user asked to stop: say nothing
    └── KnownFault         a sentence, what is safe, what to do next
    anything else          a bug: logged with its traceback, shown as one notice

A room translates foreign exceptions (sqlite3, llama_cpp, OSError) into a `KnownFault` at its own door.
`code` is the row of the fault list that the sentence answers, for example ``MF2``.
"""

from __future__ import annotations

from dataclasses import dataclass

BAD_INPUT = "IN1"
"""The code of faults that lie in what was given to a command: its words, or a file they name."""


class Cancelled(Exception):
    """The user asked for the work to stop."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What to tell a person about a failure; storable beside an answer.

    what: one sentence, with a number where there is one. safe: what was not lost.
    action: what to do next, as an instruction. details: for *Copy details*, never shown first.
    """

    code: str
    what: str
    safe: str = ""
    action: str = ""
    details: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.safe, self.action) if part)


class KnownFault(Exception):
    """A failure that was foreseen; carries the `Fault` to show."""

    def __init__(
        self, code: str, what: str, *, safe: str = "", action: str = "", details: str = ""
    ) -> None:
        self.fault = Fault(code, what, safe, action, details)
        super().__init__(str(self.fault))

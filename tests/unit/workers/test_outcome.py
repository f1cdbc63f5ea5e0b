"""How a worker ended, in a sentence."""

from __future__ import annotations

import pytest

from desktop_app.workers.outcome import WorkerOutcome


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("llm", -11, "The engine stopped (signal 11, SIGSEGV)."),
        ("embed", -6, "The embedder stopped (signal 6, SIGABRT)."),
        ("read", 1, "The document reader stopped by itself (exit status 1)."),
        ("other", -77, "The other worker stopped (signal 77, SIG77)."),
        ("llm", -4, "The engine build does not suit this processor (signal 4)."),
        ("llm", -9, "The system ended the engine, most likely for lack of memory (signal 9)."),
        ("llm", -7, "The engine stopped because a file it was reading changed (signal 7)."),
    ],
)
def test_every_end_has_its_sentence(name, status, sentence) -> None:
    assert str(WorkerOutcome(name, status)) == sentence


def test_an_end_that_was_asked_for_is_no_failure() -> None:
    assert str(WorkerOutcome("llm", -9, asked=True)) == "The engine was stopped."


def test_the_failure_carries_the_last_lines_and_what_to_do() -> None:
    fault = WorkerOutcome("llm", -9, last_lines=("a", "b")).fault("Kept.").fault
    assert (fault.code, fault.safe, fault.details) == ("EN1", "Kept.", "a\nb")
    assert "smaller context" in fault.action
    assert "run.py" in WorkerOutcome("llm", -4).action
    assert "again" in WorkerOutcome("llm", -11).action

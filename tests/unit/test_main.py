"""`python -m desktop_app`: a worker, a command or the window, and nothing imported too early."""

from __future__ import annotations

import pytest

from desktop_app.__main__ import main


def test_a_worker_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.workers.run_worker", lambda name: {"read": 7}[name])
    assert main(["--worker", "read"]) == 7


def test_without_a_command_the_window_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str | None] = []
    monkeypatch.setattr("desktop_app.app.run_window", lambda folder: opened.append(folder) or 0)
    assert main([]) == 0
    assert main(["--data-dir", "here"]) == 0
    assert opened == [None, "here"]

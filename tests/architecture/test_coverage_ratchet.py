"""The ratchet notices uncovered lines, uncovered branches and rooms that were not measured."""

from __future__ import annotations

from typing import Any

from tests.architecture.coverage_ratchet import shortfalls

WHOLE: dict[str, Any] = {"missing_lines": [], "missing_branches": []}


def test_whole_files_pass() -> None:
    assert list(shortfalls({"room/a.py": WHOLE, "other/b.py": {}}, ["room/"])) == []


def test_lines_and_branches_are_named() -> None:
    files: dict[str, Any] = {
        "room/a.py": {"missing_lines": [3, 4, 9], "missing_branches": []},
        "room/b.py": {"missing_lines": [], "missing_branches": [[7, 9], [8, -1]]},
    }
    assert list(shortfalls(files, ["room/"])) == [
        "room/a.py: not covered: lines 3-4, 9; branches none",
        "room/b.py: not covered: lines none; branches 7 to 9, 8 to exit",
    ]


def test_a_room_that_was_not_measured_falls_short() -> None:
    assert list(shortfalls({"room\\a.py": WHOLE}, ["room/", "hall/"])) == ["hall/: not measured"]

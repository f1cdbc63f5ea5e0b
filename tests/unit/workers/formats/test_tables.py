"""Rows to lines: names are repeated where the first row holds names."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats import tables
from desktop_app.workers.formats.tables import Budget, lines


def made(*rows: list[str]) -> list[str]:
    return list(lines(rows, Budget()))


def test_names_are_repeated() -> None:
    assert made(["", ""], ["Name", "Age"], ["A\nB", "5"], ["C", "6", "more"]) == [
        *("Name | Age", "Name: A B | Age: 5", "Name: C | Age: 6 | more"),
    ]


def test_numbers_and_single_columns_are_no_names() -> None:
    assert made(["1", "2"], ["3", "4"]) == ["1 | 2", "3 | 4"]
    assert made(["Title"], ["a"], ["b"]) == ["Title", "a", "b"]
    assert made(["Only", "row"]) == ["Only | row"]
    assert made(["x", "x"], ["a", "b"]) == ["x | x", "a | b"]
    assert made() == []


def test_do8_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "LETTERS_LIMIT", 20)
    with pytest.raises(KnownFault) as failure:
        made(["a" * 15], ["b" * 15])
    assert failure.value.fault.code == "DO8"

"""Checks measured over fakes."""

import json
from pathlib import Path

import pytest

from desktop_app.measuring.checks import measure_checks
from tests.support.answering_fakes import FakeScorer


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def test_checks(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": n,
            "question": "",
            "passages": [{"text": "Rome is old."}],
            "answer": f"{city} is very old.",
            "supported": city == "Rome",
        }
        for n, city in enumerate(["Rome", "Bern", "Rome", "Oslo"])
    ]
    report = measure_checks(
        [write(tmp_path / "old.jsonl", rows)], FakeScorer(supports={"Rome": 0.9}), 0.5
    )
    figures = report.sets["old"]
    assert (figures["auroc"], figures["balanced"], figures["rows"]) == (1.0, 1.0, 4)
    assert figures["brier"] == pytest.approx(0.01)

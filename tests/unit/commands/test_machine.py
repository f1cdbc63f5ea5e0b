"""`candor models`, `measure` and `doctor` on the starter model and a small set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app.__main__ import main
from tests.journeys.harbour import ABSENT, ON_PAGE_TWO, PAGES

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_models(capsys: pytest.CaptureFixture[str]) -> None:
    names = [one["name"] for one in told(capsys, "models", "list")["models"]]
    assert "SmolLM2-135M-Instruct.Q4_1" in names
    info = told(capsys, "models", "info", "smollm2")
    assert info["architecture"] == "llama"
    assert info["memory_needed"] > info["size"]
    assert main(["models", "info"]) == 2


def test_measures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    passages = [{"title": "Minutes", "text": page} for page in PAGES]
    rows = [
        {"id": 1, "question": ON_PAGE_TWO, "history": [], "passages": passages,
         "answers": ["Ines Calder"], "answerable": True},
        {"id": 2, "question": ABSENT, "history": [], "passages": passages,
         "answers": [], "answerable": False},
    ]  # fmt: skip
    answers = tmp_path / "harbour.jsonl"
    answers.write_text("".join(json.dumps(row) + "\n" for row in rows))
    figures = told(capsys, "measure", "answers", str(answers))["sets"]["harbour"]
    assert figures["balanced"] == 1.0
    checks = tmp_path / "claims.jsonl"
    claims = [("Ines Calder designed the ferry.", True), ("Bananas cured 90 sailors.", False)]
    checks.write_text(
        "".join(
            json.dumps({"id": 1, "question": "", "passages": passages, "answer": text,
                        "supported": yes}) + "\n"
            for text, yes in claims
        )
    )  # fmt: skip
    assert told(capsys, "measure", "checks", str(checks))["sets"]["claims"]["auroc"] == 1.0
    folder = tmp_path / "retrieval" / "pages"
    folder.mkdir(parents=True)
    corpus = [{"_id": str(i), "title": "", "text": page} for i, page in enumerate(PAGES)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus))
    (folder / "queries.jsonl").write_text(
        json.dumps({"_id": "q", "text": ON_PAGE_TWO, "qrels": {"1": 1}}) + "\n"
    )
    found = told(capsys, "measure", "retrieval", str(folder.parent))["sets"]["pages"]
    assert found["ndcg_10"] == 1.0
    assert main(["measure", "answers", str(tmp_path / "absent")]) == 2


def test_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    report = told(capsys, "doctor")
    assert report["healthy"] is True
    assert main(["doctor"]) == 0
    assert "self_test" in capsys.readouterr().out

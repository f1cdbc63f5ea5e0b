"""`candor library` over real workers: add, list, search, remove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app.__main__ import main
from tests.journeys.harbour import write_minutes

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["library", *words, "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_a_library(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    papers = write_minutes(tmp_path / "papers").parent
    (papers / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    report = told(capsys, "add", str(papers))
    assert (report["added"], report["failed"]) == (1, 1)
    documents = {one["name"]: one for one in told(capsys, "list")["documents"]}
    assert documents["minutes.pdf"]["state"] == "ready"
    assert documents["minutes.pdf"]["pages"] == 3
    assert documents["broken.pdf"]["state"] == "failed"

    hits = told(capsys, "search", "engineer of the ferry", "-k", "2")["hits"]
    assert len(hits) == 2
    assert hits[0].keys() == {"doc", "page", "start", "end", "score", "text"}
    assert hits[0]["page"] == 2
    rows, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows.write_text('{"id": 7, "query": "budget of the pier"}\n')
    words = ["library", "search", "--batch", str(rows), "--out", str(out)]
    assert main(words) == 0
    assert json.loads(out.read_text())["hits"][0]["page"] == 3

    identity = str(documents["minutes.pdf"]["id"])
    assert told(capsys, "remove", identity) == {"removed": 1}
    assert [one["name"] for one in told(capsys, "list")["documents"]] == ["broken.pdf"]
    assert (papers / "minutes.pdf").exists()
    assert told(capsys, "search", "ferry")["hits"] == []


@pytest.mark.parametrize(
    "words",
    [
        ["add"],
        ["add", "/absent"],
        ["remove", "99"],
        ["remove"],
        ["search"],
        ["search", " "],
        ["search", "x", "-k", "0"],
    ],
)
def test_bad_input(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_empty_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["library", "list"]) == 0
    assert "candor library add" in capsys.readouterr().out

"""`candor ask` and `candor check` with the starter model, a real PDF and rows in files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from desktop_app.__main__ import main
from tests.journeys.harbour import ABSENT, ON_PAGE_TWO, PAGES, write_minutes

pytestmark = [pytest.mark.model, pytest.mark.timeout(300)]

ANSWER_KEYS = {
    "question", "outcome", "text", "citations", "verdicts", "why", "model", "prompt_version", "timing",
}  # fmt: skip
TIMING_KEYS = {
    "retrieve_ms", "first_token_ms", "generate_ms", "check_ms", "prompt_tokens", "reused_tokens",
    "new_tokens",
}  # fmt: skip


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(["ask", *words, "--json"]) == 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    answer: dict[str, Any] = json.loads(said.out)
    return answer


def test_documents_answered_and_declined(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, own_data_folder: Path
) -> None:
    papers = write_minutes(tmp_path / "papers")
    answer = asked(capsys, ON_PAGE_TWO, "--docs", str(papers))
    assert answer.keys() == ANSWER_KEYS
    assert answer["timing"].keys() == TIMING_KEYS
    assert answer["outcome"] == "answered"
    (citation,) = answer["citations"]
    assert citation["page"] == 2
    assert citation["marker"] == 1
    text = "\n".join(PAGES)
    assert "Ines Calder" in citation["quote"]
    assert "Ines Calder" in text
    assert [verdict["label"] for verdict in answer["verdicts"]] == ["supported"]
    assert not (own_data_folder / "library.db").exists(), "--docs leaves nothing behind"

    declined = asked(capsys, ABSENT, "--docs", str(papers))
    assert declined["outcome"] == "declined"
    assert declined["why"]["searched"] == 3
    assert declined["why"]["best_score"] < declined["why"]["threshold"]
    assert declined["why"]["near_misses"]


def test_switches_off_are_off(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    papers = str(write_minutes(tmp_path / "papers"))
    off = ("--no-admit-ignorance", "--no-self-check")
    answer = asked(capsys, ABSENT, "--docs", papers, *off)
    assert answer["outcome"] == "answered"
    assert answer["verdicts"] == []


def test_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["ask", ON_PAGE_TWO, "--docs", str(write_minutes(tmp_path / "papers"))]) == 0
    said = capsys.readouterr().out
    assert "Ines Calder" in said.splitlines()[0]
    assert "[1] minutes.pdf, page 2" in said


def test_batches(tmp_path: Path) -> None:
    passages = [{"title": "Minutes", "text": page} for page in PAGES]
    rows = [
        {"id": "a", "question": ON_PAGE_TWO, "history": [], "passages": passages},
        {"id": "b", "question": ABSENT, "history": [], "passages": passages},
    ]
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["ask", "--batch", str(file), "--out", str(out)]) == 0
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["id"], row["outcome"]) for row in written] == [
        ("a", "answered"),
        ("b", "declined"),
    ]

    checks = [
        {"id": "good", "question": "", "passages": passages, "answer": "Ines Calder designed it."},
        {"id": "bad", "question": "", "passages": passages, "answer": "Bananas cured 90 sailors."},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in checks))
    assert main(["check", "--batch", str(file), "--out", str(out)]) == 0
    good, bad = (json.loads(line) for line in out.read_text().splitlines())
    assert good.keys() == {"id", "score", "verdicts"}
    assert 0 <= good["score"] < bad["score"] <= 1


def test_odd_rows_cost_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": 1, "question": "Half a character: \ud800?"},
        {"id": 2, "question": "word " * 20_000},
        {"id": 3, "question": ""},
        {"id": 4},
        {"question": "Say hello.", "passages": []},
    ]
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["ask", "--batch", str(file), "--out", str(out), "--json"]
    assert main(words) == 1
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert [(row["id"], row["outcome"], "fault" in row) for row in written] == [
        (1, "answered", False),
        (2, "failed", True),
        (3, "failed", True),
        (4, "failed", True),
        (None, "answered", False),
    ]
    assert "too many" in written[1]["fault"]
    said = capsys.readouterr()
    assert json.loads(said.out) == {"rows": 5, "failed": 3}
    assert said.err.count("\n") == 1


def test_documents_that_cannot_be_read_are_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 and no more")
    assert main(["ask", "Why?", "--docs", str(tmp_path), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["outcome"] == "declined"
    assert said.err.startswith("candor: broken.pdf")
    assert said.err.count("\n") == 1
    (tmp_path / "broken.pdf").unlink()
    assert main(["ask", "Why?", "--docs", str(tmp_path)]) == 2
    assert "no document to read" in capsys.readouterr().err


def test_a_stop_keeps_the_rows_that_are_done(tmp_path: Path) -> None:
    file, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": number, "question": f"Count from {number} to 900."} for number in range(9)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["ask", "--batch", str(file), "--out", str(out), "--no-self-check"]
    command = [sys.executable, "-P", "-m", "desktop_app", *words]
    # whoever started the tests may have SIGINT ignored, and a child would inherit that
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as asking:
        deadline = time.monotonic() + 200
        while not (out.exists() and out.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        asking.send_signal(signal.SIGINT)
        said = asking.communicate()[1]
    assert (asking.returncode, said) == (1, "candor: Stopped.\n")
    assert json.loads(out.read_text().splitlines()[0])["id"] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["ask"],
        ["ask", "why?", "--batch", "in.jsonl"],
        ["ask", "--batch", "absent.jsonl", "--out", "out.jsonl"],
        ["ask", "--batch", "in.jsonl"],
        ["ask", "why?", "--docs", "/absent"],
        ["ask", ""],
        ["ask", " \n"],
        ["ask", "why?", "--out", "out.jsonl"],
        ["ask", "why?", "--model", "absent"],
        ["ask", "why?", "--model", __file__, "--json"],
        ["measure", "answers", __file__, "--model", "absent"],
        ["models", "info", __file__],
        ["bench", "--model", "absent"],
    ],
)
def test_bad_input(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1

"""Measurements over fakes: answers, checks, retrieval, and how they are told."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import Answer, Outcome, Question, ScoredPassage, Switches, Why
from desktop_app.measuring.answers import contains, measure_answers
from desktop_app.measuring.checks import measure_checks
from desktop_app.measuring.report import Report
from desktop_app.measuring.retrieval import measure_retrieval
from tests.support.answering_fakes import FakeScorer, passage


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def answer(question: Question) -> Answer:
    known = "Rome" in question.text
    return Answer(
        question.text,
        Outcome.ANSWERED if known else Outcome.DECLINED,
        "It is the Tiber." if known else "Not found.",
        why=Why(1, 1, 0.9 if known else 0.2, 0.5),
        model="m",
    )


def test_answers(tmp_path: Path) -> None:
    file = write(
        tmp_path / "rivers.jsonl",
        [
            {
                "id": 1,
                "question": "River of Rome?",
                "passages": [],
                "answers": ["the tiber"],
                "answerable": True,
            },
            {
                "id": 2,
                "question": "River of Bern?",
                "passages": [],
                "answers": ["Aare"],
                "answerable": True,
            },
            {
                "id": 3,
                "question": "River of Mars?",
                "passages": [],
                "answers": [],
                "answerable": False,
            },
            {
                "id": 4,
                "question": "River of Venus?",
                "passages": [],
                "answers": [],
                "answerable": False,
            },
        ],
    )
    seen: list[Question] = []

    def asked(question: Question) -> Answer:
        seen.append(question)
        return answer(question)

    report = measure_answers([file], asked, switches=Switches(self_check=False))
    figures = report.sets["rivers"]
    assert not seen[0].switches.self_check
    assert (
        figures["refused_unanswerable"],
        figures["answered_answerable"],
        figures["balanced"],
    ) == (1.0, 0.5, 0.75)
    assert (figures["contains"], figures["contains_where_answered"], figures["rows"]) == (
        0.5,
        1.0,
        4,
    )
    assert figures["auroc"] == 0.75
    assert report.model == "m"
    limited = measure_answers([file], answer, limit=1).to_json()["sets"]["rivers"]
    assert limited["rows"] == 1
    assert limited["refused_unanswerable"] is None


def test_an_empty_set_says_nothing(tmp_path: Path) -> None:
    report = measure_answers([write(tmp_path / "none.jsonl", [])], answer)
    assert report.sets["none"]["rows"] == 0
    assert "not known" in str(report)


def test_contains_leaves_case_marks_and_articles_aside() -> None:
    assert contains("So it's THE Tiber!", ["the tiber"])
    assert not contains("Tiberius", ["Tiber"])
    assert not contains("anything", ["the"])


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


class FakeLibrary:
    """Finds a document when the query is its text."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def add(self, paths: list[str]) -> None:
        self.texts = {file.name: file.read_text() for file in Path(paths[0]).iterdir()}

    def search(self, query: str, limit: int) -> list[ScoredPassage]:
        found = [name for name, text in sorted(self.texts.items()) if query in text]
        return [ScoredPassage(passage("x", document=name), 1.0) for name in found][:limit]


@contextmanager
def library(folder: Path) -> Iterator[FakeLibrary]:
    yield FakeLibrary()


def test_retrieval(tmp_path: Path) -> None:
    folder = tmp_path / "cities"
    folder.mkdir()
    write(
        folder / "corpus.jsonl",
        [{"_id": "a", "title": "Rome", "text": "old"}, {"_id": "b", "text": "Bern"}],
    )
    write(
        folder / "queries.jsonl",
        [
            {"_id": "1", "text": "Rome", "qrels": {"a": 1}},
            {"_id": "2", "text": "Bern", "qrels": {"a": 1}},
        ],
    )
    for path in (tmp_path, folder):
        figures = measure_retrieval([path], library).sets["cities"]  # type: ignore[arg-type]
        assert (figures["ndcg_10"], figures["recall_10"], figures["documents"]) == (0.5, 0.5, 2)
    assert measure_retrieval([folder], library, limit=1).sets["cities"]["recall_10"] == 1.0  # type: ignore[arg-type]


def test_retrieval_without_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(KnownFault, match=r"holds no corpus"):
        measure_retrieval([tmp_path], library)  # type: ignore[arg-type]


def test_a_report_as_json_and_as_text() -> None:
    report = Report(
        "answers", {"a": {"rows": 1200, "auroc": 0.12345, "interval": (0.1, math.nan)}}, "m"
    )
    assert report.to_json() == {
        "kind": "answers",
        "model": "m",
        "sets": {"a": {"rows": 1200, "auroc": 0.1235, "interval": [0.1, None]}},
    }
    assert "1,200" in str(report)
    assert "0.100 to not known" in str(report)

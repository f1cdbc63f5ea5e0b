"""Answers measured over fakes."""

import json
from pathlib import Path

from desktop_app.domain.values import Answer, Outcome, Question, Switches, Why
from desktop_app.measuring.answers import contains, measure_answers


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

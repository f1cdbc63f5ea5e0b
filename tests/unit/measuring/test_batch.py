"""Rows of the batch commands, in and out."""

import json
from dataclasses import replace

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import (
    Answer,
    ChatMessage,
    Citation,
    Evidence,
    Label,
    NearMiss,
    Outcome,
    ScoredPassage,
    Switches,
    Timing,
    Verdict,
    Why,
)
from desktop_app.measuring.batch import (
    UNCHECKED,
    answer_footer,
    answer_to_row,
    check_row,
    hits_to_row,
    question_from_row,
    unanswered,
    unsupported_probability,
)
from tests.support.answering_fakes import FakeScorer, passage

ROW = {
    "id": "7",
    "question": "Why?",
    "history": [{"role": "user", "text": "Hi"}, {"role": "assistant", "text": "Ho"}],
    "passages": [{"title": "T", "text": "Body."}],
}
ANSWER = Answer(
    "Why?",
    Outcome.ANSWERED,
    "So. No.",
    (Citation(1, "a.pdf", 2, 5, 9, "Body.", 3, 3), Citation(1, "a.pdf", 2, 5, 9, "Body.", 3, 7)),
    (
        Verdict(0, 3, "So.", Label.SUPPORTED, 0.9, (Evidence("a.pdf", 2, 5, 9),)),
        Verdict(4, 7, "No.", Label.UNSUPPORTED, 0.2),
    ),
    Why(4, 1, 0.8, 0.5),
    "m",
    "1",
    Timing(1.0, 2.0, 3.0, 4.0, 5, 6, 7),
)


def test_a_question_from_a_row() -> None:
    question = question_from_row(ROW, Switches(self_check=False))
    assert question.text == "Why?"
    assert question.history == (ChatMessage("user", "Hi"), ChatMessage("assistant", "Ho"))
    assert question.passages is not None
    (given,) = question.passages
    assert (given.document, given.text, given.start, given.end, given.id) == ("T", "Body.", 0, 5, 0)
    assert not question.switches.self_check
    assert question_from_row({"question": "Q"}).passages is None


@pytest.mark.parametrize(
    "change",
    [
        {"question": " "}, {"question": 3}, {"history": "x"}, {"history": [3]}, {"passages": "x"},
        {"history": [{"role": "system"}]}, {"passages": ["x"]}, {"passages": [{"text": 3}]},
    ],
)  # fmt: skip
def test_a_bad_row_is_named(change: dict[str, object]) -> None:
    with pytest.raises(KnownFault, match="Row 7"):
        question_from_row(ROW | change)


def test_an_answer_as_json() -> None:
    row = answer_to_row(ANSWER)
    assert json.loads(json.dumps(row)) == {
        "question": "Why?",
        "outcome": "answered",
        "text": "So. No.",
        "citations": [
            {"marker": 1, "document": "a.pdf", "page": 2, "start": 5, "end": 9, "quote": "Body."}
        ] * 2,
        "verdicts": [
            {"start": 0, "end": 3, "sentence": "So.", "label": "supported", "score": 0.9,
             "evidence": [{"document": "a.pdf", "page": 2, "start": 5, "end": 9}]},
            {"start": 4, "end": 7, "sentence": "No.", "label": "unsupported", "score": 0.2, "evidence": []},
        ],
        "why": {"searched": 4, "best_score": 0.8, "threshold": 0.5, "near_misses": []},
        "model": "m",
        "prompt_version": "1",
        "timing": {"retrieve_ms": 1.0, "first_token_ms": 2.0, "generate_ms": 3.0, "check_ms": 4.0,
                   "prompt_tokens": 5, "reused_tokens": 6, "new_tokens": 7},
    }  # fmt: skip
    assert answer_to_row(replace(ANSWER, notice="N", fault="F"))["notice"] == "N"


def test_a_row_that_could_not_be_asked_has_the_same_fields() -> None:
    row = unanswered({"question": 3})
    assert row.keys() == answer_to_row(ANSWER).keys()
    assert (row["question"], row["outcome"], row["text"]) == ("", "failed", "")
    assert unanswered({"question": "Why?"})["question"] == "Why?"


def test_a_check_row() -> None:
    scorer = FakeScorer(supports={"Rome": 0.9})
    row = {
        "id": 3,
        "passages": [{"text": "Rome is old."}, {"text": " "}],
        "answer": "Rome is very old. Bern is also old.",
    }
    checked = check_row(row, scorer, 0.5)
    assert checked.keys() == UNCHECKED.keys()
    assert checked["score"] == pytest.approx(0.9)
    assert [v["label"] for v in checked["verdicts"]] == ["supported", "unsupported"]
    assert check_row(row | {"passages": []}, scorer, 0.5)["score"] == 0.5
    with pytest.raises(KnownFault, match="answer"):
        check_row({"id": 1, "answer": None}, scorer, 0.5)


def test_an_answer_is_as_good_as_its_worst_sentence() -> None:
    assert unsupported_probability(ANSWER.verdicts) == pytest.approx(0.8)
    assert unsupported_probability(()) == 0.5


def test_hits() -> None:
    row = hits_to_row([ScoredPassage(passage("Body.", page=None), 0.5)])
    assert row == {
        "hits": [
            {"doc": "a.pdf", "page": None, "start": 0, "end": 5, "score": 0.5, "text": "Body."}
        ],
    }
    assert hits_to_row([]) == {"hits": []}


def test_the_footer_says_what_it_rests_on() -> None:
    text = answer_footer(replace(ANSWER, notice="Careful."))
    assert text.split("\n") == [
        "[1] a.pdf, page 2: “Body.”",
        "Not supported by your documents: “No.”",
        "Careful.",
    ]


def test_the_footer_of_a_refusal_shows_the_near_misses() -> None:
    near = NearMiss("b.txt", None, 0, 9, "x " * 200, 0.31)
    declined = Answer(
        "Q", Outcome.DECLINED, "Not found.", why=Why(12, 2, 0.31, 0.5, (near,), ("scan.pdf",))
    )
    lines = answer_footer(declined).split("\n")
    assert lines[0] == "Not found."
    assert lines[1] == "Searched 12 passages. Nearest, each below 0.50:"
    assert lines[2].startswith("  0.31 b.txt: “x x")
    assert lines[2].endswith("…”")
    assert lines[3] == "Could not be searched: scan.pdf"

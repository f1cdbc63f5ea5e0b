"""Answer or decline, and why."""

import pytest

from desktop_app.answering.policy import QUOTE_LIMIT, admits, declines, explain
from desktop_app.domain.values import Question, ScoredPassage, Switches
from tests.support.answering_fakes import passage


@pytest.mark.parametrize(
    ("score", "admit", "anyway", "expected"),
    [
        (0.4, True, False, True),
        (0.5, True, False, False),
        (None, True, False, True),
        (0.4, False, False, False),
        (0.4, True, True, False),
        (None, False, False, False),
    ],
)
def test_declines(score: float | None, admit: bool, anyway: bool, expected: bool) -> None:
    question = Question("Q?", switches=Switches(admit_ignorance=admit), answer_anyway=anyway)
    assert declines(question, score, 0.5) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I could not find it in the passages.", True),
        ("The text does not mention the date.", True),
        ("The answer is not provided in the passages.", True),
        ("I couldn't find it.", True),
        ("I don't know.", True),
        ("There is no information about that.", True),
        ("Paris is the capital.", False),
        ("The law does not contain a ban.", False),
        ("He could not find the treasure.", False),
        ("I could not find it in the passages." + " x" * 200, False),
    ],
)
def test_admits(text: str, expected: bool) -> None:
    assert admits(text) is expected


def test_explain_lists_near_misses_best_first() -> None:
    long = "A first sentence. " + "Word " * 100 + "."
    found = [ScoredPassage(passage(long, id=n, start=7), 0.1) for n in range(5)]
    why = explain(
        found, [0.4, 0.3, 0.2, 0.1, 0.0], searched=9, documents=2, threshold=0.5, unreadable=("x",)
    )
    assert why.best_score == 0.4
    assert [near.score for near in why.near_misses] == [0.4, 0.3, 0.2]
    assert why.near_misses[0].quote == "A first sentence."
    assert why.near_misses[0].start == 7
    assert (why.searched, why.documents, why.threshold, why.unreadable) == (9, 2, 0.5, ("x",))


def test_a_quote_of_one_endless_sentence_is_cut() -> None:
    found = [ScoredPassage(passage("word " * 200), 0.1)]
    quote = (
        explain(found, [0.4], searched=1, documents=1, threshold=0.5, unreadable=())
        .near_misses[0]
        .quote
    )
    assert 0 < len(quote) <= QUOTE_LIMIT


def test_nothing_judged_nothing_said() -> None:
    why = explain(
        [ScoredPassage(passage("x"), 0.1)],
        [],
        searched=1,
        documents=1,
        threshold=0.0,
        unreadable=(),
    )
    assert why.best_score is None
    assert why.near_misses == ()

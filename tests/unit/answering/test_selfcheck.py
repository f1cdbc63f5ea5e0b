"""Sentences held against passages, alone and beside a generation."""

import threading

import pytest

from desktop_app.answering.claims import Claim, claims_of
from desktop_app.answering.selfcheck import SelfCheck, check_answer, judge, statement
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import Label, Verdict
from tests.support.answering_fakes import FakeScorer, passage

SCORER = {"Rome": 0.9, "Seine": 0.3}
PASSAGES = (
    passage("Seine runs.", id=2, document="b"),
    passage("Rome is old.", start=40),
    passage("x", id=3),
)


def test_verdicts_name_the_best_evidence_and_the_runner_up() -> None:
    rome, seine = check_answer(
        "Q?",
        "Rome is very old today. The long Seine runs north.",
        PASSAGES,
        FakeScorer(supports=SCORER),
        0.5,
    )
    assert (rome.label, rome.score, rome.sentence) == (
        Label.SUPPORTED,
        0.9,
        "Rome is very old today.",
    )
    assert [(e.document, e.start, e.end, e.quote) for e in rome.evidence] == [
        ("a.pdf", 40, 52, "Rome is old."),
        ("b", 0, 11, "Seine runs."),
    ]
    assert (seine.label, seine.score) == (Label.UNSUPPORTED, 0.3)


def test_without_passages_nothing_is_claimed() -> None:
    scorer = FakeScorer()
    (verdict,) = check_answer("Q?", "Rome is old.", (), scorer, 0.5)
    assert (verdict.label, verdict.evidence) == (Label.UNCHECKED, ())
    assert scorer.held == []


def test_a_bare_answer_is_held_with_its_question() -> None:
    assert statement("Which city?", "Delhi.") == "Which city? Delhi."
    assert statement("Which city?", "Delhi is a large city.") == "Delhi is a large city."
    scorer = FakeScorer()
    judge("Which city?", [Claim(0, 9, "**Delhi**")], PASSAGES, scorer, 0.5)
    assert scorer.held == ["Which city? Delhi"]


def test_a_scorer_that_fails_is_the_callers_matter() -> None:
    with pytest.raises(KnownFault, match="gone"):
        check_answer(
            "Q?", "Rome is old.", PASSAGES, FakeScorer(support_fault=KnownFault("EV1", "gone")), 0.5
        )


def run(scorer: FakeScorer, cancel: CancelToken | None = None) -> tuple[list[Verdict], SelfCheck]:
    heard: list[Verdict] = []
    done = threading.Semaphore(0)

    def deliver(verdict: Verdict) -> None:
        heard.append(verdict)
        done.release()

    with SelfCheck("Q?", PASSAGES, scorer, 0.5, cancel or CancelToken(), deliver) as check:
        for claim in claims_of("Rome is very old. Rome is very large."):
            check.submit(claim)
        assert done.acquire(timeout=5)
        assert done.acquire(timeout=5)
    return heard, check


def test_beside_in_order() -> None:
    heard, check = run(FakeScorer(supports=SCORER))
    assert [v.sentence for v in heard] == ["Rome is very old.", "Rome is very large."]
    assert check.fault is None
    assert check.seconds >= 0


def test_a_failing_scorer_is_asked_once_and_leaves_unchecked() -> None:
    scorer = FakeScorer(support_fault=KnownFault("EV1", "Gone."))
    heard, check = run(scorer)
    assert [v.label for v in heard] == [Label.UNCHECKED] * 2
    assert check.fault is not None
    assert len(scorer.held) == 1


def test_a_cancel_leaves_unchecked() -> None:
    cancel = CancelToken()
    scorer = FakeScorer(gate=threading.Event())
    threading.Timer(0.05, cancel.cancel).start()
    heard, check = run(scorer, cancel)
    assert [v.label for v in heard] == [Label.UNCHECKED] * 2
    assert check.fault is None
    assert len(scorer.held) == 1


def test_leaving_early_drops_what_has_not_begun() -> None:
    gate, begun = threading.Event(), threading.Event()
    heard: list[Verdict] = []
    scorer = FakeScorer(gate=gate)
    with SelfCheck("Q?", PASSAGES, scorer, 0.5, CancelToken(), heard.append) as check:
        for claim in claims_of("One fact. Two facts. Three facts."):
            check.submit(claim)
        threading.Timer(0.05, gate.set).start()
        begun.wait(0.01)
    assert len(heard) < 3

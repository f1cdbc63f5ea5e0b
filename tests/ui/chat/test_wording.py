"""The sentences under an answer."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.domain.conversations import MessageState
from desktop_app.domain.values import Answer, Label, Outcome, Timing, Verdict, Why
from desktop_app.ui.chat import wording


def verdict(label):
    return Verdict(0, 1, "s", label, 0.5)


def test_support_counts_what_was_checked():
    both = Answer("q", Outcome.ANSWERED, "t", verdicts=(verdict(Label.SUPPORTED),))
    assert wording.support(both) == "1 of 1 sentence supported"
    some = Answer(
        "q", Outcome.ANSWERED, "t", verdicts=(verdict(Label.SUPPORTED), verdict(Label.UNCHECKED))
    )
    assert wording.support(some) == "1 of 1 sentence supported, 1 not checked"
    assert wording.support(Answer("q", Outcome.ANSWERED, "t")) == ""


def test_what_was_not_checked_has_no_time_of_checking():
    timing = Timing(check_ms=40.0)
    bare = Answer("q", Outcome.ANSWERED, "t", verdicts=(verdict(Label.UNCHECKED),), timing=timing)
    assert wording.speed(bare) == ""
    assert wording.speed(replace(bare, verdicts=(verdict(Label.SUPPORTED),))) == "checked 0.0 s"


def test_caveats_are_said_in_words():
    bare = Answer("q", Outcome.ANSWERED, "t", cut=True)
    assert wording.caveats(bare) == [wording.NOT_GROUNDED, wording.CUT]
    grounded = Answer("q", Outcome.ANSWERED, "t", grounded=True)
    assert wording.caveats(grounded) == [wording.NOT_CHECKED]
    anyway = Answer("q", Outcome.ANSWERED, "t", why=Why(searched=4))
    assert wording.caveats(anyway) == [wording.ANYWAY, wording.NOT_CHECKED]
    noticed = Answer("q", Outcome.ANSWERED, "t", grounded=True, notice="The checker failed.")
    assert wording.caveats(noticed) == ["The checker failed."]
    assert wording.caveats(Answer("q", Outcome.DECLINED, "t")) == []


def test_a_refusal_without_documents_and_without_a_match():
    assert wording.searched(Why()) == wording.NO_DOCUMENTS
    assert wording.searched(Why(1, 1)) == "Searched 1 passage in 1 document. Nothing matched."


def test_many_unreadable_documents_are_counted():
    names = tuple(f"{n}.pdf" for n in range(5))
    assert wording.unreadable(names) == "Could not be searched: 0.pdf, 1.pdf, 2.pdf and 2 more."


def test_endings():
    assert wording.ending(MessageState.FAILED, None, written=True) == wording.INTERRUPTED
    early = wording.ending(MessageState.STREAMING, None, written=False)
    assert early == wording.INTERRUPTED_EARLY
    early = wording.ending(MessageState.STOPPED, None, written=False)
    assert early == wording.STOPPED_EARLY
    assert (
        wording.ending(MessageState.FAILED, Answer("q", Outcome.FAILED, ""), written=False)
        == wording.FAILED
    )
    assert wording.ending(MessageState.DONE, None, written=True) == ""

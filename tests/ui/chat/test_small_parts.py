"""What is spoken, how pastes are cut, what the words are."""

from __future__ import annotations

import pytest
from PySide6 import QtGui
from PySide6.QtWidgets import QWidget

from desktop_app.domain.events import Declined, PassagesFound, PromptReady, TokenArrived, Waiting
from desktop_app.domain.values import (
    Answer,
    Label,
    MessageState,
    Outcome,
    Question,
    Verdict,
    Why,
)
from desktop_app.ui.chat import announce, wording
from desktop_app.ui.chat.announce import SentenceReader
from desktop_app.ui.chat.live import LiveAnswer
from desktop_app.ui.chat.pastes import PASSAGE, passages


def test_sentences_are_spoken_once_each_when_they_end():
    spoken = []
    reader = SentenceReader(spoken.append)
    text = "One is done. Two is 3.5 long! And the rest"
    for end in range(len(text) + 1):
        reader.hear(text[:end])
    assert spoken == ["One is done.", "Two is 3.5 long!"]
    reader.hear(text, ended=True)
    reader.hear(text, ended=True)
    assert spoken[2:] == ["And the rest"]


def test_announcements_are_polite(qtbot, monkeypatch):
    sent = []
    widget = QWidget()
    qtbot.addWidget(widget)
    monkeypatch.setattr(announce.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(announce.QAccessible, "updateAccessibility", sent.append)
    announce.announce(widget, "A sentence.")
    announce.announce(widget, "   ")
    (event,) = sent
    assert event.message() == "A sentence."
    assert event.politeness() == QtGui.QAccessible.AnnouncementPoliteness.Polite


def test_an_older_qt_stays_silent(qtbot, monkeypatch):
    monkeypatch.delattr(QtGui, "QAccessibleAnnouncementEvent")
    widget = QWidget()
    qtbot.addWidget(widget)
    announce.announce(widget, "A sentence.")


@pytest.mark.parametrize(
    "text", ["word " * 5_000, "x" * 5_500, "line one.\n\n" * 700, "a. " * 3_000]
)
def test_pastes_are_cut_without_loss(text):
    cut = passages([text])
    assert "".join(passage.text for passage in cut) == text
    assert max(len(passage.text) for passage in cut) <= PASSAGE + 2
    assert all(text[p.start : p.end] == p.text for p in cut)
    assert {passage.document for passage in cut} == {"Pasted text"}


def test_several_pastes_are_told_apart():
    assert [p.document for p in passages(["a", "b", " "])] == ["Pasted text 1", "Pasted text 2"]


def test_the_status_follows_the_events():
    live = LiveAnswer(Question("q"))
    said = []
    for event in (
        PassagesFound((), 41, 3.0),
        PassagesFound((), 0, 3.0),
        PromptReady((), 1212, 4096),
        Waiting(2),
        TokenArrived("a"),
        Declined(Why()),
    ):
        live.hear(event)
        said.append(live.status)
    assert said == [
        "Found 0 passages in 41. Reading",
        "Reading",
        "Reading 1,212 tokens",
        "Waiting: 2 ahead",
        "Writing",
        "",
    ]


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
    assert wording.ending(MessageState.FAILED, None) == wording.INTERRUPTED
    assert wording.ending(MessageState.FAILED, Answer("q", Outcome.FAILED, "")) == wording.FAILED
    assert wording.ending(MessageState.DONE, None) == ""

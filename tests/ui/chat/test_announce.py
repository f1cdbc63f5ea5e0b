"""What a screen reader hears of a growing answer."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtWidgets import QWidget

from desktop_app.ui.chat import announce
from desktop_app.ui.chat.announce import SentenceReader


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

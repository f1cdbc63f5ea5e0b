"""Notices: one at a time, one voice, repeats counted, bugs logged and never shown raw."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from desktop_app.domain.errors import Cancelled, Fault, KnownFault
from desktop_app.ui import notices as module
from desktop_app.ui.notices import WAITING_LIMIT, Notices

FULL = KnownFault(
    "DI1",
    "The disk is full: 0 MB are left.",
    safe="Nothing was lost.",
    action="Free some space.",
    details="OSError(28)",
)


@pytest.fixture
def bar(qtbot) -> Notices:
    made = Notices()
    qtbot.addWidget(made)
    made.resize(900, 80)
    return made


def press(qtbot, bar: Notices, name: str) -> None:
    (found,) = [
        b for b in bar.findChildren(QPushButton) if b.accessibleName() == name and b.isVisible()
    ]
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def test_silent_at_first(bar: Notices):
    assert bar.isHidden()
    assert bar.text() == ""


def test_a_known_fault_says_its_sentences(qtbot, bar: Notices):
    retried = []
    bar.show_fault(FULL, lambda: retried.append(1))
    assert bar.text() == "The disk is full: 0 MB are left. Nothing was lost. Free some space."
    press(qtbot, bar, "Retry")
    assert retried == [1]
    assert bar.isHidden()


def test_without_a_retry_there_is_no_button_for_it(bar: Notices):
    bar.show_fault(FULL)
    shown = [b.accessibleName() for b in bar.findChildren(QPushButton) if b.isVisible()]
    assert sorted(shown) == ["Close this notice", "Copy details"]


def test_a_cancelled_task_says_nothing(bar: Notices):
    bar.show_fault(Cancelled())
    assert bar.isHidden()


def test_a_bug_is_logged_and_shown_as_one_sentence(qtbot, bar: Notices, expect_log):
    expect_log("unforeseen error")
    bar.show_fault(ZeroDivisionError("division by zero"))
    assert bar.text().startswith("Something went wrong in Candor.")
    assert "ZeroDivision" not in bar.text()
    press(qtbot, bar, "Copy details")
    copied = QGuiApplication.clipboard().text()
    assert "ZeroDivisionError: division by zero" in copied
    assert "Code BUG" in copied


def test_details_are_copied_not_shown(qtbot, bar: Notices):
    bar.show_fault(FULL)
    assert "OSError" not in bar.text()
    press(qtbot, bar, "Copy details")
    copied = QGuiApplication.clipboard().text()
    assert "OSError(28)" in copied
    assert "Code DI1" in copied


def test_repeats_are_counted(bar: Notices):
    for _ in range(100):
        bar.show_fault(FULL)
    assert "(100 times)" in bar.text()
    assert bar.waiting == 0


def test_others_wait_their_turn(qtbot, bar: Notices):
    bar.show_fault(FULL)
    bar.show_fault(Fault("X", "Second."))
    bar.show_fault(Fault("X", "Second."))
    bar.show_note("Third.")
    assert bar.waiting == 2
    press(qtbot, bar, "Close this notice")
    assert bar.text() == "Second. (2 times)"
    press(qtbot, bar, "Close this notice")
    assert bar.text() == "Third."
    press(qtbot, bar, "Close this notice")
    assert bar.isHidden()


def test_the_queue_has_an_end(bar: Notices):
    for number in range(WAITING_LIMIT * 3):
        bar.show_fault(Fault("X", f"Number {number}."))
    assert bar.waiting == WAITING_LIMIT


def test_bad_news_takes_the_place_of_a_note(bar: Notices):
    bar.show_note("3 documents added.")
    bar.show_fault(FULL)
    assert bar.text().startswith("The disk is full")


def test_a_note_goes_by_itself_unless_it_offers_something(qtbot, bar: Notices, monkeypatch):
    monkeypatch.setattr(module, "NOTE_SECONDS", 0.02)
    bar.show_note("Done.")
    qtbot.waitUntil(bar.isHidden, timeout=2000)
    undone = []
    bar.show_note("Deleted “A”.", "Undo", lambda: undone.append(1))
    qtbot.wait(80)
    press(qtbot, bar, "Undo")
    assert undone == [1]


def test_markup_is_shown_not_obeyed(bar: Notices):
    bar.show_fault(KnownFault("X", "<img src='file:///dev/zero'> <b>bold</b>"))
    assert "<img" in bar.text()


def test_an_action_that_fails_again_is_shown_again(qtbot, bar: Notices):
    bar.show_fault(FULL, lambda: bar.show_fault(FULL))
    press(qtbot, bar, "Retry")
    assert bar.text().startswith("The disk is full: 0 MB are left. Nothing")

"""The source view: the cited passage highlighted and in sight, pages, find, and texts of any kind."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from desktop_app.domain.documents import DocumentText
from desktop_app.domain.values import Citation, Evidence, NearMiss
from desktop_app.ui.library.reading import ENDLESS_STRETCH, WHOLE_LIMIT
from desktop_app.ui.library.source import SourcePane
from desktop_app.ui.theme import theme
from tests.support import harbour

QUOTE = "It was designed by the engineer Ines Calder and carries 214 passengers."


@pytest.fixture
def pane(qtbot, library, tasks, notices) -> SourcePane:
    made = SourcePane(library, tasks, notices)
    qtbot.addWidget(made)
    tasks.unhandled.connect(notices.show_fault)
    harbour.fill_library(library)
    made.resize(400, 360)
    made.show()
    return made


def cite(quote: str = QUOTE) -> Citation:
    page, start, end = harbour.stretch(quote)
    return Citation(1, "minutes.pdf", page, start, end, quote, 1)


def opened(qtbot, pane: SourcePane, target) -> SourcePane:
    with qtbot.waitSignal(pane.shown):
        pane.open_cited(target)
    return pane


def press(qtbot, pane: SourcePane, name: str) -> None:
    (found,) = [b for b in pane.findChildren(QPushButton) if b.accessibleName() == name]
    qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def words(pane: SourcePane) -> list[str]:
    return [label.text() for label in pane.findChildren(QLabel) if label.isVisible()]


def test_empty_says_what_to_do(pane):
    assert "Click a numbered citation" in " ".join(words(pane))


def test_the_passage_is_highlighted_and_in_sight(qtbot, pane):
    opened(qtbot, pane, cite())
    assert pane.highlighted() == QUOTE
    cursor = pane.view.textCursor()
    assert pane.view.viewport().rect().contains(pane.view.cursorRect(cursor).center())
    assert "minutes.pdf, page 2" in words(pane)
    assert "Cited as [1]" in words(pane)
    assert "2 / 3" in words(pane)


def test_evidence_and_near_misses_lead_there_too(qtbot, pane):
    page, start, end = harbour.stretch(QUOTE)
    opened(qtbot, pane, Evidence("minutes.pdf", page, start, end, 1, QUOTE, 0.97))
    assert "Best evidence, 0.97" in words(pane)
    opened(qtbot, pane, NearMiss("minutes.pdf", page, start, end, QUOTE, 0.22, 1))
    assert "Closest passage, match 0.22" in words(pane)
    assert pane.highlighted() == QUOTE


def test_a_passage_of_no_document_is_shown_alone(qtbot, pane):
    opened(qtbot, pane, Citation(1, "row 7", None, 40, 40 + len(QUOTE), QUOTE))
    assert pane.view.toPlainText() == QUOTE
    assert pane.highlighted() == QUOTE


def test_pages_turn(qtbot, pane):
    opened(qtbot, pane, cite())
    press(qtbot, pane, "Page after")
    assert "3 / 3" in words(pane)
    assert not pane.after.isEnabled()
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, pane, "Page before")
    assert "1 / 3" in words(pane)
    assert not pane.before.isEnabled()


def test_a_text_without_pages_shows_none(qtbot, pane, library):
    library.texts[2] = DocumentText(2, "notes.md", "Plain notes.")
    with qtbot.waitSignal(pane.shown):
        pane.open_document(2)
    assert not pane.before.isVisible()
    assert pane.page is None
    assert pane.highlighted() == ""


def test_find(qtbot, pane):
    opened(qtbot, pane, cite())
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert pane.needle.isVisible()
    qtbot.keyClicks(pane.needle, "harbour")
    qtbot.keyClick(pane.needle, Qt.Key.Key_Return)
    first = pane.view.textCursor().selectionStart()
    assert pane.view.textCursor().selectedText().lower() == "harbour"
    places = {first}
    for _ in range(8):
        pane.find_next()
        places.add(pane.view.textCursor().selectionStart())
    assert len(places) > 3
    pane.find_before()
    pane.needle.setText("no such words")
    pane.find_next()
    assert "No match" in words(pane)
    qtbot.keyClick(pane.needle, Qt.Key.Key_Escape)
    assert not pane.needle.isVisible()


def test_offsets_hold_after_emoji_and_strange_line_ends(qtbot, pane, library):
    before = "🚢 ship\r\nline\u2028para\u2029nul\x00 \ud83d end\r"
    library.texts[2] = DocumentText(2, "odd.txt", before + QUOTE + "\r\nafter")
    start = len(before)
    opened(qtbot, pane, Citation(1, "odd.txt", None, start, start + len(QUOTE), QUOTE, 2))
    assert pane.highlighted() == QUOTE


def test_offsets_beyond_the_end_do_no_harm(qtbot, pane):
    opened(qtbot, pane, Citation(1, "minutes.pdf", 9, 10**6, 10**6 + 5, "", 1))
    assert pane.highlighted() == ""


def test_a_huge_document_is_shown_around_the_passage(qtbot, pane, library):
    filler = "The harbour was calm and nothing happened all day long.\n" * 60_000
    half = len(filler) // 2
    text = filler[:half] + QUOTE + filler[half:]
    assert len(text) > WHOLE_LIMIT
    starts = tuple(range(0, len(text), 100_000))
    library.texts[2] = DocumentText(2, "log.txt", text, starts)
    opened(qtbot, pane, Citation(1, "log.txt", 17, half, half + len(QUOTE), QUOTE, 2))
    assert pane.highlighted() == QUOTE
    assert any(said.startswith("A long document: showing characters") for said in words(pane))
    for _ in range(5):
        pane.turn(1)
    assert pane.page is not None
    assert pane.page >= half // 100_000 + 4
    opened(qtbot, pane, Citation(1, "log.txt", 17, half, half + len(QUOTE), QUOTE, 2))
    assert pane.highlighted() == QUOTE


def test_a_document_that_was_read_again_is_shown_as_it_is_now(qtbot, pane, library):
    library.texts[2] = DocumentText(2, "log.txt", "The pier is red.")
    opened(qtbot, pane, Citation(1, "log.txt", None, 12, 15, "red", 2))
    library.texts[2] = DocumentText(2, "log.txt", "The old pier is blue.")
    opened(qtbot, pane, Citation(1, "log.txt", None, 16, 20, "blue", 2))
    assert pane.highlighted() == "blue"


def test_one_endless_line_does_not_freeze(qtbot, pane, library):
    library.texts[2] = DocumentText(2, "min.js", "x" * 900_000)
    opened(qtbot, pane, Citation(1, "min.js", None, 500_000, 500_010, "", 2))
    assert pane.view.document().characterCount() <= ENDLESS_STRETCH + 1
    assert pane.highlighted() == "x" * 10


def test_a_document_that_is_gone_is_one_notice(qtbot, pane, notices):
    pane.open_document(77)
    qtbot.waitUntil(lambda: "no longer in the library" in notices.text())


def test_the_view_forgets_a_removed_document(qtbot, pane):
    opened(qtbot, pane, cite())
    pane.forget({1, 2})
    assert pane.highlighted() == QUOTE
    pane.forget({2})
    assert pane.view.toPlainText() == ""
    assert not pane.view.isVisible()


def test_the_highlight_follows_the_theme(qtbot, pane):
    opened(qtbot, pane, cite())
    theme().set_mode("dark")
    (mark,) = pane.view.extraSelections()
    colour = mark.format.background().color().name()
    assert colour == theme().tokens.highlight
    theme().set_mode("light")


def test_the_text_is_plain_and_cannot_be_edited(qtbot, pane, library):
    library.texts[2] = DocumentText(2, "x.html", "<img src='file:///dev/zero'><b>bold</b>")
    with qtbot.waitSignal(pane.shown):
        pane.open_document(2)
    assert isinstance(pane.view, QPlainTextEdit)
    assert "<b>bold</b>" in pane.view.toPlainText()
    qtbot.keyClicks(pane.view, "abc")
    assert "abc" not in pane.view.toPlainText()

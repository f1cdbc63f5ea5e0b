"""Text made fit for Qt: same offsets, no freeze."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from desktop_app.ui.library.reading import (
    ENDLESS_STRETCH,
    STRETCH,
    WHOLE_LIMIT,
    Stretch,
    characters,
    fits_words,
    shown_text,
    stretch_around,
    utf16,
)

ANYTHING = st.text(st.characters(), max_size=60) | st.text(
    "a\r\n\u2028\u2029\x00\x0c🚢é\ud800", max_size=30
)


@given(ANYTHING)
def test_no_character_moves(text: str):
    assert len(shown_text(text)) == len(text)


@given(ANYTHING)
def test_units_and_characters_are_each_other_s_way_back(text: str):
    clean = shown_text(text)
    assert utf16(clean) == len(clean.encode("utf-16-le")) // 2
    for offset in range(len(clean) + 1):
        assert characters(clean, utf16(clean[:offset])) == offset


@given(ANYTHING)
def test_qt_keeps_what_it_is_given(text: str):
    assert QApplication.instance() is not None
    view = QPlainTextEdit()
    view.setPlainText(shown_text(text))
    assert view.document().characterCount() - 1 == utf16(shown_text(text))


@pytest.fixture(autouse=True)
def application(qapp):
    return qapp


def test_long_words_and_lines_are_broken_anywhere():
    assert fits_words("plain words " * 1000)
    assert not fits_words("x" * 1001)
    assert not fits_words("words " * 4000)


@pytest.mark.parametrize("line", ["x" * ENDLESS_STRETCH, "word " * (ENDLESS_STRETCH // 5)])
def test_a_line_without_end_is_laid_out(qtbot, line: str):
    from PySide6.QtGui import QTextOption

    view = QPlainTextEdit()
    qtbot.addWidget(view)
    view.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
    view.resize(400, 600)
    view.show()
    view.setPlainText(line)
    view.grab()  # it came back: the time would grow with the square of the length


def test_the_stretch_around_a_passage():
    whole = "words " * 10 + "\n"
    text = whole * (WHOLE_LIMIT // len(whole))
    assert stretch_around(text, 5) == Stretch(0, len(text))
    text *= 3
    assert stretch_around(text, 0) == Stretch(0, STRETCH)
    assert stretch_around(text, len(text)) == Stretch(len(text) - STRETCH, len(text))
    middle = stretch_around(text, len(text) // 2)
    assert middle.holds(len(text) // 2, len(text) // 2 + 1000)
    assert middle.end - middle.start == STRETCH


def test_of_lines_without_end_less_is_laid_out():
    text = "x" * 300_000
    assert stretch_around(text, 150_000) == Stretch(125_000, 175_000)
    assert stretch_around("x" * ENDLESS_STRETCH, 0) == Stretch(0, ENDLESS_STRETCH)

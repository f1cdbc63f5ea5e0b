"""The guarded browser: nothing is read, copies are exact (RN1, GU10)."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QTextCursor, QTextOption, QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop_app.domain.values import Citation, Label, Verdict
from desktop_app.ui.chat.browser import GuardedBrowser
from desktop_app.ui.chat.markdown import render
from desktop_app.ui.chat.marks import Notes
from desktop_app.ui.theme import LIGHT
from tests.support.chat import click_link


@pytest.fixture
def browser(qtbot):
    made = GuardedBrowser()
    qtbot.addWidget(made)
    made.resize(500, 100)
    made.show()
    return made


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="{}">',
        '<body background="{}">x</body>',
        '<table background="{}"><tr><td>x</td></tr></table>',
        '<style>@import url("{}");</style>x',
        '<link rel="stylesheet" href="{}">x',
        '<ul style="list-style-image: url({})"><li>x</li></ul>',
    ],
)
@pytest.mark.parametrize(
    "target", ["file:///dev/zero", "/dev/zero", "FIFO", "qrc:/x", "//host/share/x"]
)
def test_rn1_no_resource_is_read_whatever_the_markup(browser, tmp_path, markup, target):
    if target == "FIFO":
        target = str(tmp_path / "pipe")
        os.mkfifo(target)
    browser.show_html(markup.format(target))
    browser.grab()  # it would hang for ever


def test_rn1_the_source_is_never_changed(browser):
    browser.show_plain("stay")
    browser.setSource(QUrl("file:///etc/hosts"))
    assert browser.toPlainText() == "stay"


def test_it_is_as_tall_as_its_text_and_has_no_bars(browser, qtbot):
    browser.show_plain("one line")
    low = browser.height()
    browser.show_plain("word " * 400)
    assert browser.height() > 5 * low
    assert not browser.verticalScrollBar().isVisible()
    tall = browser.height()
    browser.resize(900, tall)
    qtbot.waitUntil(lambda: browser.height() < tall)


def test_a_long_run_is_broken_anywhere(browser):
    browser.show_plain("short words")
    assert browser.wordWrapMode() == QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    browser.show_plain("x" * 3000)
    assert browser.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere


NOTES = Notes(
    (
        Verdict(0, 9, "One 😀 ok.", Label.SUPPORTED, 0.9),
        Verdict(10, 14, "Two.", Label.UNSUPPORTED, 0.1),
    ),
    (Citation(1, "d", 1, 0, 1, "q", 1, 9),),
)


def test_copy_leaves_marks_out_and_names_citations(browser):
    browser.show_html(render("One 😀 ok. Two.", LIGHT, NOTES).blocks[0].html)
    browser.selectAll()
    browser.copy()
    copied = QGuiApplication.clipboard().text()
    assert copied.split() == ["One", "😀", "ok.", "[1]", "Two."]
    assert "✓" not in copied
    assert QGuiApplication.clipboard().mimeData().hasHtml() is False


HARD = [
    "👩‍👩‍👧‍👦 🇨🇭 ok",
    "שלום world עברית",
    "漢字かな 한글",
    "e" + "\u0301" * 1000,
    "a\u2028b",
    "tab\tand  two spaces",
    "\u202eright to left\u202c",
]


@pytest.mark.parametrize("text", HARD)
def test_gu10_plain_copies_are_exact(browser, text):
    browser.show_plain(text)
    browser.selectAll()
    data = browser.createMimeDataFromSelection()
    assert data.text() == text.replace("\u2028", "\n")


def test_gu10_nul_and_lone_surrogates_do_no_harm(browser):
    browser.show_plain("a\0b")
    browser.show_html(render("a\0b \ud800 c", LIGHT).blocks[0].html)
    browser.grab()


def test_marks_are_clicked_and_reached_by_keyboard(browser, qtbot):
    browser.show_html(render("One 😀 ok. Two.", LIGHT, NOTES).blocks[0].html)
    browser.grab()
    with qtbot.waitSignal(browser.mark_clicked) as clicked:
        click_link(browser, qtbot, "?")
    assert clicked.args == ["verdict", 1]
    browser.setFocus()
    browser.moveCursor(QTextCursor.MoveOperation.Start)
    with qtbot.waitSignal(browser.mark_clicked) as clicked:
        qtbot.keyClick(browser, Qt.Key.Key_Tab)
        qtbot.keyClick(browser, Qt.Key.Key_Return)
    assert clicked.args[0] in ("verdict", "cite")


def test_the_wheel_scrolls_what_is_around_it(browser, qtbot):
    browser.show_plain("word " * 400)
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(browser.viewport(), event)
    assert not event.isAccepted()

"""A link asks first, and shows where it leads (PI5, RN3)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton

from desktop_app.ui.chat import link_dialog, wording
from desktop_app.ui.chat.browser import GuardedBrowser
from desktop_app.ui.chat.markdown import render
from desktop_app.ui.theme import LIGHT
from tests.support.chat import click_link


@pytest.fixture
def browser(qtbot):
    made = GuardedBrowser()
    qtbot.addWidget(made)
    made.resize(500, 100)
    made.show()
    return made


def test_pi5_a_link_asks_first_and_shows_the_whole_address(browser, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(
        link_dialog.QDesktopServices, "openUrl", lambda url: opened.append(url.toString())
    )
    browser.show_html(render("[münchen](https://münchen.de/?secret=1)", LIGHT).blocks[0].html)
    click_link(browser, qtbot, "münchen")
    dialog = browser.findChild(link_dialog.LinkDialog)
    assert dialog.isVisible()
    shown = dialog.findChild(QPlainTextEdit).toPlainText()
    assert shown == "https://xn--mnchen-3ya.de/?secret=1"
    assert opened == []
    (follow,) = [b for b in dialog.findChildren(QPushButton) if b.text() == wording.OPEN_IN_BROWSER]
    qtbot.mouseClick(follow, Qt.MouseButton.LeftButton)
    assert len(opened) == 1


def test_rn3_a_refused_address_has_no_button_to_open_it(browser, qtbot):
    browser._follow(QUrl("javascript:alert(1)"))
    dialog = browser.findChild(link_dialog.LinkDialog)
    texts = [b.text() for b in dialog.findChildren(QPushButton)]
    assert wording.OPEN_IN_BROWSER not in texts
    assert "not opened" in dialog.findChild(QLabel).text()
    assert dialog.findChild(QLabel).textFormat() == Qt.TextFormat.PlainText
    dialog.reject()

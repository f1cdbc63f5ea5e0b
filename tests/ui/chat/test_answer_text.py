"""The answer's text while it grows and when it is too much (GU8, GU9)."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from desktop_app.ui.chat import answer_text, wording
from desktop_app.ui.chat.answer_text import PlainView
from desktop_app.ui.chat.browser import GuardedBrowser
from desktop_app.ui.chat.code_block import CodeBlockView


def test_gu9_redrawing_is_throttled(answer, qtbot, monkeypatch):
    for name in ("FASTEST_MS", "SLOWEST_MS"):
        monkeypatch.setattr(answer_text, name, 60_000)
    text = ""
    for number in range(300):
        text += f"word{number} *and* "
        answer.stream_text(text)
        qtbot.wait(1)
    assert answer.drawings == 1
    answer._timer.start(0)
    qtbot.waitUntil(lambda: "word299" in answer._widgets[-1].toPlainText())
    assert answer.drawings == 2


def test_gu9_the_end_is_drawn_by_itself(answer, qtbot):
    answer.stream_text("one")
    answer.stream_text("one two")
    qtbot.waitUntil(lambda: "two" in answer._widgets[-1].toPlainText())


def test_only_the_end_is_drawn_again(answer):
    head = "\n\n".join(f"Paragraph {n} with some words." for n in range(300))
    answer.show_text(head + "\n\nlast")
    first = answer._widgets[0]
    first.show_html = None  # would fail if called
    answer.show_text(head + "\n\nlast and more")
    assert answer._widgets[0] is first
    assert "and more" in answer._widgets[-1].toPlainText()


def test_blocks_change_kind_as_the_text_grows(answer, qtbot):
    answer.show_text("Before\n\n``")
    answer.show_text("Before\n\n```python\nx = 1\n```\nAfter")
    kinds = [type(widget) for widget in answer._widgets]
    assert kinds == [GuardedBrowser, CodeBlockView, GuardedBrowser]
    answer.show_text("Other")
    assert len(answer._widgets) == 1


def test_gu8_beyond_the_limits_it_is_plain_and_says_so(answer, qtbot):
    answer.show_text("x" * 200_000)
    assert isinstance(answer._widgets[0], PlainView)
    assert answer._note.text() == wording.FORMATTING_OFF
    assert answer._note.isVisible()
    answer.show_text("x" * 200_000 + "more")
    assert answer._widgets[0].toPlainText() == "x" * 200_000 + "more"
    answer.show_text("short again")
    assert not answer._note.isVisible()


def test_code_in_a_list_is_copied_by_its_link(answer, qtbot):
    answer.show_text("1. Do:\n   ```bash\n   ls -l\n   ```")
    answer._widgets[0].anchorClicked.emit(QUrl("copy:0"))
    assert QGuiApplication.clipboard().text() == "ls -l"
    assert answer._note.text() == wording.COPIED


def test_marks_that_do_not_exist_are_not_clicked(answer, qtbot):
    answer.show_text("Text.")
    with (
        qtbot.assertNotEmitted(answer.verdict_clicked),
        qtbot.assertNotEmitted(answer.citation_clicked),
    ):
        answer._marked("verdict", 7)
        answer._marked("cite", 7)
        answer._marked("copy", 7)

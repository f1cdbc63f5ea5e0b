"""The building blocks: plain text, names for screen readers, whole text behind cut text."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from desktop_app.ui.parts import (
    ElidedLabel,
    SearchField,
    Switch,
    ampersands,
    button,
    frame,
    label,
    restyle,
    rule,
    tip,
)

HOSTILE = "<img src='file:///dev/zero'> & <b>x</b>"


def test_labels_take_nothing_for_markup(qtbot):
    for made in (label(HOSTILE, "muted", wrap=True), ElidedLabel(HOSTILE, "heading")):
        qtbot.addWidget(made)
        assert made.textFormat() == Qt.TextFormat.PlainText
    assert label("x", "muted").property("role") == "muted"


def test_a_cut_label_keeps_the_whole(qtbot):
    made = ElidedLabel("minutes of the harbour board.pdf", middle=True)
    qtbot.addWidget(made)
    made.resize(60, 20)
    made.show()
    assert "…" in made.text()
    assert made.whole == made.accessibleName() == "minutes of the harbour board.pdf"
    assert "minutes of the harbour" in made.toolTip()
    made.resize(900, 20)
    assert made.text() == made.whole
    assert made.toolTip() == ""


def test_tool_tips_are_literal():
    assert tip("") == ""
    assert "<img" not in tip(HOSTILE)
    assert "&lt;img" in tip(HOSTILE)
    assert ampersands("R&D") == "R&&D"


def test_a_button_has_a_name_a_key_and_no_memory_of_clicks(qtbot):
    pressed = []
    made = button("", lambda: pressed.append(1), kind="quiet", drawing="x", name="Close")
    qtbot.addWidget(made)
    made.show()
    assert made.accessibleName() == made.toolTip() == "Close"
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    qtbot.keyClick(made, Qt.Key.Key_Space)
    assert pressed == [1, 1]
    assert made.focusPolicy() == Qt.FocusPolicy.TabFocus
    assert button("Go", print, drawing="x").accessibleName() == "Go"


def painted(widget) -> QPixmap:
    return widget.grab().toImage()


def test_the_focus_can_be_seen(qtbot):
    for made in (button("Go", print), Switch("Self-check"), SearchField("Search")):
        qtbot.addWidget(made)
        made.show()
        made.clearFocus()
        before = painted(made)
        made.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(made.hasFocus)
        assert painted(made) != before, made


def test_a_switch_shows_its_state(qtbot):
    made = Switch("Self-check")
    qtbot.addWidget(made)
    made.show()
    off = painted(made)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    assert made.isChecked()
    assert painted(made) != off


def test_the_search_field_is_emptied_by_its_cross_and_by_escape(qtbot):
    made = SearchField("Search")
    qtbot.addWidget(made)
    made.show()
    assert made._clear.isHidden()
    qtbot.keyClicks(made, "ferry")
    qtbot.mouseClick(made._clear, Qt.MouseButton.LeftButton)
    assert made.text() == ""
    qtbot.keyClicks(made, "ferry")
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert made.text() == ""


def test_restyle_counts_at_once(qtbot):
    made = frame("note")
    qtbot.addWidget(made)
    made.resize(60, 60)
    made.show()
    before = painted(made)
    restyle(made, "role", "bad")
    assert painted(made) != before
    assert rule().height() == 1

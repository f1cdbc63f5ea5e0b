"""One control for each kind of option."""

import pytest
from PySide6.QtCore import QMimeData

from desktop_app.settings.options import Option
from desktop_app.ui.settings.controls import TEXT_LIMIT, control


@pytest.mark.parametrize(
    ("option", "choices", "value"),
    [
        (Option("a.b", True, "B"), [], False),
        (Option("a.b", 5, "B", minimum=1, maximum=9), [], 7),
        (Option("a.b", 0.5, "B", minimum=0.0, maximum=1.0), [], 0.25),
        (Option("a.b", "x", "B"), [("x", "Ex"), ("y", "Why")], "y"),
        (Option("a.b", "", "B"), [], "words"),
    ],
)
def test_showing_is_not_changing(qtbot, option, choices, value):
    heard: list[object] = []
    made = control(option, choices, heard.append)
    qtbot.addWidget(made.widget)
    made.show(value)
    assert heard == []
    assert made.widget.accessibleName() == "B"


def test_numbers_keep_their_bounds(qtbot):
    made = control(Option("a.b", 5, "B", minimum=1, maximum=9), [], print)
    qtbot.addWidget(made.widget)
    made.show(99)
    assert made.widget.value() == 9


def test_a_paste_without_end_is_cut(qtbot):
    made = control(Option("a.b", "", "B"), [], print)
    qtbot.addWidget(made.widget)
    data = QMimeData()
    data.setText("x" * 1_000_000)
    made.widget.insertFromMimeData(data)
    assert len(made.widget.toPlainText()) == TEXT_LIMIT

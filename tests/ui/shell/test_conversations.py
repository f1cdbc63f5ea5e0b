"""The rows of the conversation list: groups, names, speed."""

from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop_app.domain.conversations import Conversation
from desktop_app.ui.rows import RowList, RowRole
from desktop_app.ui.shell.conversations import ConversationRows, age

TODAY = date(2031, 6, 12)
NOON = datetime(2031, 6, 12, 12)


def at(**ago: float) -> float:
    return (NOON - timedelta(**ago)).timestamp()


@pytest.mark.parametrize(
    ("updated", "heading"),
    [
        (at(hours=11), "Today"),
        (at(hours=13), "Yesterday"),
        (at(days=2), "Previous 7 days"),
        (at(days=7), "Previous 7 days"),
        (at(days=8), "Older"),
        (at(days=-400), "Today"),
        (0.0, "Older"),
        (1e30, "Older"),
    ],
)
def test_ages(updated: float, heading: str):
    assert age(updated, TODAY) == heading


@pytest.fixture
def rows(qapp) -> ConversationRows:
    made = ConversationRows(today=lambda: TODAY)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def test_grouped_with_headings(rows):
    rows.show(
        [
            Conversation(1, "A", 0, at(hours=1)),
            Conversation(2, "", 0, at(hours=2)),
            Conversation(3, "C", 0, at(days=30)),
        ]
    )
    said = [rows.index(row, 0).data() for row in range(rows.rowCount())]
    assert said == ["Today", "A", "New conversation", "Older", "C"]
    assert rows.index(0, 0).flags() == Qt.ItemFlag.NoItemFlags
    assert rows.index_of(3).row() == 4
    assert not rows.index_of(99).isValid()
    rows.show([Conversation(3, "C", 0, at(days=30), snippet="the\n ferry")], grouped=False)
    assert rows.rowCount() == 1
    assert rows.index(0, 0).data(RowRole.UNDER) == "the ferry"


def test_an_edit_is_told_cleaned_and_cut(qtbot, rows):
    rows.show([Conversation(1, "A", 0, at(hours=1))])
    index = rows.index_of(1)
    with qtbot.waitSignal(rows.renamed) as told:
        assert rows.setData(index, "  Board\nminutes  " + "x" * 500)
    assert told.args[0] == 1
    assert told.args[1].startswith("Board minutes xxx")
    assert len(told.args[1]) == 200
    assert not rows.setData(index, "   ")
    assert not rows.setData(index, "A")
    assert not rows.setData(rows.index(0, 0), "heading")


def test_of_five_thousand_only_those_in_sight_are_painted(qtbot, rows, monkeypatch):
    view = RowList("Conversations")
    qtbot.addWidget(view)
    view.setModel(rows)
    view.resize(256, 700)
    view.show()
    many = [Conversation(n, f"Conversation {n}", 0, at(hours=n / 10)) for n in range(1, 5001)]
    painted = []
    paint = view.rows.paint
    monkeypatch.setattr(view.rows, "paint", lambda *now: painted.append(1) or paint(*now))
    rows.show(many)
    view.grab()
    assert 0 < len(painted) < 50


def test_the_same_list_again_changes_nothing(qtbot, rows):
    one = [Conversation(1, "A", 0, at(hours=1))]
    rows.show(one)
    with qtbot.assertNotEmitted(rows.modelReset):
        rows.show(list(one))

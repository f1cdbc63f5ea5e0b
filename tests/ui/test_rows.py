"""Painted rows: what a click hits, what keys do."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from desktop_app.ui.rows import Right, RowList, RowRole


def item(title: str, **roles: object) -> QStandardItem:
    made = QStandardItem(title)
    for name, value in roles.items():
        made.setData(value, RowRole[name.upper()])
    return made


@pytest.fixture
def rows(qtbot) -> RowList:
    made = RowList("Things", ruled=True)
    qtbot.addWidget(made)
    model = QStandardItemModel(made)
    heading = item("Today", heading=True)
    heading.setFlags(Qt.ItemFlag.NoItemFlags)
    model.appendRow(heading)
    model.appendRow(item("One", key=1))
    model.appendRow(item("Two", key=2, under="below", right=Right("Retry", "accent", link=True)))
    model.appendRow(item("Three", key=3, under="40 of 80", progress=0.5))
    made.setModel(model)
    made.resize(300, 300)
    made.show()
    return made


def at(rows: RowList, row: int) -> QPoint:
    rect = rows.visualRect(rows.model().index(row, 0))
    return QPoint(rect.left() + 30, rect.center().y())


def click(qtbot, rows: RowList, place: QPoint) -> None:
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_on_the_words_opens(qtbot, rows):
    with qtbot.waitSignal(rows.opened) as told:
        click(qtbot, rows, at(rows, 1))
    assert told.args[0].data() == "One"


def test_a_click_on_a_heading_or_beside_the_rows_does_nothing(qtbot, rows):
    with qtbot.assertNotEmitted(rows.opened):
        click(qtbot, rows, at(rows, 0))
        click(qtbot, rows, QPoint(30, 290))


def test_the_menu_button_and_the_right_word(qtbot, rows):
    index = rows.model().index(2, 0)
    row = rows.visualRect(index)
    with qtbot.assertNotEmitted(rows.opened):
        with qtbot.waitSignal(rows.menu_wanted) as told:
            click(qtbot, rows, rows.rows.menu_rect(row).center())
        assert told.args[0].data() == "Two"
        with qtbot.waitSignal(rows.right_clicked) as told:
            right = index.data(RowRole.RIGHT)
            click(qtbot, rows, rows.rows.right_rect(row, right).center())
        assert told.args[0].data() == "Two"


def test_keys(qtbot, rows):
    rows.setFocus()
    assert rows.currentIndex().data() == "One"
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    with qtbot.waitSignal(rows.opened) as told:
        qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert told.args[0].data() == "Two"
    with qtbot.waitSignal(rows.menu_wanted):
        rows._context(QPoint(5, 295))


def test_what_is_open_and_what_has_the_focus_look_different(qtbot, rows):
    rows.clearFocus()
    before = rows.grab().toImage()
    rows.mark(1)
    marked = rows.grab().toImage()
    assert marked != before
    rows.setFocus()
    qtbot.waitUntil(rows.hasFocus)
    assert rows.grab().toImage() != marked


def test_two_lines_are_taller_than_one(rows):
    heights = [rows.visualRect(rows.model().index(row, 0)).height() for row in range(4)]
    assert heights[2] == heights[3] > heights[1]

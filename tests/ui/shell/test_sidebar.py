"""The left column by keyboard: search, go down, open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.ui.notices import Notices
from desktop_app.ui.shell.sidebar import Sidebar
from desktop_app.ui.tasks import Tasks
from tests.support.ui_fakes import FakeConversations


def test_search_leads_into_the_list_and_opens(qtbot, tmp_path: Path) -> None:
    conversations = FakeConversations()
    ferry = conversations.create("The ferry")
    pier = conversations.create("The pier")
    tasks = Tasks()
    sidebar = Sidebar(conversations, tasks, Notices())
    qtbot.add_widget(sidebar)
    sidebar.show()
    sidebar.refresh()
    qtbot.wait_until(lambda: sidebar.rows.rowCount() == 3)
    opened: list[int] = []
    sidebar.opened.connect(opened.append)
    sidebar.focus_search()
    QTest.keyClick(sidebar.search, Qt.Key.Key_Return)
    QTest.keyClick(sidebar.search, Qt.Key.Key_Down)
    qtbot.wait_until(lambda: sidebar.list.currentIndex().isValid())
    QTest.keyClick(sidebar.list, Qt.Key.Key_Down)
    QTest.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert len(opened) == 2
    assert set(opened) == {ferry.id, pier.id}
    QTest.keyClicks(sidebar.search, "no such words")
    qtbot.wait_until(lambda: sidebar.rows.rowCount() == 0)
    QTest.keyClick(sidebar.search, Qt.Key.Key_Down)
    QTest.keyClick(sidebar.search, Qt.Key.Key_Return)
    assert len(opened) == 2
    tasks.close()

"""The whole window over fakes: clicks and keys, from the first start to closing during an answer."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from desktop_app.domain.errors import KnownFault
from desktop_app.settings import options
from desktop_app.ui.rows import RowRole
from desktop_app.ui.services import Services
from desktop_app.ui.shell.window import MainWindow
from tests.support import harbour

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def talked(qtbot, opened, services: Services) -> Iterator[MainWindow]:
    harbour.fill_conversations(services.conversations)
    made = opened(services)
    qtbot.waitUntil(lambda: made.sidebar.rows.rowCount() > 0)
    yield made
    made.close()


def key(qtbot, window: QWidget, code: Qt.Key, modifier=CTRL) -> None:
    target = QApplication.focusWidget() or window
    qtbot.keyClick(target, code, modifier)


def click_row(qtbot, window: MainWindow, title: str) -> int:
    rows = window.sidebar.rows
    for row in range(rows.rowCount()):
        index = rows.index(row, 0)
        if index.data() == title:
            place = window.sidebar.list.visualRect(index)
            spot = QPoint(place.left() + 20, place.center().y())
            qtbot.mouseClick(window.sidebar.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
            return rows.conversation(index).id
    raise AssertionError(f"{title} is not listed")


def titles(window: MainWindow) -> list[str]:
    rows = window.sidebar.rows
    return [rows.index(row, 0).data() for row in range(rows.rowCount())]


def ask(qtbot, window: MainWindow, words: str) -> None:
    window.chat.composer.edit.setPlainText(words)
    window.chat.composer.send()


# --- conversations ------------------------------------------------------------------------------


def test_the_list_is_grouped(talked):
    said = titles(talked)
    assert [
        title for title in said if title in {"Today", "Yesterday", "Previous 7 days", "Older"}
    ] == [
        "Today",
        "Yesterday",
        "Previous 7 days",
        "Older",
    ]
    assert said[1] == "Lease: notice period"


def test_a_click_opens_a_conversation(qtbot, talked):
    number = click_row(qtbot, talked, "Kafka partition sizing")
    qtbot.waitUntil(lambda: talked.header.title.whole == "Kafka partition sizing")
    assert talked.windowTitle() == "Kafka partition sizing – Candor"
    assert talked.sidebar.list.rows.marked == number
    key(qtbot, talked, Qt.Key.Key_N)
    assert talked.header.title.whole == "New conversation"
    assert talked.sidebar.list.rows.marked == 0


def test_search_looks_into_titles_and_messages(qtbot, talked, services):
    first = services.conversations.create("Something else")
    services.conversations.add_question(first.id, None, "Where is the lantern ferry now?")
    key(qtbot, talked, Qt.Key.Key_K)
    assert talked.sidebar.search.hasFocus()
    qtbot.keyClicks(talked.sidebar.search, "lantern")
    qtbot.waitUntil(lambda: titles(talked) == ["Something else"])
    assert "lantern ferry" in talked.sidebar.rows.index(0, 0).data(RowRole.UNDER)
    talked.sidebar.list.grab()
    qtbot.keyClick(talked.sidebar.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(titles(talked)) > 9)
    qtbot.keyClicks(talked.sidebar.search, "zzz")
    qtbot.waitUntil(lambda: talked.sidebar._empty.text() == "Nothing found for “zzz”.")


def test_rename_in_place(qtbot, talked, services):
    number = click_row(qtbot, talked, "Kafka partition sizing")
    talked.sidebar.list.setFocus()
    qtbot.keyClick(talked.sidebar.list, Qt.Key.Key_F2)
    (editor,) = talked.sidebar.list.viewport().findChildren(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "Partitions")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Partitions" in titles(talked))
    assert services.conversations.get(number).title == "Partitions"
    assert talked.header.title.whole == "Partitions"


def test_delete_and_undo(qtbot, talked, services):
    click_row(qtbot, talked, "Kafka partition sizing")
    talked.sidebar.list.setFocus()
    qtbot.keyClick(talked.sidebar.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "Kafka partition sizing" not in titles(talked))
    assert talked.notices.text() == "Deleted “Kafka partition sizing”."
    assert talked.header.title.whole == "New conversation"
    qtbot.mouseClick(talked.notices._action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Kafka partition sizing" in titles(talked))
    qtbot.waitUntil(lambda: talked.header.title.whole == "Kafka partition sizing")


def test_a_delete_that_fails_is_one_notice(qtbot, talked, services):
    click_row(qtbot, talked, "Kafka partition sizing")
    services.conversations.fault = KnownFault("DI1", "The disk is full.", safe="Nothing was lost.")
    talked.sidebar.delete_current()
    qtbot.waitUntil(lambda: talked.notices.text() == "The disk is full. Nothing was lost.")
    assert "Kafka partition sizing" in titles(talked)


def test_the_row_menu(qtbot, talked):
    talked.sidebar.list.setCurrentIndex(talked.sidebar.rows.index(1, 0))
    talked.sidebar._menu(talked.sidebar.rows.index(1, 0), QPoint(10, 10))
    (menu,) = talked.sidebar.findChildren(QMenu)
    assert [action.text().split("\t")[0] for action in menu.actions()] == ["Rename", "Delete"]
    menu.close()


def test_a_first_question_makes_a_conversation(qtbot, window, services):
    assert titles(window) == []
    ask(qtbot, window, harbour.FERRY_QUESTION)
    qtbot.waitUntil(lambda: not window.chat.busy and len(titles(window)) == 2, timeout=8000)
    assert window.header.title.whole.startswith("Who designed the ferry")
    assert window.sidebar.list.rows.marked == 1


def test_a_thousand_conversations_open_fast(qtbot, services):
    now = datetime.now().timestamp()
    for number in range(1000):
        services.conversations.put(f"Conversation {number}", now - number * 3600)
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.show()
    window.start()
    qtbot.waitUntil(lambda: window.sidebar.rows.rowCount() > 1000)
    window.close()


# --- documents and source -----------------------------------------------------------------------


def test_a_citation_opens_its_source(qtbot, window):
    key(qtbot, window, Qt.Key.Key_D)
    assert not window.side.isVisible()
    citation = harbour.ferry_answer().citations[0]
    window.chat.citation_clicked.emit(citation)
    qtbot.waitUntil(lambda: window.side.source.highlighted() == citation.quote)
    assert window.side.isVisible()
    assert window.side.tabs.tabText(window.side.tabs.currentIndex()) == "Source"


def test_the_documents_chip_opens_the_panel(qtbot, window):
    window.side.tabs.setCurrentIndex(1)
    key(qtbot, window, Qt.Key.Key_D)
    qtbot.mouseClick(window.header.documents, Qt.MouseButton.LeftButton)
    assert window.side.isVisible()
    assert window.side.tabs.currentIndex() == 0


def test_files_dropped_on_the_chat_are_added(qtbot, window, services, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("x")
    window.chat.documents_dropped.emit([str(file)])
    qtbot.waitUntil(lambda: services.library.added == [str(file)])
    qtbot.waitUntil(lambda: window.header.documents.text() == " 3 documents")


def test_files_dropped_anywhere_are_added(qtbot, window, services, tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("x")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    window.dropEvent(
        QDropEvent(
            QPointF(20, 20),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    qtbot.waitUntil(lambda: services.library.added == [str(file)])
    qtbot.waitUntil(lambda: window.header.documents.text() == " 3 documents")


# --- faults -------------------------------------------------------------------------------------


def test_a_fault_of_the_chat_comes_to_the_bar(qtbot, window):
    retried = []
    window.chat.fault.emit(
        KnownFault("EN1", "The model's process ended."), lambda: retried.append(1)
    )
    assert window.notices.text() == "The model's process ended."
    qtbot.mouseClick(window.notices._action, Qt.MouseButton.LeftButton)
    assert retried == [1]


def test_a_task_that_nobody_minds_comes_to_the_bar(qtbot, window, expect_log):
    expect_log("unforeseen error")
    window.tasks.run(lambda: 1 / 0).start(window)
    qtbot.waitUntil(lambda: window.notices.text().startswith("Something went wrong"))


def test_interrupted_answers_are_told(qtbot, services):
    services.settings.notes.append("The settings file was damaged.")
    window = MainWindow(services)
    qtbot.addWidget(window)
    window.start(2)
    assert window.notices.text().startswith(
        "The settings file was damaged. 2 answers were interrupted"
    )
    window.close()


# --- columns ------------------------------------------------------------------------------------


def visible(window: MainWindow) -> str:
    panes = {"L": window.sidebar, "C": window.middle, "R": window.side}
    return "".join(name for name, pane in panes.items() if pane.isVisible())


def test_columns_by_width_and_by_key(qtbot, window):
    assert visible(window) == "LCR"
    key(qtbot, window, Qt.Key.Key_D)
    assert visible(window) == "LC"
    key(qtbot, window, Qt.Key.Key_D)
    key(qtbot, window, Qt.Key.Key_B)
    assert visible(window) == "CR"
    qtbot.mouseClick(window.header.sidebar, Qt.MouseButton.LeftButton)
    assert visible(window) == "LCR"
    window.resize(880, 700)
    assert visible(window) == "LC"
    window.chat.citation_clicked.emit(harbour.ferry_answer().citations[0])
    assert visible(window) == "CR"
    window.resize(600, 700)
    assert visible(window) == "C"
    qtbot.mouseClick(window.header.sidebar, Qt.MouseButton.LeftButton)
    assert visible(window) == "L"
    key(qtbot, window, Qt.Key.Key_L)
    assert visible(window) == "C"
    qtbot.mouseClick(window.header.panel, Qt.MouseButton.LeftButton)
    assert visible(window) == "R"
    window.resize(320, 240)
    window.grab()
    window.resize(1280, 800)
    assert visible(window) == "LCR"


def test_choosing_in_a_narrow_list_shows_the_chat(qtbot, talked):
    talked.resize(600, 700)
    talked.toggle_sidebar()
    assert visible(talked) == "L"
    click_row(qtbot, talked, "Lease: notice period")
    assert visible(talked) == "C"


def test_the_window_comes_back_where_it_was(qtbot, opened, services):
    window = opened(services)
    window.setGeometry(20, 30, 1100, 500)
    window.splitter.setSizes([300, 500, 300])
    sizes = window.splitter.sizes()
    window.toggle_panel()
    window.toggle_panel()
    window.close()
    again = opened(services)
    assert again.services.settings.get(options.WINDOW_GEOMETRY)
    again.resize(1100, 500)
    assert abs(again.splitter.sizes()[0] - sizes[0]) <= 40
    again.close()


@pytest.mark.parametrize("saved", ["{", '{"x": 90000, "y": -90000, "width": -5, "height": 1}'])
def test_a_damaged_geometry_does_no_harm(qtbot, opened, services, saved):
    services.settings.set(options.WINDOW_GEOMETRY, saved)
    window = opened(services)
    screen = QGuiApplication.primaryScreen().availableGeometry()
    assert screen.intersects(window.geometry())
    window.close()


# --- keys, names, looks -------------------------------------------------------------------------


def test_focus_goes_to_the_composer_by_key(qtbot, window):
    window.sidebar.search.setFocus()
    key(qtbot, window, Qt.Key.Key_L)
    assert window.chat.isAncestorOf(QApplication.focusWidget())


def test_tab_goes_through_everything_and_round(qtbot, talked):
    talked.chat.focus_composer()
    first = QApplication.focusWidget()
    walked = []
    for _ in range(60):
        walked.append(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            break
    assert QApplication.focusWidget() is first
    names = {widget.accessibleName() for widget in walked}
    assert {
        "New conversation",
        "Search conversations",
        "Conversations",
        "Settings",
        "Keyboard shortcuts",
        "Choose files",
        "Documents",
    } <= names
    assert any(name.startswith("Model: ") for name in names)
    assert all(name for name in names)


def test_everything_that_can_be_used_has_a_name(talked):
    for widget in talked.findChildren(QAbstractButton):
        if widget.isVisibleTo(talked):
            assert widget.accessibleName() or widget.text(), widget


def test_no_label_takes_its_text_for_markup(talked):
    for label in talked.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text(), label.text()


def test_labels_are_made_in_one_place_or_are_plain():
    room = Path(__file__).parents[3] / "desktop_app" / "ui"
    for file in room.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for made in re.finditer(r"\bQLabel\(", text):
            after = text[made.end() : made.end() + 300]
            assert "PlainText" in after, f"{file.name}: a QLabel without PlainText"


def test_a_title_full_of_markup_is_only_a_title(qtbot, opened, services):
    services.conversations.put("<img src='file:///dev/zero'>\u202e" * 9, harbour.NOW.timestamp())
    window = opened(services)
    qtbot.waitUntil(lambda: window.sidebar.rows.rowCount() == 2)
    window._open(1)
    qtbot.waitUntil(lambda: window.header.title.whole.startswith("<img src"))
    assert "\\x202e" in window.header.title.whole
    assert "<img" not in window.header.title.toolTip()
    window.grab()
    window.close()


def test_escape_stops_the_answer_from_anywhere(qtbot, window, services):
    for focused in (
        window.chat.composer.edit,
        window.sidebar.list,
        window.side.documents.drop.files,
    ):
        services.turns.gate.clear()
        ask(qtbot, window, harbour.FERRY_QUESTION)
        qtbot.waitUntil(lambda: window.chat.busy)
        focused.setFocus()
        key(qtbot, window, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        qtbot.waitUntil(lambda: not window.chat.controller.answering)


# --- closing ------------------------------------------------------------------------------------


def test_closing_during_an_answer_is_quick_and_keeps_the_text(qtbot, window, services):
    services.turns.gate.clear()
    ask(qtbot, window, harbour.FERRY_QUESTION)
    qtbot.waitUntil(lambda: len(services.turns.asked) == 1)
    qtbot.waitUntil(lambda: window.chat.busy)
    with qtbot.waitSignal(window.closed):
        window.close()
    answer = services.conversations.path(1)[-1]
    assert answer.text.startswith("The")


def test_closing_while_documents_are_added_is_quick(qtbot, window, services, tmp_path):
    services.library.gate.clear()
    file = tmp_path / "a.txt"
    file.write_text("x")
    window.side.documents.add([str(file)])
    qtbot.waitUntil(window.side.documents.card.isVisible)
    window.close()
    assert services.library.added == []


def test_deleting_the_conversation_that_is_answered_stops_it(qtbot, window, services):
    services.turns.gate.clear()
    ask(qtbot, window, harbour.FERRY_QUESTION)
    qtbot.waitUntil(lambda: window.chat.busy and window.sidebar.rows.rowCount() == 2)
    window.sidebar.list.setCurrentIndex(window.sidebar.rows.index(1, 0))
    window.sidebar.delete_current()
    qtbot.waitUntil(lambda: not window.chat.busy)
    assert window.header.title.whole == "New conversation"

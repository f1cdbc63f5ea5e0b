"""The document panel: real drops, clicks and keys."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog, QLabel

from desktop_app.domain.documents import Document, DocumentState
from desktop_app.domain.errors import KnownFault
from desktop_app.ui.library.documents import DocumentsPane
from desktop_app.ui.rows import Right, RowRole
from tests.support import harbour


@pytest.fixture
def pane(qtbot, library, tasks, notices) -> DocumentsPane:
    made = DocumentsPane(library, tasks, notices)
    qtbot.addWidget(made)
    tasks.unhandled.connect(notices.show_fault)
    made.resize(400, 700)
    made.show()
    return made


@pytest.fixture
def filled(qtbot, pane, library) -> DocumentsPane:
    harbour.fill_library(library, failed=True)
    qtbot.waitUntil(lambda: pane.rows.rowCount() == 5)
    qtbot.waitUntil(lambda: pane.rows.index_of(5).data(RowRole.UNDER) is not None)
    return pane


def spot(pane: DocumentsPane, document_id: int, where: str = "row") -> QPoint:
    """A point of a document's row: its words, its next step, its menu."""
    index = pane.rows.index_of(document_id)
    row = pane.list.visualRect(index)
    if where == "menu":
        return pane.list.rows.menu_rect(row).center()
    if where == "right":
        return pane.list.rows.right_rect(row, index.data(RowRole.RIGHT)).center()
    return QPoint(row.left() + 20, row.center().y())


def click(qtbot, pane: DocumentsPane, document_id: int, where: str = "row") -> None:
    place = spot(pane, document_id, where)
    qtbot.mouseClick(pane.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def files(tmp_path: Path, *names: str) -> list[str]:
    for name in names:
        (tmp_path / name).write_text("The ferry Brightwater carries 214 passengers.")
    return [str(tmp_path / name) for name in names]


def test_empty_says_what_to_do_next(pane):
    assert not pane.list.isVisible()
    shown = " ".join(label.text() for label in pane.findChildren(QLabel) if label.isVisible())
    assert "No documents yet" in shown
    assert "Drop files or folders here" in shown


def test_states_in_words_and_numbers(filled):
    rows = filled.rows
    said = {rows.index_of(n).data(): rows.index_of(n).data(RowRole.UNDER) for n in range(1, 6)}
    assert said == {
        "minutes.pdf": "3 pages · 9 passages",
        "harbour-history.docx": "12 pages · 32 passages",
        "scan.pdf": "no text found: a scan?",
        "plans-locked.pdf": "needs a password",
        "tide-tables.docx": "failed: the file ends in the middle",
    }
    spoken = rows.index_of(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "minutes.pdf, 3 pages · 9 passages"


def test_a_drop_adds_files_and_counts_what_is_left_out(qtbot, pane, library, notices, tmp_path):
    data = QMimeData()
    paths = files(tmp_path, "a.txt", "b.txt")
    data.setUrls(
        [*map(QUrl.fromLocalFile, paths), QUrl("https://example.org/x"), QUrl("file:///dev/zero")]
    )
    drop = QDropEvent(
        QPointF(20, 20),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    pane.drop.dropEvent(drop)
    qtbot.waitUntil(lambda: pane.rows.rowCount() == 2)
    assert library.added == paths
    qtbot.waitUntil(lambda: bool(notices.text()))
    assert notices.text() == (
        "2 documents added. 2 items left out: 1 neither a file nor a folder, 1 not on this machine."
    )
    assert not pane.card.isVisible()


def test_pasted_files_are_added(qtbot, pane, library, tmp_path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in files(tmp_path, "a.txt")])
    QGuiApplication.clipboard().setMimeData(data)
    pane.paste()
    qtbot.waitUntil(lambda: pane.rows.rowCount() == 1)


def test_pasted_text_adds_nothing(pane, library):
    QGuiApplication.clipboard().setText("/etc/passwd")
    pane.paste()
    assert library.added == []


def test_the_buttons_ask_for_files_and_folders(qtbot, pane, library, tmp_path, monkeypatch):
    paths = files(tmp_path, "a.txt")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (paths, ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    qtbot.mouseClick(pane.drop.files, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: library.added == paths)
    qtbot.mouseClick(pane.drop.folder, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: library.added == [*paths, str(tmp_path)])


def test_progress_is_shown_and_can_be_cancelled(qtbot, pane, library, notices, tmp_path):
    library.gate.clear()
    pane.add(files(tmp_path, "a.txt", "b.txt"))
    qtbot.waitUntil(pane.card.isVisible)
    assert pane.card._head.whole == "Adding 1 of 2: a.txt"
    assert pane.card._under.whole == "embedding 2 of 9"
    assert 0 < pane.card.bar.value() < 500
    qtbot.mouseClick(pane.card.stop, Qt.MouseButton.LeftButton)
    assert not pane.card.isVisible()
    qtbot.wait(50)
    assert library.added == []
    assert notices.text() == ""


def test_a_failure_is_one_notice_with_a_retry(qtbot, pane, library, notices, tmp_path):
    library.fault = KnownFault("DI1", "The disk is full.", action="Free some space.")
    pane.add(files(tmp_path, "a.txt"))
    qtbot.waitUntil(lambda: notices.text() == "The disk is full. Free some space.")
    notices._act()
    qtbot.waitUntil(lambda: pane.rows.rowCount() == 1)


def test_the_row_of_the_current_file_shows_how_far_it_is(qtbot, pane, library, tmp_path):
    library.put(Document(9, "/x/a.txt", "a.txt", DocumentState.EMBEDDING))
    library.gate.clear()
    pane.add(files(tmp_path, "a.txt"))
    index = pane.rows.index_of
    qtbot.waitUntil(lambda: index(9).data(RowRole.UNDER) == "embedding 2 of 9")
    assert index(9).data(RowRole.PROGRESS) == pytest.approx(2 / 9)
    pane.grab()
    pane.cancel()
    assert index(9).data(RowRole.UNDER) == "embedding…"


def test_a_ready_document_opens_by_click_and_by_key(qtbot, filled):
    with qtbot.waitSignal(filled.opened) as told:
        click(qtbot, filled, 1)
    assert told.args == [1]
    filled.list.setFocus()
    filled.list.setCurrentIndex(filled.rows.index_of(2))
    with qtbot.waitSignal(filled.opened) as told:
        qtbot.keyClick(filled.list, Qt.Key.Key_Return)
    assert told.args == [2]


def test_the_next_step_of_a_failed_document_is_retry(qtbot, filled, library, notices):
    assert filled.rows.index_of(5).data(RowRole.RIGHT) == Right("Retry", "accent", link=True)
    click(qtbot, filled, 5, "right")
    qtbot.waitUntil(lambda: library.retried == [(5, "")])
    qtbot.waitUntil(lambda: notices.text() == "tide-tables.docx was read.")


def test_a_password_opens_a_locked_document(qtbot, filled, library):
    click(qtbot, filled, 4, "right")
    (dialog,) = filled.findChildren(QInputDialog)
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText
    dialog.setTextValue("harbour")
    dialog.accept()
    qtbot.waitUntil(lambda: library.retried == [(4, "harbour")])
    qtbot.waitUntil(lambda: filled.rows.index_of(4).data(RowRole.UNDER) == "1 page · 4 passages")


def test_a_wrong_password_is_told(qtbot, filled, library, notices):
    filled.retry(library.documents()[1], "wrong")
    qtbot.waitUntil(lambda: "That password does not open" in notices.text())


def test_the_menu_offers_what_can_be_done(qtbot, filled, library):
    offered = {}
    for document in library.documents():
        menu = filled.menu_for(document)
        offered[document.id] = [action.text() for action in menu.actions() if action.text()]
        menu.deleteLater()
    always = ["Open file", "Show in folder", "Remove from Candor"]
    assert offered[1] == ["Show text", "Read again", *always]
    assert offered[3] == ["Retry", *always]
    assert offered[4] == ["Enter password…", *always]
    click(qtbot, filled, 1, "menu")
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()


def test_remove_forgets_by_key(qtbot, filled, library):
    filled.list.setFocus()
    filled.list.setCurrentIndex(filled.rows.index_of(2))
    qtbot.keyClick(filled.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: filled.rows.rowCount() == 4)
    assert 2 not in [document.id for document in library.documents()]


def test_a_removed_document_can_be_brought_back(qtbot, filled, library, notices):
    gone = library.documents()[0]
    added = []
    filled.add = added.append
    filled.remove(gone)
    qtbot.waitUntil(lambda: notices.text().startswith(f"Removed {gone.name} from Candor."))
    notices.current.action()
    assert added == [[gone.path]]


def test_cancel_ends_what_runs_and_what_waits(qtbot, pane, library, tmp_path):
    library.gate.clear()
    pane.add(files(tmp_path, "a.txt"))
    qtbot.waitUntil(pane.card.isVisible)
    pane.add(files(tmp_path, "b.txt"))
    tokens = list(pane._running)
    assert len(tokens) == 2
    pane.card.stop.click()
    assert all(token.cancelled for token in tokens)
    assert not pane.card.isVisible()
    pane._tasks.close()
    assert library.added == []


def test_a_file_that_is_gone_is_said(filled, library, notices):
    filled._open_path(Path("/nowhere/minutes.pdf"))
    assert "is no longer there. Its text is still in Candor." in notices.text()


def test_files_are_opened_by_the_system(filled, tmp_path, monkeypatch, notices):
    opened = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: not opened.append(url.toLocalFile())
    )
    filled._open_path(tmp_path)
    assert opened == [str(tmp_path)]
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    filled._open_path(tmp_path)
    assert "no program to open" in notices.text()


def test_a_hostile_name_is_only_a_name(qtbot, pane, library):
    name = "<img src='file:///dev/zero'>\u202efdp.exe"
    library.put(Document(1, f"/x/{name}", name, DocumentState.READY, "", 1, 1))
    qtbot.waitUntil(lambda: pane.rows.rowCount() == 1)
    index = pane.rows.index_of(1)
    assert index.data() == "<img src='file:///dev/zero'>\\x202efdp.exe"
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip
    assert "&lt;img" in tip
    pane.grab()


def test_what_an_earlier_run_left_is_finished_silently(qtbot, pane, library, notices):
    pane.finish_earlier()
    qtbot.waitUntil(lambda: library.refreshed == 1)
    qtbot.wait(30)
    assert notices.text() == ""


def test_ten_thousand_documents(qtbot, pane, library):
    for number in range(1, 10_001):
        library._documents[number] = Document(number, "/x", f"{number}.txt", DocumentState.READY)
    library.tell()
    qtbot.waitUntil(lambda: pane.rows.rowCount() == 10_000, timeout=3000)
    pane.grab()

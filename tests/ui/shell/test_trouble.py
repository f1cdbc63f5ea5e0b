"""A start that finds its conversations damaged or gone: the sentence, and the ways out."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from desktop_app import app
from desktop_app.assemble import assemble
from desktop_app.domain.errors import Fault
from desktop_app.settings import options
from desktop_app.settings.paths import Paths
from desktop_app.ui import wording
from desktop_app.ui.shell.trouble import TroubleDialog


def buttons(dialog: TroubleDialog) -> dict[str, QPushButton]:
    return {one.text(): one for one in dialog.findChildren(QPushButton)}


def press(dialog: TroubleDialog, begins: str) -> int:
    found = next(one for words, one in buttons(dialog).items() if words.startswith(begins))
    dialog.show()
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)
    return 1


def test_the_dialog_offers_and_remembers(qtbot) -> None:
    fault = Fault("DB1", "It is damaged.", "All is kept.", "Go back.", "page 7")
    done: list[str] = []
    dialog = TroubleDialog(fault, [("First", lambda: done.append("first"))])
    qtbot.add_widget(dialog)
    press(dialog, wording.COPY_DETAILS)
    assert "page 7" in QGuiApplication.clipboard().text()
    assert dialog.chosen is None
    press(dialog, "First")
    assert dialog.chosen is not None
    dialog.chosen()
    assert done == ["first"]
    left = TroubleDialog(fault, [])
    qtbot.add_widget(left)
    press(left, "Quit")
    assert left.chosen is None


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A data folder with a conversation, its daily copy, and the memory that there was one."""
    candor = assemble(str(tmp_path / "data"))
    made = candor.conversations.create("The ferry")
    candor.conversations.add_question(made.id, None, "Who designed it?")
    candor.answering.settings.set(options.KNOWN_CONVERSATIONS, 1)
    candor.close()
    return candor.paths


def titles(paths: Paths, monkeypatch: pytest.MonkeyPatch, begins: str) -> list[str] | None:
    monkeypatch.setattr(TroubleDialog, "exec", lambda dialog: press(dialog, begins))
    candor = app.open_parts(paths)
    if candor is None:
        return None
    found = [one.title for one in candor.conversations.find()]
    candor.close()
    return found


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 20, None])
def test_damaged_emptied_or_gone(qtbot, paths, monkeypatch, capsys, damage) -> None:
    """DB1, DB3"""
    file = paths.conversations_db
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)
    assert titles(paths, monkeypatch, "Quit") is None
    assert file.name in capsys.readouterr().err
    assert titles(paths, monkeypatch, "Go back to the copy of") == ["The ferry"]
    if damage:
        kept = [one for one in paths.data.glob("conversations.*db") if one.read_bytes() == damage]
        assert kept, "the damaged file is kept"


def test_begin_anew(qtbot, paths, monkeypatch) -> None:
    paths.conversations_db.write_bytes(b"no database at all" * 20)
    assert titles(paths, monkeypatch, wording.BEGIN_ANEW) == []
    assert titles(paths, monkeypatch, "nothing is asked") == []


def test_other_faults_have_no_way_out_here(paths) -> None:
    assert app.ways_out(paths, Fault("DB7", "conversations.db was made by a newer Candor.")) == []
    assert app.ways_out(paths, Fault("DB1", "something else is damaged.")) == []

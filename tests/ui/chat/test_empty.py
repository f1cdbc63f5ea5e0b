"""The empty chat: three steps, each of which does what it says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop_app.ui.theme import theme


def test_each_step_leads_on(pane, qtbot):
    document, question, model = pane.empty.steps
    with qtbot.waitSignal(pane.model_requested):
        qtbot.mouseClick(model, Qt.MouseButton.LeftButton)
    model.setFocus()
    qtbot.mouseClick(question, Qt.MouseButton.LeftButton)
    assert pane.composer.edit.hasFocus()
    qtbot.mouseClick(document, Qt.MouseButton.LeftButton)
    (dialog,) = pane.findChildren(QFileDialog)
    with qtbot.waitSignal(pane.documents_dropped) as chosen:
        dialog.filesSelected.emit(["/tmp/a.pdf"])
    assert chosen.args == [["/tmp/a.pdf"]]
    dialog.reject()


def test_steps_are_named_and_drawn_in_the_theme(pane):
    assert pane.empty.steps[0].accessibleName().startswith("Drop a document. ")
    (picture, *_others) = pane.empty._pictures.values()
    before = picture.pixmap().toImage()
    theme().set_mode("dark")
    assert picture.pixmap().toImage() != before
    theme().set_mode("light")

"""The composer: plain text, unfinished compositions, long pastes as chips (GU7, GU10, GU11)."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QInputMethodEvent, QTextOption
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_app.ui.chat import wording
from desktop_app.ui.chat.live import Draft


def paste(composer, text):
    QGuiApplication.clipboard().setText(text)
    composer.edit.paste()


def chips(composer):
    return [label.text() for label in composer._chips.findChildren(QLabel) if label.isVisible()]


def test_gu11_an_unfinished_composition_is_not_sent(composer, qtbot):
    qtbot.keyClicks(composer.edit, "ni")
    QApplication.sendEvent(composer.edit, QInputMethodEvent("你", []))
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert composer.heard == []
    done = QInputMethodEvent("", [])
    done.setCommitString("你")
    QApplication.sendEvent(composer.edit, done)
    composer.edit.setPlainText("你")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert [draft.text for draft in composer.heard] == ["你"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x" * 1_000_000, "Pasted text, 1.0 MB"),
        ("word " * 200_000, "Pasted text, 1.0 MB"),
        ("x" * 10_000_000, "Pasted text, 10.0 MB"),
        ("x" * 20_001, "Pasted text, 20 KB"),
        ("é" * 20_001, "Pasted text, 40 KB"),
    ],
)
def test_gu7_a_long_paste_becomes_a_chip_and_stays_whole(composer, text, name):
    paste(composer, text)
    assert chips(composer) == [name]
    assert composer.draft == Draft("", (text,))


def test_gu7_many_short_pastes_do_not_add_up_to_a_freeze(composer):
    for _ in range(5):
        paste(composer, "y" * 9_000)
    assert len(composer.edit.toPlainText()) <= 20_000
    assert len(composer.draft.pastes) == 3


def test_a_chip_can_be_removed_and_a_paste_alone_is_no_question(composer, qtbot):
    paste(composer, "x" * 30_000)
    assert not composer.send_button.isEnabled()
    assert composer.edit.placeholderText() == wording.ASK_ABOUT_PASTE
    qtbot.keyClicks(composer.edit, "What is it?")
    assert composer.send_button.isEnabled()
    (remove,) = [b for b in composer._chips.findChildren(QPushButton) if b.isVisible()]
    assert remove.accessibleName() == "Remove: Pasted text, 30 KB"
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert composer.draft == Draft("What is it?")


def test_rich_text_and_images_are_never_pasted(composer):
    data = QMimeData()
    data.setHtml('<b>bold</b><img src="file:///dev/zero">')
    data.setText("bold")
    composer.edit.insertFromMimeData(data)
    assert composer.edit.toPlainText() == "bold"
    picture = QMimeData()
    picture.setImageData(QImage(10, 10, QImage.Format.Format_RGB32))
    assert not composer.edit.canInsertFromMimeData(picture)
    composer.edit.insertFromMimeData(picture)
    assert composer.edit.toPlainText() == "bold"


def test_gu7_pasted_files_are_documents(composer, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/tmp/{n}.pdf") for n in range(100)])
    with qtbot.waitSignal(composer.files) as heard:
        composer.edit.insertFromMimeData(data)
    assert len(heard.args[0]) == 100
    assert composer.edit.toPlainText() == ""


def test_long_runs_are_broken_anywhere_and_words_at_spaces(composer):
    composer.edit.setPlainText("ordinary words")
    assert composer.edit.wordWrapMode() == QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
    composer.edit.setPlainText("x" * 2_500)
    assert composer.edit.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere


def test_it_grows_with_its_lines_up_to_a_limit(composer):
    low = composer.edit.height()
    composer.edit.setPlainText("a\nb\nc")
    assert composer.edit.height() > 2 * low
    composer.edit.setPlainText("\n" * 40)
    assert composer.edit.height() < 12 * low


def test_the_meter_shows_tokens_in_figures_and_in_words(composer):
    assert not composer.meter.isVisible()
    composer.meter.show_use(1212, 4096)
    assert composer.meter.isVisible()
    assert composer.meter._figures.text() == "1,212 / 4,096"
    assert "1,212 of the model's 4,096 tokens" in composer.meter._bar.accessibleName()

"""Makes docs/screenshots: the window in every state worth showing, light and dark, always the same picture.

    python tools/screenshots.py [FOLDER]

Runs offscreen with services in memory; the harbour board of Kelmont is invented.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from PySide6.QtCore import QtMsgType, qInstallMessageHandler  # noqa: E402
from PySide6.QtGui import QColor, QPainter, QPixmap  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog, QWidget  # noqa: E402

from desktop_app.domain.conversations import MessageState  # noqa: E402
from desktop_app.domain.values import Answer  # noqa: E402
from desktop_app.settings import options  # noqa: E402
from desktop_app.ui.services import Services  # noqa: E402
from desktop_app.ui.shell.window import MainWindow  # noqa: E402
from desktop_app.ui.theme import theme  # noqa: E402
from tests.support import harbour  # noqa: E402
from tests.support.ui_fakes import (  # noqa: E402
    FakeConversations,
    FakeEngine,
    FakeLibrary,
    FakeTurns,
    fake_services,
)

WIDE, MEDIUM, NARROW = (1440, 900), (820, 720), (420, 760)
SHADES = ("light", "dark")


class Stage:
    """One window over one set of fakes, as large as a picture."""

    def __init__(self, folder: Path, shade: str, size: tuple[int, int] = WIDE) -> None:
        self.services: Services = fake_services(folder)
        self.conversations = FakeConversations(lambda: harbour.NOW.timestamp())
        self.library = FakeLibrary()
        self.engine = FakeEngine()
        self.turns = FakeTurns(self.conversations)
        self.turns.answers = harbour.answer
        self.services = Services(
            conversations=self.conversations,
            library=self.library,
            engine=self.engine,
            shelf=self.services.shelf,
            turns=self.turns,
            settings=self.services.settings,
            data_folder=Path("/home/ines/.local/share/candor"),
        )
        self.services.settings.set(options.THEME, shade)
        self.size = size
        self.window: MainWindow | None = None

    def open(self) -> MainWindow:
        """Show the window and let it settle."""
        window = MainWindow(self.services)
        window.sidebar.rows._today = lambda: harbour.NOW.date()
        window.resize(*self.size)
        window.show()
        window.start()
        settle()
        self.engine.become(harbour.READY)
        settle()
        self.window = window
        return window

    def answered(self, *answers: Answer) -> int:
        """A conversation in which these answers were given."""
        conversation = self.conversations.create("Harbour board minutes").id
        parent: int | None = None
        for answer in answers:
            question = self.conversations.add_question(conversation, parent, answer.question)
            parent = self.conversations.add_answer(question)
            self.conversations.finish(parent, MessageState.DONE, answer)
        return conversation

    def close(self) -> None:
        """End the window and its threads."""
        if self.window is not None:
            self.window.close()
            self.window.deleteLater()
            settle(20)


def settle(milliseconds: int = 250) -> None:
    """Let tasks come home and everything be painted."""
    QTest.qWait(milliseconds)


def empty(stage: Stage) -> QWidget:
    """The first start."""
    return stage.open()


def streaming(stage: Stage) -> QWidget:
    """An answer while it is being written."""
    harbour.fill_conversations(stage.conversations)
    harbour.fill_library(stage.library)
    window = stage.open()
    stage.turns.gate.clear()
    stage.turns.hold_at = 21
    window.chat.composer.edit.setPlainText(harbour.FERRY_QUESTION)
    window.chat.composer.send()
    settle(900)
    stage.engine.become(harbour.WRITING)
    settle()
    return window


def cited(stage: Stage) -> QWidget:
    """A checked answer with its source open beside it."""
    harbour.fill_conversations(stage.conversations)
    harbour.fill_library(stage.library)
    answer = harbour.ferry_answer()
    conversation = stage.answered(answer)
    window = stage.open()
    window._open(conversation)
    settle()
    window.open_cited(answer.citations[0])
    settle()
    return window


def refusal(stage: Stage) -> QWidget:
    """A question that the documents do not answer."""
    harbour.fill_conversations(stage.conversations)
    harbour.fill_library(stage.library, failed=True)
    conversation = stage.answered(harbour.ferry_answer(), harbour.refusal())
    window = stage.open()
    window._open(conversation)
    settle()
    return window


def failed_document(stage: Stage) -> QWidget:
    """Documents that could not be read, each with a next step, and one being added."""
    harbour.fill_conversations(stage.conversations)
    harbour.fill_library(stage.library, failed=True, adding=True)
    window = stage.open()
    window.side.documents._show_progress(harbour.ADDING)
    window.notices.show_fault(harbour.CUT_SHORT, lambda: None)
    settle()
    return window


def settings(stage: Stage) -> QWidget:
    """The settings over the window."""
    harbour.fill_conversations(stage.conversations)
    harbour.fill_library(stage.library)
    window = stage.open()
    window.dialogs.open_settings()
    settle()
    return window


SCENES: dict[str, tuple[Callable[[Stage], QWidget], tuple[int, int]]] = {
    "empty": (empty, WIDE),
    "streaming": (streaming, WIDE),
    "cited": (cited, WIDE),
    "refusal": (refusal, WIDE),
    "failed-document": (failed_document, WIDE),
    "settings": (settings, WIDE),
    "small-window": (cited, MEDIUM),
    "narrow-window": (refusal, NARROW),
}


def photograph(window: QWidget) -> QPixmap:
    """The window, and the dialog it has open in its middle, as a desktop would show them."""
    picture = window.grab()
    painter = QPainter(picture)
    for dialog in window.findChildren(QDialog):
        if dialog.isVisible():
            place = dialog.rect()
            place.moveCenter(window.rect().center())
            painter.drawPixmap(place.topLeft(), dialog.grab())
            painter.setPen(QColor(theme().tokens.border_strong))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
    painter.end()
    return picture


def take(name: str, shade: str, folder: Path) -> Path:
    """Make one picture; returns its path."""
    scene, size = SCENES[name]
    picture = folder / f"{name}-{shade}.png"
    with tempfile.TemporaryDirectory() as temporary:
        stage = Stage(Path(temporary), shade, size)
        shown = scene(stage)
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()  # a blinking cursor would make every picture different
        settle(50)
        photograph(shown).save(str(picture))
        stage.turns.gate.set()
        stage.close()
    return picture


def main(words: list[str]) -> int:
    """Make all pictures, or those of the scenes named after the folder."""
    folder = Path(words[0]) if words else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(_quiet)
    application = QApplication([])
    theme()
    for name in words[1:] or SCENES:
        for shade in SHADES:
            print(take(name, shade, folder))
    application.quit()
    return 0


def _quiet(kind: QtMsgType, context: object, message: str) -> None:
    if not message.startswith("This plugin does not support"):
        print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

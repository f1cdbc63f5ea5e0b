"""A first day with the starter model, real keys and a real mouse: drop, ask, decline, die, find again."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop_app.domain.conversations import Message, MessageState
from desktop_app.domain.documents import DocumentState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import Outcome
from desktop_app.storage.conversations import ConversationStore
from desktop_app.storage.documents import LibraryStore
from tests.journeys.harbour import ABSENT, ON_PAGE_TWO, write_minutes
from tests.support.screen import Screen, wait_until

pytestmark = [pytest.mark.screen, pytest.mark.model, pytest.mark.timeout(400)]


@contextlib.contextmanager
def copied(data: Path, name: str, scratch: Path) -> Iterator[Path]:
    """A copy of a database: the window holds the file itself. It may be torn: look again then."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for file in data.glob(f"{name}*"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(file, scratch)
    with contextlib.suppress(KnownFault, sqlite3.Error):
        yield scratch / name


def peek(data: Path, scratch: Path) -> list[Message]:
    """The first conversation's shown path."""
    with (
        copied(data, "conversations.db", scratch) as file,
        contextlib.closing(ConversationStore.open(file)) as store,
    ):
        return [message for one in store.find()[-1:] for message in store.path(one.id)]
    return []


def ready_documents(data: Path, scratch: Path) -> list[str]:
    """Names of the documents that can be searched."""
    with (
        copied(data, "library.db", scratch) as file,
        contextlib.closing(LibraryStore(file)) as store,
    ):
        return [one.name for one in store.documents() if one.state is DocumentState.READY]
    return []


class Day:
    """A started window and what can be done to it."""

    def __init__(self, screen: Screen, folder: Path) -> None:
        self.screen, self.folder = screen, folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        process = self.screen.start(
            "-m", "desktop_app", "--data-dir", str(self.data), log=self.log, cwd=self.folder
        )
        self.window = self.screen.window("Candor$", 60)
        self.screen.focus(self.window)
        return process

    def ask(self, text: str) -> None:
        self.screen.keys("ctrl+l")
        self.screen.type(text)
        self.screen.keys("Return")

    def answer(self, position: int) -> Message:
        """Wait until the message at `position` of the path has ended."""

        def ended() -> Message | None:
            path = peek(self.data, self.folder / "copy")
            found = path[position] if len(path) > position else None
            ending = (MessageState.DONE, MessageState.STOPPED, MessageState.FAILED)
            return found if found and found.state in ending else None

        found = wait_until(ended, 150, f"message {position} to end")
        assert found is not None
        return found

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def test_first_day(screen: Screen, tmp_path: Path) -> None:
    day = Day(screen, tmp_path)
    x, y, width, height = screen.geometry(day.window)
    screen.drop([write_minutes(tmp_path / "papers")], x + width // 2, y + height // 2)
    wait_until(lambda: ready_documents(day.data, tmp_path / "copy"), 90, "the minutes to be read")
    day.ask(ON_PAGE_TWO)
    answered = day.answer(1)
    assert answered.answer is not None, answered
    assert answered.answer.outcome is Outcome.ANSWERED, answered
    assert "Ines Calder" in answered.text
    assert [citation.page for citation in answered.answer.citations] == [2]
    assert [verdict.label for verdict in answered.answer.verdicts] == ["supported"]

    day.ask(ABSENT)
    declined = day.answer(3)
    assert declined.answer is not None, declined
    assert declined.answer.outcome is Outcome.DECLINED, declined
    assert declined.answer.why.near_misses

    children = day.children()
    os.kill(day.process.pid, signal.SIGKILL)
    day.process.wait()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive, "workers outlived the window"

    day.process = day.start()
    assert "Brightwater" in _open_first(day)
    day.process.send_signal(signal.SIGTERM)
    assert day.process.wait(15) == 0
    assert "Traceback" not in day.log.read_text()
    with contextlib.closing(ConversationStore.open(day.data / "conversations.db")) as store:
        path = store.path(store.find()[-1].id)
    assert [message.text for message in path[:2]] == [ON_PAGE_TWO, answered.text]
    assert path[3].answer == declined.answer


def _open_first(day: Day) -> str:
    """Open the first conversation of the list by keyboard; the title that the window then carries."""

    def look() -> str:
        day.screen.keys("ctrl+k", "Down", "Return")
        time.sleep(0.5)
        title = day.screen.xdotool("getwindowname", day.window)
        return title if title != "Candor" else ""

    return wait_until(look, 20, "the conversation")

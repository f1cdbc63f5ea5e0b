"""Damaged, foreign, empty and interrupted databases: refused with a sentence, kept, or whole again."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pytest

from desktop_app.domain.conversations import MessageState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import Answer, Outcome
from desktop_app.storage.backup import (
    check,
    make_backup,
    newest_good_backup,
    restore,
    set_aside,
)
from desktop_app.storage.conversations import ConversationStore
from desktop_app.storage.database import Database
from desktop_app.storage.migrations import CONVERSATIONS


@pytest.fixture
def folder(tmp_path):
    """A data folder with one conversation of 60 messages and a backup of it."""
    store = open_store(tmp_path)
    conversation, parent = store.create("kept").id, None
    for number in range(30):
        question = store.add_question(conversation, parent, f"question {number} " * 40)
        parent = store.add_answer(question)
        answer = Answer("q", Outcome.ANSWERED, f"answer {number} " * 40)
        store.finish(parent, MessageState.DONE, answer)
    store.close()
    return tmp_path


def open_store(folder, **options):
    return ConversationStore(
        Database(folder / "c.db", CONVERSATIONS, backups=folder / "backups", reserve=0, **options)
    )


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def smash_header(path):
    data = bytearray(path.read_bytes())
    data[:100] = b"\xff" * 100
    path.write_bytes(data)


def cut_in_half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage_page(path):
    data = bytearray(path.read_bytes())
    data[100:4096] = random.Random(1).randbytes(3996)
    path.write_bytes(data)


def empty(path):
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "codes"),
    [
        (smash_header, {"DB1"}),
        (cut_in_half, {"DB2"}),
        (garbage_page, {"DB2"}),
        (empty, {"DB3"}),
    ],
)
def test_a_damaged_file_is_refused_kept_and_replaced(folder, damage, codes):
    """DB1, DB2, DB3, DB15: the way out is a backup, never deletion."""
    path = folder / "c.db"
    damage(path)
    before = digest(path)

    def use() -> None:
        store = open_store(folder, expected=True)
        try:
            (conversation,) = store.find()
            store.path(conversation.id)
        finally:
            store.database.close()

    with pytest.raises(KnownFault) as caught:
        use()
    assert caught.value.fault.code in codes
    assert "backups" in caught.value.fault.action + caught.value.fault.safe
    if damage is not cut_in_half:
        assert digest(path) == before

    kept = restore(newest_good_backup(folder / "backups", "c").path, path)
    assert kept.exists()
    store = open_store(folder, expected=True)
    assert len(store.path(store.find()[0].id)) == 60
    store.close()


def test_starting_empty_keeps_the_damaged_file(folder):
    """DB1"""
    smash_header(folder / "c.db")
    kept = set_aside(folder / "c.db", "damaged")
    store = open_store(folder)
    assert store.find() == []
    store.close()
    assert kept.read_bytes()[:4] == b"\xff" * 4


def test_a_lost_journal_leaves_the_last_checkpoint(folder):
    """DB5"""
    store = open_store(folder)
    store.create("in the journal")
    copy = folder / "copy"
    copy.mkdir()
    shutil.copy(folder / "c.db", copy / "c.db")
    store.close()
    again = open_store(copy, expected=True)
    assert [c.title for c in again.find()] == ["kept"]
    assert again.database.query("PRAGMA integrity_check")[0][0] == "ok"
    again.close()


def test_a_file_in_use_elsewhere(folder):
    """DB6: works as soon as the other program lets go."""
    other = sqlite3.connect(folder / "c.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(KnownFault, match=r"c\.db is open in another program"):
        open_store(folder, patience=0.05)
    other.execute("ROLLBACK")
    other.close()
    store = open_store(folder)
    assert len(store.find()) == 1
    store.close()


def test_a_newer_schema_opens_nothing_and_changes_nothing(folder):
    """DB7, UP2"""
    path = folder / "c.db"
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version=999")
    newer.close()
    before = (digest(path), sorted(p.name for p in folder.iterdir()))
    with pytest.raises(KnownFault, match="made by a newer Candor"):
        open_store(folder)
    assert (digest(path), sorted(p.name for p in folder.iterdir())) == before


def test_backups_made_while_writing_are_whole(folder):
    """DB14"""
    store, stop = open_store(folder), threading.Event()
    conversation = store.create().id

    def write() -> None:
        while not stop.is_set():
            store.add_question(conversation, None, "x" * 500)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(10):
            with store.database._lock:
                path = make_backup(store.database._connection, folder / "many", "c")
            assert check(path) == "ok"
    finally:
        stop.set()
        thread.join()
        store.close()


def test_a_large_library_of_chats_stays_quick(tmp_path):
    """DB12, at a tenth of its size: 500 conversations, 10,000 messages."""
    store = open_store(tmp_path)
    with store.database.transaction():
        for number in range(500):
            conversation, parent = store.create(f"conversation {number}").id, None
            for turn in range(10):
                question = store.add_question(conversation, parent, f"the question {number} {turn}")
                parent = store.add_answer(question)
                store.keep(parent, f"the answer {number} {turn} " * 10)

    def steps(call):
        """Thousands of instructions that SQLite runs for a call."""
        counted = []
        store.database._connection.set_progress_handler(lambda: counted.append(1), 1000)
        call()
        store.database._connection.set_progress_handler(None, 0)
        return len(counted)

    assert steps(store.find) < 50
    assert steps(lambda: store.find("the")) < 1_000
    assert steps(lambda: store.find("answer 417")) < 50
    assert steps(lambda: store.path(250)) < 50
    store.close()


WRITER = """
import sys
from pathlib import Path
from desktop_app.domain.conversations import MessageState
from desktop_app.domain.values import Answer, Outcome
from desktop_app.storage.conversations import ConversationStore
from desktop_app.storage.database import Database
from desktop_app.storage.migrations import CONVERSATIONS

folder, start = Path(sys.argv[1]), int(sys.argv[2])
store = ConversationStore(
    Database(folder / "c.db", CONVERSATIONS, backups=None, reserve=0, patience=5)
)
store.mark_interrupted()
conversation = store.create(str(start)).id
parent, number = None, start
while True:
    question = store.add_question(conversation, parent, f"q{number}")
    print(question, f"q{number}", flush=True)
    parent = store.add_answer(question)
    for piece in range(3):
        store.keep(parent, f"a{number}" * (piece + 1))
    print(parent, f"a{number}a{number}a{number}", flush=True)
    store.finish(parent, MessageState.DONE, Answer("q", Outcome.ANSWERED, f"done{number}"))
    print(parent, f"done{number}", flush=True)
    number += 1
"""


def test_twenty_kills_lose_nothing_that_was_acked(tmp_path):
    """TI1, DB9: acked data and integrity after SIGKILL at random moments; the first hit the migration."""
    chance, acked = random.Random(20), dict[int, str]()
    for round_number in range(20):
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", WRITER, str(tmp_path), str(round_number * 100_000)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        if round_number >= 5:
            acked_now(child.stdout.readline(), acked)
        time.sleep(chance.uniform(0.0, 0.25))
        child.kill()
        for line in child.stdout:
            acked_now(line, acked)
        child.stdout.close()
        child.wait()
    assert len(acked) >= 15
    store = ConversationStore(
        Database(tmp_path / "c.db", CONVERSATIONS, backups=None, reserve=0, patience=5)
    )
    for message_id, text in acked.items():
        found = store.message(message_id).text
        # what was acked, or what the child wrote after it and did not live to tell
        assert found == text or found == f"done{text[1 : text.index('a', 1)]}", (message_id, found)
    for conversation in store.find():
        path = store.path(conversation.id)
        assert path == sorted(path, key=lambda message: message.id)
    assert store.database.query("PRAGMA integrity_check")[0][0] == "ok"
    assert store.database.query("PRAGMA foreign_key_check") == []
    assert store.mark_interrupted() in (0, 1, 2)
    store.close()


def acked_now(line: str, acked: dict[int, str]) -> None:
    """Note an acknowledged message; a line that was cut by the kill is none."""
    if line.endswith("\n"):
        message_id, text = line.split()
        acked[int(message_id)] = text


def test_every_step_of_a_migration_is_old_or_new(tmp_path):
    """DB9: killed after each of its statements, a migration is not half there."""
    (migration,) = CONVERSATIONS
    code = """
import os, sys
from pathlib import Path
from desktop_app.storage.database import Database
from desktop_app.storage import migrations
steps = int(sys.argv[2])
def m001(connection):
    for statement in migrations.M001[:steps]:
        connection.execute(statement)
    os.kill(os.getpid(), 9)
Database(Path(sys.argv[1]) / "c.db", [m001], backups=None, reserve=0)
"""
    for steps in (0, 1, 5, 8, 14):
        killed = subprocess.run(
            [sys.executable, "-P", "-c", code, str(tmp_path), str(steps)], check=False
        )
        assert killed.returncode == -9
        database = Database(tmp_path / "c.db", [], backups=None, reserve=0)
        assert database.query("SELECT count(*) FROM sqlite_master")[0][0] == 0
        database.close()
    assert migration.__name__ == "m001_conversations_and_messages"
    store = open_store(tmp_path)
    store.create()
    store.close()

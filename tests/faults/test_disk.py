"""Full, read-only and failing disks: nothing acked is lost, and what can still be done is done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from desktop_app.domain.conversations import MessageState
from desktop_app.storage.conversations import ConversationStore
from tests.support.small_disk import PRELUDE, run_on_small_disk


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    return folder


def test_a_full_disk_refuses_a_question_and_keeps_the_rest(disk):
    """DI1: the next question is saved once there is room."""
    script = """
    store = ConversationStore.open(disk / "c.db")
    c = store.create("chat").id
    kept = store.add_question(c, None, "kept " * 50)
    fill()
    codes = {fault_of(lambda: store.add_question(c, kept, "y" * 100_000)) for _ in range(3)}
    print(codes, [m.text == "kept " * 50 for m in store.path(c)])
    os.unlink(disk / "filler")
    store.add_question(c, kept, "again")
    print([m.text[:5] for m in store.path(c)])
    store.close()
    store = ConversationStore.open(disk / "c.db")
    print([m.text[:5] for m in store.path(c)], store.database.query("PRAGMA integrity_check")[0][0])
    """
    assert run_on_small_disk(disk, script).splitlines() == [
        "{'DI1'} [True]",
        "['kept ', 'again']",
        "['kept ', 'again'] ok",
    ]


def test_a_chat_can_be_deleted_and_an_answer_finished_on_a_full_disk(disk):
    """DI2, DI3: the reserve gives way, and is made again when there is room."""
    script = """
    store = ConversationStore.open(disk / "c.db")
    keep, drop = store.create("keep").id, store.create("drop").id
    answer = store.add_answer(store.add_question(keep, None, "q"))
    print((disk / "reserve").stat().st_size >= 16 * 2**20)
    fill()
    text = "z" * 200_000
    store.finish(answer, MessageState.DONE, Answer("q", Outcome.ANSWERED, text))
    store.delete(drop)
    print((disk / "reserve").exists(), [c.title for c in store.find()])
    store.close()
    store = ConversationStore.open(disk / "c.db")
    print([c.title for c in store.find()], store.path(keep)[1].text == text)
    os.unlink(disk / "filler")
    store.create("more")
    print((disk / "reserve").exists())
    """
    assert run_on_small_disk(disk, script, 60).splitlines() == [
        "True",
        "False ['keep']",
        "['keep'] True",
        "True",
    ]


def test_a_disk_that_is_full_at_the_start(disk):
    """DI6: what is there can be read."""
    script = """
    store = ConversationStore.open(disk / "c.db")
    c = store.create("chat").id
    store.add_question(c, None, "question")
    store.close()
    fill()
    store = ConversationStore.open(disk / "c.db")
    print([m.text for m in store.path(c)], fault_of(lambda: store.add_question(c, None, "x" * 10**6)))
    """
    assert run_on_small_disk(disk, script) == "['question'] DI1\n"


@pytest.mark.parametrize("end", ["store.close()", "os.kill(os.getpid(), 9)"])
def test_a_read_only_disk_can_be_read(disk, end):
    """DI7: also when the journal was not folded in."""
    script = f"""
    if os.fork() == 0:
        store = ConversationStore.open(disk / "c.db")
        store.add_question(store.create("chat").id, None, "question")
        {end}
        os._exit(0)
    os.wait()
    remount("ro")
    store = ConversationStore.open(disk / "c.db", disk / "backups", expected=True)
    print([m.text for m in store.path(1)], store.find("quest")[0].title, store.mark_interrupted())
    print(fault_of(lambda: store.create()), store.database.stopped.code)
    store.close()
    remount("rw")
    store = ConversationStore.open(disk / "c.db")
    print(len(store.path(1)), store.database.stopped, store.mark_interrupted())
    """
    assert run_on_small_disk(disk, script).splitlines() == [
        "['question'] chat 0",
        "DI7 DI7",
        "1 None 1",
    ]


def test_settings_survive_a_full_disk(disk):
    """DI4"""
    script = """
    from desktop_app.settings.options import CONTEXT, SYSTEM_PROMPT
    from desktop_app.settings.store import Settings
    settings = Settings(disk / "settings.json")
    settings.set(CONTEXT, 1024)
    fill()
    print(fault_of(lambda: settings.set(SYSTEM_PROMPT, "x" * 100_000)), settings.get(CONTEXT))
    again = Settings(disk / "settings.json")
    print(again.get(CONTEXT), again.notes, sorted(p.name for p in disk.iterdir()))
    """
    assert run_on_small_disk(disk, script).splitlines() == [
        "DI1 1024",
        "1024 [] ['filler', 'settings.json']",
    ]


def test_a_backup_folder_that_is_full(disk):
    """DB16"""
    script = """
    store = ConversationStore.open(disk / "c.db", disk / "backups")
    c = store.create("chat").id
    store.add_question(c, None, "x" * 10_000)
    fill()
    print(fault_of(store.database.back_up_if_due), list((disk / "backups").glob("*")), len(store.path(c)))
    """
    assert run_on_small_disk(disk, script) == "DB16 [] 1\n"


CHILD = """
store = ConversationStore.open(disk / "c.db")
c = store.create("chat").id
print("open", flush=True)
for number in range(30):
    try:
        store.add_question(c, None, str(number))
    except KnownFault as known:
        print("fault", known.fault.code, flush=True)
        break
    print("ack", number, flush=True)
print("later", fault_of(lambda: store.create()), len(store.find()), flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("when", [9, 11, 14, 20])
def test_a_failing_fsync_is_no_false_tick(disk, when):
    """DI9: every acked question is there, and nothing is written after the failure."""
    if shutil.which("strace") is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have strace")
        pytest.skip("needs strace, which .ci/run installs")
    trace = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"]
    inject = f"inject=fsync,fdatasync:error=EIO:when={when}+"
    done = subprocess.run(
        [*trace, inject, sys.executable, "-P", "-c", PRELUDE + textwrap.dedent(CHILD), str(disk)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    acked = [line.split()[1] for line in lines if line.startswith("ack")]
    assert "fault DI9" in lines
    assert lines[-1] == "later DI9 1"
    store = ConversationStore.open(disk / "c.db")
    (conversation,) = store.find()
    ids = store.path(conversation.id)[0].siblings
    saved = [store.message(i).text for i in ids]
    assert saved[: len(acked)] == acked
    assert len(saved) <= len(acked) + 1
    assert {store.message(i).state for i in ids} == {MessageState.ASKED}
    store.close()

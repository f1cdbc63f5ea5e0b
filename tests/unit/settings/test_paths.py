"""Where things lie, who holds the folder, and names that must not lead out of it."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.settings import paths as module
from desktop_app.settings.paths import Paths, atomic_write, safe_join, sync_folder


def test_the_argument_beats_the_variable(tmp_path, own_data_folder):
    assert Paths.find().data == own_data_folder
    assert Paths.find(str(tmp_path / "chosen")).data == tmp_path / "chosen"


def test_without_either_the_system_says_where(monkeypatch, tmp_path):
    monkeypatch.delenv("CANDOR_DATA_DIR")
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: str(tmp_path / "system"))
    assert Paths.find().data == tmp_path / "system"


def test_a_relative_choice_counts_from_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert Paths.find("here").data == tmp_path / "here"


def test_folders_are_private(own_data_folder):
    paths = Paths.find()
    for folder in (paths.data, paths.index, paths.models, paths.backups, paths.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = (paths.conversations_db, paths.library_db, paths.settings_file)
    assert [f.parent for f in files] == [paths.data] * 3


def test_home_may_be_unset_and_xdg_relative(monkeypatch, tmp_path):
    """DI11"""
    monkeypatch.delenv("CANDOR_DATA_DIR")
    monkeypatch.setattr("platformdirs.user_data_dir", lambda *_, **__: "relative/candor")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Paths.find().data == tmp_path / ".local/share/candor"
    monkeypatch.setattr(Path, "expanduser", lambda path: Path("nowhere"))
    with pytest.raises(KnownFault, match="names no home folder") as caught:
        Paths.find()
    assert caught.value.fault.code == "DI11"
    assert "--data-dir" in caught.value.fault.action


def make_file(path):
    path.write_text("x")


def make_dangling_link(path):
    path.symlink_to(path.parent / "nowhere" / "at all")


def make_file_above(path):
    path.parent.rmdir()
    path.parent.write_text("x")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (make_file, "a file or a broken link is in its place"),
        (make_dangling_link, "a file or a broken link is in its place"),
        (make_file_above, "a file is in the way"),
    ],
)
def test_a_folder_that_cannot_be(tmp_path, spoil, reason):
    """DI8"""
    data = tmp_path / "above" / "data"
    data.parent.mkdir()
    spoil(data)
    with pytest.raises(KnownFault, match=reason) as caught:
        Paths.find(str(data))
    assert caught.value.fault.code == "DI8"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "may not write"),
        (errno.EROFS, "read-only"),
        (errno.ENOSPC, "full"),
        (errno.ELOOP, "symbolic links"),
        (None, "OSError"),
    ],
)
def test_reasons(number, words, tmp_path):
    error = OSError(number, os.strerror(number)) if number else OSError()
    assert words in module._reason(error, tmp_path)


def test_one_process_holds_the_folder(own_data_folder):
    """CO1, CO6"""
    paths = Paths.find()
    held = paths.lock()
    assert held is not None
    code = "from desktop_app.settings.paths import Paths; print(Paths.find().lock())"
    ask = [sys.executable, "-P", "-c", code]
    assert subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip() == "None"
    with held:
        pass
    held.release()
    assert "DataLock" in subprocess.run(ask, capture_output=True, text=True, check=True).stdout


def test_a_lock_dies_with_its_process(own_data_folder):
    """CO3"""
    paths = Paths.find()
    (paths.data / "lock").write_text("1")
    code = (
        "import os; from desktop_app.settings.paths import Paths\n"
        "held = Paths.find().lock(); assert held; os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == -9
    with paths.lock() as held:
        assert held is not None


def test_a_lock_file_that_is_a_link_is_refused(tmp_path, own_data_folder):
    """CO5"""
    paths, target = Paths.find(), tmp_path / "precious"
    target.write_text("mine")
    (paths.data / "lock").symlink_to(target)
    with pytest.raises(KnownFault, match="is a link or a folder") as caught:
        paths.lock()
    assert caught.value.fault.code == "CO5"
    assert target.read_text() == "mine"


def test_a_folder_without_locks_is_used_alone(own_data_folder, monkeypatch, expect_log):
    """DI7, DI14"""
    expect_log("no lock")

    def fails(*_, **__):
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr("filelock.FileLock.acquire", fails)
    with Paths.find().lock() as held:
        assert held is not None


def test_assets_of_a_checkout_and_of_a_package(monkeypatch, tmp_path):
    package = tmp_path / "desktop_app"
    monkeypatch.setattr(module, "PACKAGE", package)
    assert Paths.asset("a.json") == package / "_assets" / "a.json"
    assert Paths.repository_models() is None
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "assets").mkdir()
    assert Paths.asset("a.json") == tmp_path / "assets" / "a.json"
    assert Paths.repository_models() == tmp_path / "models"


@pytest.mark.parametrize(
    "name", ["a.gguf", "a/b.gguf", "Model (1) é.gguf", "console.txt", "x" * 255, ".hidden"]
)
def test_names_that_are_fine(name, tmp_path):
    assert safe_join(tmp_path, name) == tmp_path / name


BAD = [
    "../../x.gguf",
    "/abs",
    "a/../b",
    "con",
    "CON.gguf",
    "a/nul.txt",
    "x" * 256,
    "é" * 128,
    "a\u202eb",
    "a\0b",
    "a\nb",
    "C:x",
    "a\\b",
    "",
    ".",
    "..",
    "a//b",
    "a.",
    "a ",
    "\udcff",
]


@pytest.mark.parametrize("name", BAD, ids=range(len(BAD)))
def test_names_that_are_not(name, tmp_path):
    """HU17"""
    with pytest.raises(KnownFault, match="cannot be used") as caught:
        safe_join(tmp_path, name)
    assert caught.value.fault.what.isprintable()
    assert caught.value.fault.what.isascii()


def test_writing_replaces_the_whole_file(tmp_path):
    path = tmp_path / "a.json"
    atomic_write(path, b"one")
    atomic_write(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "DI1"),
        (errno.EDQUOT, "DI1"),
        (errno.EROFS, "DI7"),
        (errno.EACCES, "DI7"),
        (errno.EIO, "DI9"),
    ],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_keeps_the_old_content(tmp_path, monkeypatch, call, number, code):
    """DI4"""
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def fails(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fails)
    with pytest.raises(KnownFault, match=r"a\.json could not be saved") as caught:
        atomic_write(path, b"new")
    assert caught.value.fault.code == code
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_folders_are_not_synced_on_windows(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "name", "nt")
    sync_folder(tmp_path / "nowhere")

"""What can be a document among what was dropped (GU17)."""

import os

import pytest
from PySide6.QtCore import QMimeData, QUrl

from desktop_app.ui.library import drops
from desktop_app.ui.library.drops import local_paths, sort_out, urls_of


def test_files_and_folders_are_kept_in_order_once(tmp_path):
    one, two = tmp_path / "b.txt", tmp_path / "a.txt"
    for file in (one, two):
        file.write_text("x")
    found = sort_out([str(one), str(two), str(one), str(tmp_path)])
    assert found.paths == [str(one), str(two), str(tmp_path)]
    assert found.left_out == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_devices_pipes_and_missing_files_are_counted(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = sort_out([str(pipe), "/dev/zero", str(tmp_path / "gone"), "bad\0name"], elsewhere=3)
    assert found.paths == []
    assert found.left_out == {drops.NOT_A_FILE: 2, drops.GONE: 2, drops.NOT_HERE: 3}


def test_a_link_to_a_device_is_no_file(tmp_path):
    link = tmp_path / "innocent.txt"
    link.symlink_to("/dev/zero")
    assert sort_out([str(link)]).left_out == {drops.NOT_A_FILE: 1}


def test_ten_thousand_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(drops, "LIMIT", 3)
    files = [tmp_path / f"{number}.txt" for number in range(10)]
    for file in files:
        file.touch()
    found = sort_out(map(str, files))
    assert len(found.paths) == 3
    assert found.left_out == {drops.TOO_MANY: 7}


def test_only_files_of_this_machine():
    urls = [
        QUrl("file:///tmp/a.txt"),
        QUrl("https://example.org/a.pdf"),
        QUrl("file://server/share/a"),
    ]
    assert local_paths(urls) == (["/tmp/a.txt"], 2)


def test_text_is_not_a_drop():
    data = QMimeData()
    data.setText("/etc/passwd")
    assert urls_of(data) == []
    data.setUrls([QUrl("file:///tmp/a.txt")])
    assert len(urls_of(data)) == 1

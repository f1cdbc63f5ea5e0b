"""Which files a folder gives, and what is told of those it does not."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from desktop_app.library.readers.kinds import Selection, display_name


def test_do11_only_regular_files_inside_the_folder_are_taken(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("secret")
    root = tmp_path / "root"
    (root / "sub" / ".git").mkdir(parents=True)
    for name in ("b.txt", "a.PDF", "sub/c.md", ".env", "sub/.git/d.txt", "~$a.docx", "photo.png"):
        (root / name).write_text("x")
    (root / "sub" / "loop").symlink_to(root)
    (root / "link.txt").symlink_to(outside)
    (root / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(root)  # the path of a socket has a length limit
        listener.bind("socket.txt")
        os.chdir(here)

    selection = Selection([str(root)])
    assert [os.path.relpath(file, root) for file in selection.files] == [
        "a.PDF",
        "b.txt",
        "sub/c.md",
    ]
    assert sorted(selection.skipped) == [
        ".env: hidden",
        ".git: hidden",
        "link.txt: a link",
        "loop: a link",
        "photo.png: another format",
        "pipe.txt: not a regular file",
        "socket.txt: not a regular file",
        "zero.txt: a link",
        "~$a.docx: a lock file",
    ]


def test_what_a_person_picks_is_named_when_left_out(tmp_path: Path) -> None:
    (tmp_path / "odd.xyz").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    selection = Selection(
        [str(tmp_path / name) for name in ("odd.xyz", "pipe", "absent.pdf", "odd.xyz")] + ["nul\0"]
    )
    assert selection.files == [str(tmp_path / "odd.xyz")]
    assert selection.skipped == (
        "pipe: not a regular file",
        "absent.pdf: not found",
        "nul\ufffd: not found",
    )


def test_a_link_that_a_person_picks_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    assert Selection([str(tmp_path / "link.txt")]).files == [str(tmp_path / "real.txt")]


def test_do10_a_name_is_shown_without_tricks() -> None:
    assert display_name("/a/in\u202evoice\n.pdf") == "in\ufffdvoice\ufffd.pdf"
    assert display_name(os.fsdecode(b"/a/caf\xe9.txt")) == "caf\ufffd.txt"
    assert display_name("/") == "/"

"""Which files a folder gives: by their names; what their bytes are is told when they are read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence

DOCUMENTS = (
    ".pdf .docx .doc .pptx .xlsx .odt .ods .odp .epub .rtf .eml .html .htm .xhtml .md .markdown .mdown "
    ".txt .text .rst .log .csv .tsv .org .tex .adoc"
)
SOURCES = (
    ".py .js .mjs .ts .tsx .jsx .java .kt .c .h .cc .cpp .hpp .cs .go .rs .rb .php .pl .lua .swift .scala "
    ".r .jl .hs .ml .ex .sh .bat .ps1 .sql .css .scss .vue .json .yaml .yml .toml .ini .cfg .xml .srt .vtt"
)
SUFFIXES = frozenset(f"{DOCUMENTS} {SOURCES}".split())
"""What is taken from a folder; a file that a person picks is tried whatever its name."""

_UNSHOWABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def display_name(path: str) -> str:
    """The file's name as it may be shown: no control, bidirectional or undecodable characters."""
    return _UNSHOWABLE.sub("\ufffd", os.path.basename(path.rstrip(os.sep)) or path)


class Selection:
    """The files that a list of files and folders stands for; `skipped` names the rest."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.files: list[str] = []
        self._skipped: list[str] = []
        self._seen: set[str] = set()
        for path in paths:
            self._take(path)

    @property
    def skipped(self) -> tuple[str, ...]:
        """``name: reason`` of everything that was left out."""
        return tuple(self._skipped)

    def _skip(self, path: str, reason: str) -> None:
        self._skipped.append(f"{display_name(path)}: {reason}")

    def _take(self, path: str) -> None:
        try:
            # a link that a person picks is followed; one found in a folder is not
            path = os.path.realpath(path)
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            self._skip(path, "not found")
            return
        if stat.S_ISDIR(mode):
            for file in self._walk(path):
                self._add(file)
        elif stat.S_ISREG(mode):
            self._add(path)
        else:
            self._skip(path, "not a regular file")

    def _add(self, path: str) -> None:
        if path not in self._seen:
            self._seen.add(path)
            self.files.append(path)

    def _walk(self, root: str) -> Iterator[str]:
        """Regular files below `root` that can be read, in the order of their names; no link is followed."""
        folders = [root]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                self._skip(folder, "this folder may not be opened")
                continue
            inner = []
            for entry in found:
                if reason := _reason_to_skip(entry):
                    self._skip(entry.path, reason)
                elif entry.is_dir(follow_symlinks=False):
                    inner.append(entry.path)
                else:
                    yield entry.path
            folders.extend(reversed(inner))


def _reason_to_skip(entry: os.DirEntry[str]) -> str:
    """Why a folder's entry is left out; empty if it is not."""
    if entry.is_symlink():
        return "a link"
    if entry.name.startswith("."):
        return "hidden"
    if entry.name.startswith("~$"):
        return "a lock file"
    if entry.is_dir(follow_symlinks=False):
        return ""
    if not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if os.path.splitext(entry.name)[1].lower() not in SUFFIXES:
        return "another format"
    return ""

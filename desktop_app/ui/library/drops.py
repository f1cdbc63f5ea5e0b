"""What was dropped, pasted or chosen: which of it can be a document, and why the rest cannot (GU17)."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl

LIMIT = 5_000
"""At most this many files and folders at once; a folder counts as one."""

NOT_HERE = "not on this machine"
NOT_A_FILE = "neither a file nor a folder"
GONE = "not found"
TOO_MANY = f"beyond the {LIMIT:,} that can be added at once"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Paths to read, in the order given, and how many were left out for which reason."""

    paths: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def urls_of(data: QMimeData) -> list[QUrl]:
    """The files that a drop or the clipboard names; text that is not a list of files gives none."""
    return data.urls() if data.hasUrls() else []


def local_paths(urls: Iterable[QUrl]) -> tuple[list[str], int]:
    """Paths of the urls that are files of this machine, and how many are not. Touches no disk."""
    paths: list[str] = []
    elsewhere = 0
    for url in urls:
        # a UNC host (file://server/share) would make Windows connect to it
        if url.isLocalFile() and not url.host():
            paths.append(url.toLocalFile())
        else:
            elsewhere += 1
    return paths, elsewhere


def sort_out(paths: Iterable[str], elsewhere: int = 0) -> Sorted:
    """Keep regular files and folders, each once. Looks at the disk: call it from a lane."""
    kept: dict[str, None] = {}
    reasons: Counter[str] = Counter()
    if elsewhere:
        reasons[NOT_HERE] += elsewhere
    for path in paths:
        if path in kept:
            continue
        if len(kept) >= LIMIT:
            reasons[TOO_MANY] += 1
        elif reason := _unfit(path):
            reasons[reason] += 1
        else:
            kept[path] = None
    return Sorted(list(kept), dict(reasons))


def _unfit(path: str) -> str:
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return GONE
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else NOT_A_FILE

"""A file that only takes up room: dropped on a full disk, so that deleting and finishing still work."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

RESERVE_BYTES = 16 * 1024 * 1024
NEEDED_BYTES = 4 * 1024 * 1024


class Reserve:
    """The reserve file in `folder`. It never raises: without it Candor works as any other program does."""

    def __init__(self, folder: Path, size: int = RESERVE_BYTES) -> None:
        self._path = folder / "reserve"
        self._size = size

    def keep(self) -> None:
        """Make the file where it is missing and the disk has room for three of it."""
        if not self._size or self._path.exists() or self._free() < 3 * self._size:
            return
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(descriptor, b"Room kept for a full disk.\n")
                for offset in range(0, self._size, 1024 * 1024):
                    os.pwrite(descriptor, bytes(1024 * 1024), offset + 64)
            finally:
                os.close(descriptor)

    def give_way(self) -> None:
        """Delete the file where the disk is nearly full."""
        if self._free() < NEEDED_BYTES:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self._path.parent).free
        except OSError:
            return 0

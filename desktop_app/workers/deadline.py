"""Runs code that is not trusted to end, or to stay small: it is held to its limits, or the process dies."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import sys
from collections.abc import Iterator

MEMORY = 256 * 1024 * 1024
"""Bytes that the code may add to the address space."""


@contextlib.contextmanager
def held_to(seconds: float, memory: int = MEMORY) -> Iterator[None]:
    """End the *process* when the block takes longer; raise MemoryError in it when it grows too much.

    The clock runs in a native thread that needs no interpreter lock, so a single endless operation
    does not escape it. The memory limit holds on Linux.
    """
    with _limited(memory):
        faulthandler.dump_traceback_later(seconds, exit=True, file=2)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@contextlib.contextmanager
def _limited(memory: int) -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    with open("/proc/self/statm", "rb") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = used + memory
    if soft != resource.RLIM_INFINITY:
        limit = min(limit, soft)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

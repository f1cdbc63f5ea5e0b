"""Child processes that hold native code, and the pipe to them: each is started by its name."""

from __future__ import annotations

import importlib
import os
import sys

WORKERS = ("llm", "embed", "read")


def run_worker(name: str) -> int:
    """Be the worker called `name` until the parent closes the pipe; 2 for a name that is none.

    Leaves without Python's tear-down: freeing native libraries in whatever order it chooses can
    crash a process that has done all its work.
    """
    if name not in WORKERS:
        sys.stderr.write(f"There is no worker called {name!r}; there are {', '.join(WORKERS)}.\n")
        return 2
    status: int = importlib.import_module(f"desktop_app.workers.{name}").main()
    sys.stderr.flush()
    os._exit(status)

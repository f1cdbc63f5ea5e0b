"""`python -m desktop_app`: a worker before anything else is imported, a command, or the window."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    if len(words) == 2 and words[0] == "--worker":
        from desktop_app.workers import run_worker

        return run_worker(words[1])
    from desktop_app.cli import complain, parse, run
    from desktop_app.domain.errors import KnownFault

    try:
        parsed = parse(words)
    except KnownFault as fault:
        return complain(fault)
    if parsed.command is not None:
        return run(parsed)
    from desktop_app.app import run_window

    return run_window(parsed.data_dir)


if __name__ == "__main__":
    sys.exit(main())

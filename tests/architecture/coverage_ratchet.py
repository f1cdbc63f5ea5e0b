"""Holds the coverage of the rooms that must not guess at 100 %, lines and branches. Run after pytest.

Reads `.coverage` in the working folder; a file that falls short, or a room that was not measured, fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from coverage import Coverage
from coverage.exceptions import CoverageException

PERFECT = (
    "desktop_app/answering/",
    "desktop_app/domain/",
    "desktop_app/storage/",
    "desktop_app/workers/wire.py",
)


def shortfalls(
    files: Mapping[str, Mapping[str, Any]], perfect: Iterable[str] = PERFECT
) -> Iterator[str]:
    """A line for each file below 100 %. `files`: the "files" of coverage's JSON report."""
    for place in perfect:
        names = sorted(name for name in files if name.replace("\\", "/").startswith(place))
        if not names:
            yield f"{place}: not measured"
        for name in names:
            lines = ", ".join(runs(files[name]["missing_lines"]))
            branches = ", ".join(
                f"{start} to {end if end > 0 else 'exit'}"
                for start, end in files[name].get("missing_branches", [])
            )
            if lines or branches:
                missed = f"lines {lines or 'none'}; branches {branches or 'none'}"
                yield f"{name}: not covered: {missed}"


def runs(numbers: Iterable[int]) -> list[str]:
    """Numbers in words, neighbours joined: `["3-5", "9"]`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [f"{start}-{end}" if end > start else str(start) for start, end in found]


def main() -> int:
    """Print what falls short; 1 if anything does."""
    coverage = Coverage()
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        try:
            total = coverage.json_report(outfile=str(report))
        except CoverageException as error:
            print(f"There is no coverage to look at ({error}): run pytest --cov first.")
            return 1
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    complaints = list(shortfalls(files))
    print(*complaints, sep="\n", end="\n" if complaints else "")
    short = f"{len(complaints)} short of it" if complaints else "none short of it"
    print(f"Coverage {total:.1f} % over all; of the files held at 100 %, {short}.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

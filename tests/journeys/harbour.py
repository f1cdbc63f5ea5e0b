"""The papers that the journeys are about: three pages of harbour board minutes."""

from __future__ import annotations

from pathlib import Path

from tests.support.pdf import write_pdf

PAGES = (
    "Minutes of the Kelmont harbour board.\n"
    "The board met on 4 March 2031 in the old customs house.\n"
    "Present were Tomas Reed, Anneke Vos and Ruth Palmer.",
    "The lantern ferry Brightwater was launched in 1987.\n"
    "It was designed by the engineer Ines Calder and carries 214 passengers.\n"
    "The ferry crosses the bay six times a day from April to October.",
    "The pier will be repainted in 2032.\n"
    "The budget for the work is 48,300 crowns.\n"
    "The next meeting is on 8 April 2031.",
)
ON_PAGE_TWO = "Who designed the ferry Brightwater?"
ABSENT = "Which striker scored most goals for Brazil at the 1998 world cup?"


def write_minutes(folder: Path) -> Path:
    """The minutes as a real PDF file."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_pdf(folder / "minutes.pdf", PAGES)

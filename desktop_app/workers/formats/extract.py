"""What a reader of any format hands on: text, where its pages begin, and what there is to say about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.domain.errors import KnownFault

READS = (
    "PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, HTML, Markdown, RTF, e-mail, CSV and text"
)
"""The formats, as a sentence names them."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Text with the offsets at which its pages begin (none where the format has no pages).

    `hidden`: how many places held text that a reader of the document does not see; it is left out.
    """

    text: str
    mime: str
    page_starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    hidden: int = 0


def paged(pages: Iterable[str], mime: str, notes: tuple[str, ...] = (), hidden: int = 0) -> Extract:
    """Pages joined by an empty line, so that their offsets are ours."""
    starts: list[int] = []
    parts: list[str] = []
    at = 0
    for page in pages:
        starts.append(at)
        parts.append(page + "\n\n")
        at += len(page) + 2
    return Extract("".join(parts), mime, tuple(starts), notes, hidden)


def damaged(reason: str, details: str = "") -> KnownFault:
    """DO3: what is in the file is not what its format asks for."""
    return KnownFault("DO3", f"The file is damaged: {reason}.", details=details)


def unsupported(kind: str) -> KnownFault:
    """DO13: a file of another format."""
    return KnownFault("DO13", f"This is {kind}. Candor reads {READS}.")


def encrypted(kind: str) -> KnownFault:
    """DO3 and not DO1, for its password cannot be entered: it has to be taken off first."""
    return KnownFault(
        "DO3",
        f"This {kind} is encrypted, which Candor cannot open.",
        action="Save a copy without the password and add that.",
    )

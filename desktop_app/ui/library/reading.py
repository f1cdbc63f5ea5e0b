"""Text made fit for a Qt text view without moving a character, and which stretch of it to lay out."""

from __future__ import annotations

import re
from dataclasses import dataclass

WHOLE_LIMIT = 1_000_000
"""Characters up to which a document is laid out whole."""
STRETCH = 200_000
"""Characters laid out around a passage of a longer one."""
ENDLESS_STRETCH = 50_000
"""The same where lines do not end."""
LONG_WORD = 1_000
LONG_LINE = 20_000

_BENT = str.maketrans(
    {"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": " ", "\x0c": " ", "\x00": "\ufffd"}
)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets into a text, end excluded."""

    start: int
    end: int

    def holds(self, start: int, end: int) -> bool:
        """Whether it covers the range."""
        return self.start <= start and end <= self.end


def shown_text(text: str) -> str:
    """`text` as Qt keeps it: same length, one kind of line end, nothing that cannot be encoded."""
    bent = text.replace("\r\n", " \n").translate(_BENT)
    return _SURROGATE.sub("\ufffd", bent)


def utf16(text: str) -> int:
    """How many UTF-16 units Qt counts for `text`."""
    return (
        len(text) + sum(1 for character in text if character > "\uffff")
        if not text.isascii()
        else len(text)
    )


def characters(text: str, units: int) -> int:
    """How many characters of `text` the first `units` UTF-16 units are: the way back from `utf16`."""
    return len(
        text.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "replace")
    )


def fits_words(text: str) -> bool:
    """Whether lines can be broken between words; else that would take quadratic time (finding 4)."""
    longest_line = max(map(len, text.split("\n")))
    return longest_line < LONG_LINE and max(map(len, text.split()), default=0) < LONG_WORD


def stretch_around(text: str, offset: int) -> Stretch:
    """All of a text that is not too long; else the stretch with `offset` in its middle."""
    length = len(text)
    if length <= ENDLESS_STRETCH or (length <= WHOLE_LIMIT and fits_words(text)):
        return Stretch(0, length)
    start = max(0, min(offset - STRETCH // 2, length - STRETCH))
    if fits_words(text[start : start + STRETCH]):
        return Stretch(start, min(length, start + STRETCH))
    start = max(0, min(offset - ENDLESS_STRETCH // 2, length - ENDLESS_STRETCH))
    return Stretch(start, min(length, start + ENDLESS_STRETCH))

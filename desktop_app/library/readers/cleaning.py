"""What is taken out of extracted text before anything is cut from it: line ends, controls, hidden characters.

Every offset that is stored or shown counts in the text as it leaves here, so pages are cleaned one by one
and their starts counted anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

_HYPHEN = re.compile(r"(?<=\w)[\x02\ufffe\u00ad]\s*\n\s*(?=\w)|(?<=\w)[\x02\ufffe](?=\w)")
"""How PDF readers mark a hyphen that only the end of a line put there."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_HIDDEN = re.compile(
    "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    # joiners belong to Persian, Indic scripts and emoji; beside Latin letters they only hide
    "|(?<=[\x20-\u024f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x20-\u024f])"
)
_TELLING = re.compile("[\u200b\u202a-\u202e\u2060-\u206f\U000e0000-\U000e007f]")
"""Those of the hidden characters that a document has no innocent use for in numbers."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n(?:[^\S\n]*\n)+")


def clean(text: str, page_starts: Sequence[int] = ()) -> tuple[str, tuple[int, ...], int]:
    """(clean text in NFC, page starts in it, how many hidden characters were taken out)."""
    if not page_starts:
        cleaned, hidden = _clean_part(text)
        return cleaned, (), hidden
    starts: list[int] = []
    parts: list[str] = []
    at = total = 0
    bounds = [0, *page_starts[1:], len(text)]
    for start, end in pairwise(bounds):
        part, hidden = _clean_part(text[start:end])
        part = part.rstrip() + "\n\n"
        starts.append(at)
        parts.append(part)
        at += len(part)
        total += hidden
    return "".join(parts), tuple(starts), total


def _clean_part(text: str) -> tuple[str, int]:
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n\n")
    )
    text = text.replace("\x0c", "\n\n").replace("\x85", "\n")
    text = _HYPHEN.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _CONTROLS.sub(" ", text)
    hidden = len(_TELLING.findall(text))
    text = _HIDDEN.sub("", text)
    return _BLANK_LINES.sub("\n\n", unicodedata.normalize("NFC", text)), hidden

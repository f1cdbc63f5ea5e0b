"""Bytes of a text file to characters: a mark, UTF-8, UTF-16, or a guess among the old encodings.

A guess decodes the beginning with each candidate and rates what comes out: letters as people write them
count for it, symbols and capitals in the middle of words against it.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

SAMPLE = 65_536
"""Bytes that a guess looks at."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = (
    *("cp1252", "cp1251", "cp866", "koi8-r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
)
LABELS = {
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "cp866": "DOS 866",
    "koi8-r": "KOI8-R",
    "cp1250": "Windows-1250",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "shift_jis": "Shift JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-8, with damaged places": "UTF-8 with damaged places",
}
"""What people call the encodings."""

COMMON = frozenset("оеаинтсрвлкмдпуя的是不了人在有我他这中大来上国αοιετσνηυρاليمونترיוהלאתמ")
"""Letters that every text of their script is full of."""

_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,20})""")


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """(text, encoding that was guessed or empty when there was nothing to guess).

    `declared`: an encoding that the file itself names; tried first, not believed when others fit far
    better. Raises ValueError for what is no text.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), ""
    if encoding := _wide(data):
        return data.decode(encoding, errors="replace"), encoding
    if is_binary(data):
        raise ValueError("binary")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        # one damaged place in a long UTF-8 file does not make it another encoding
        if _mostly_utf8(data, error):
            return data.decode("utf-8", errors="replace"), "utf-8, with damaged places"
    encoding = _guess(data[:SAMPLE], declared)
    return data.decode(encoding, errors="replace"), encoding


def declared_in(data: bytes) -> str:
    """The encoding that the head of an HTML file names, empty if none that is known."""
    match = _DECLARED.search(data[:2048])
    if match is None:
        return ""
    try:
        return codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return ""


def is_binary(data: bytes) -> bool:
    """Whether more than a few of the first bytes are control characters."""
    head = data[:SAMPLE]
    controls = len(head) - len(
        head.translate(None, bytes(range(9)) + bytes(range(14, 27)) + b"\x7f")
    )
    return controls > len(head) // 100 + 2


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: every other byte of most text is nought."""
    head = data[:4096]
    half = len(head) // 2
    if half < 4:
        return ""
    found = ""
    if head[1::2].count(0) > half * 0.4 and head[0::2].count(0) < half * 0.05:
        found = "utf-16-le"
    elif head[0::2].count(0) > half * 0.4 and head[1::2].count(0) < half * 0.05:
        found = "utf-16-be"
    # tables of small numbers have their noughts in every other place, too
    text = head.decode(found, errors="replace") if found else ""
    controls = sum(letter < " " and letter not in "\t\n\r\f" for letter in text)
    return found if controls <= len(text) // 100 else ""


def _mostly_utf8(data: bytes, error: UnicodeDecodeError) -> bool:
    if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
        return True
    text = data[:SAMPLE].decode("utf-8", errors="replace")
    good = sum(letter > "\x7f" and letter != "\ufffd" for letter in text)
    return good > 20 * text.count("\ufffd")


def _guess(sample: bytes, declared: str) -> str:
    ratings = {
        encoding: _rating(sample, encoding) for encoding in (*CANDIDATES, declared) if encoding
    }
    if declared:
        ratings[declared] += 0.1
    return max(ratings, key=lambda encoding: ratings[encoding])


def _rating(sample: bytes, encoding: str) -> float:
    """How much the sample looks like writing when decoded so; per byte above 127."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except (UnicodeDecodeError, LookupError):
        return -9.0
    total, before = 0.0, " "
    for letter in text:
        if letter > "\x7f":
            total += _worth(letter, before)
        if letter.isalpha() and before.isalpha() and _script(letter) != _script(before):
            total -= 1.5
        before = letter
    high = sum(byte > 127 for byte in sample)
    return total / max(1, high)


def _worth(letter: str, before: str) -> float:
    """What one character says for the reading: a wide one stands for two bytes."""
    category = unicodedata.category(letter)
    if "\u3040" <= letter <= "\u30ff" or letter in "、。":
        return 2.4
    if "\u4e00" <= letter <= "\u9fff":
        return 2.4 if letter in COMMON else 1.2
    if "\uac00" <= letter <= "\ud7a3":
        return 2.4 if letter in COMMON else 1.6
    if "\uff61" <= letter <= "\uff9f":
        return 0.0
    if category == "Lu":
        return -1.0 if before.islower() else 0.5
    if category in ("Ll", "Lo"):
        return 1.5 if letter in COMMON else 1.0
    return 0.9 if letter in "“”„‘’«»–—…•€°§ ·" else -1.0


def _script(letter: str) -> str:
    """A script by its place in Unicode, closely enough to see two of them in one word."""
    if letter < "\u0250":
        return "latin"
    if "\u3040" <= letter <= "\u9fff":
        return "east"  # kana and Chinese characters do stand together
    return "hangul" if letter >= "\uac00" else str(ord(letter) >> 8)

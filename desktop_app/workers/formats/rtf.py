"""RTF to text: code pages by font, Unicode escapes; no pictures, deletions or hidden text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from desktop_app.workers.formats.extract import Extract

MIME = "application/rtf"
LETTERS_LIMIT = 60_000_000
"""Characters of text after which reading ends."""

LEFT_OUT = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "listtable",
        "listoverridetable",
        "info",
        "pict",
        "object",
        "themedata",
        "datastore",
        "generator",
        "rsidtbl",
        "latentstyles",
        "fldinst",
        "bkmkstart",
        "bkmkend",
        "header",
        "footer",
        "headerl",
        "headerr",
        "headerf",
        "footerl",
        "footerr",
        "footerf",
        "xmlnstbl",
        "mmathPr",
        "pntext",
        "pntxta",
        "pntxtb",
        "nonshppict",
        "annotation",
        "atnid",
        "atnauthor",
        "atrfstart",
        "atrfend",
        "ftnsep",
        "ftnsepc",
        "aftnsep",
        "aftnsepc",
        "filetbl",
        "revtbl",
        "wgrffmtfilter",
        "colorschememapping",
        "falt",
        "panose",
    ]
)
"""Destinations that hold no text of the page."""

SYMBOLS = {
    "par": "\n\n",
    "sect": "\n\n",
    "page": "\n\n",
    "line": "\n",
    "tab": "\t",
    "cell": " | ",
    "row": "\n",
    "nestcell": " | ",
    "nestrow": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "~": "\u00a0",
    "_": "-",
    "{": "{",
    "}": "}",
    "\\": "\\",
    "\n": "\n\n",
    "\r": "\n\n",
    "zwj": "\u200d",
    "zwnj": "\u200c",
}
CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_TOKEN = re.compile(
    rb"\\(?:'([0-9A-Fa-f]{2})|([a-zA-Z]{1,32})(-?\d{1,10})? ?|(.))|([{}])|([\r\n]+)|([^\\{}\r\n]+)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and its end restores."""

    silent: bool = False
    hidden: bool = False
    deleted: bool = False
    fonts: bool = False
    note: bool = False
    encoding: str = "cp1252"
    skip: int = 1
    """Characters that stand in for one Unicode escape."""


def read_rtf(data: bytes) -> Extract:
    """The text, paragraph by paragraph. Never fails: what is no RTF command is text."""
    reader = _Reader()
    reader.feed(data)
    lines = (
        line.strip(" \t").strip("|").strip(" \t") for line in "".join(reader.parts).split("\n")
    )
    notes = (f"deleted passages left out: {reader.deleted:,}",) if reader.deleted else ()
    return Extract("\n".join(lines).strip(), MIME, notes=notes, hidden=reader.hidden)


class _Reader:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.hidden = self.deleted = 0
        self._state = _State()
        self._groups: list[_State] = []
        self._bytes = bytearray()
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._default = "cp1252"
        self._pending = self._letters = 0
        self._surrogate = ""
        self._last_hidden = self._last_deleted = False

    def feed(self, data: bytes) -> None:
        """Go through the tokens."""
        at = 0
        while (match := _TOKEN.match(data, at)) and self._letters < LETTERS_LIMIT:
            at = match.end()
            code, word, number, symbol, brace, _, text = match.groups()
            if code:
                self._byte(bytes([int(code, 16)]))
            elif text:
                self._byte(text)
            elif word == b"bin" and number:
                at += max(0, int(number))
            elif word:
                self._word(word.decode("ascii"), int(number) if number else None)
            elif symbol == b"*":
                self._state = replace(self._state, silent=True)
            elif symbol:
                self._word(symbol.decode("latin-1"), None)
            elif brace:
                self._group(brace == b"{")
        self._flush()

    def _group(self, opens: bool) -> None:
        self._flush()
        self._pending = 0
        if opens:
            self._groups.append(self._state)
        elif self._groups:
            inner, self._state = self._state, self._groups.pop()
            if inner.note and not self._state.note:
                self._say("]")

    def _byte(self, data: bytes) -> None:
        """Text in the font's code page, less what stands in for a Unicode escape."""
        if self._pending:
            skipped = min(self._pending, len(data))
            self._pending -= skipped
            data = data[skipped:]
        self._bytes += data

    def _flush(self) -> None:
        if self._bytes:
            self._say(bytes(self._bytes).decode(self._state.encoding, errors="replace"))
            self._bytes.clear()

    def _say(self, text: str) -> None:
        state = self._state
        if state.silent:
            return
        if text.strip():
            self.hidden += state.hidden and not self._last_hidden
            self.deleted += state.deleted and not self._last_deleted
            self._last_hidden, self._last_deleted = state.hidden, state.deleted
        if not state.hidden and not state.deleted:
            self.parts.append(text)
            self._letters += len(text)

    def _word(self, word: str, number: int | None) -> None:
        if word == "u" and number is not None:
            self._unicode(number)
            return
        self._flush()
        self._pending = 0
        if word in LEFT_OUT:
            self._state = replace(self._state, silent=True, fonts=word == "fonttbl")
        elif word in SYMBOLS:
            self._say(SYMBOLS[word])
        elif word == "footnote":
            self._state = replace(self._state, note=True)
            self._say(" [Footnote: ")
        else:
            self._property(word, number)

    def _property(self, word: str, number: int | None) -> None:
        state = self._state
        if word in ("v", "deleted"):
            on = number != 0
            self._state = replace(state, hidden=on) if word == "v" else replace(state, deleted=on)
        elif word == "plain":
            self._state = replace(state, hidden=False, deleted=False)
        elif word == "uc" and number is not None:
            self._state = replace(state, skip=max(0, min(9, number)))
        elif word == "ansicpg" and number:
            self._default = _known(f"cp{number}")
            self._state = replace(state, encoding=self._default)
        elif word in ("mac", "pc", "pca"):
            self._default = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
            self._state = replace(state, encoding=self._default)
        elif word in ("f", "af") and number is not None and state.fonts:
            self._font = number
        elif word == "fcharset" and number is not None and state.fonts:
            self._fonts[self._font] = CHARSETS.get(number, "")
        elif word == "f" and number is not None:
            self._state = replace(state, encoding=self._fonts.get(number) or self._default)

    def _unicode(self, number: int) -> None:
        self._flush()
        letter = chr(number & 0xFFFF)
        self._pending = self._state.skip
        if "\ud800" <= letter <= "\udbff":
            self._surrogate = letter
            return
        pair = (self._surrogate + letter).encode("utf-16-le", "surrogatepass")
        self._surrogate = ""
        self._say(pair.decode("utf-16-le", errors="replace"))


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        return "cp1252"
    return encoding

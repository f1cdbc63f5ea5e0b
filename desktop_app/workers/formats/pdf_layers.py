"""Whether a PDF draws text that nobody sees: by the drawing commands in its pages, without a PDF library."""

from __future__ import annotations

import re
import zlib

STREAMS_LIMIT = 5_000
"""Streams that are looked at."""

STREAM_LIMIT = 1 << 20
"""Bytes of a stream that are unpacked."""

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_INVISIBLE = re.compile(rb"(?<![^\s\]>)])3\s+Tr\s(?:(?!\sTr\s).){0,2000}?\sT[jJ]", re.DOTALL)
"""Rendering mode 3, then text, with no other mode between."""


def invisible_streams(data: bytes) -> int:
    """How many content streams draw invisible text; 0 for an encrypted file, which is not looked into."""
    if b"/Encrypt" in data:
        return 0
    found = 0
    for number, match in enumerate(_STREAM.finditer(data)):
        if number >= STREAMS_LIMIT:
            break
        found += _is_invisible(_content(data[match.end() : match.end() + STREAM_LIMIT]))
    return found


def _content(data: bytes) -> bytes:
    """A stream's bytes, unpacked where they are packed in the usual way."""
    try:
        return zlib.decompressobj().decompress(data, STREAM_LIMIT)
    except zlib.error:
        end = data.find(b"endstream")
        return data[: end if end >= 0 else 0]


def _is_invisible(content: bytes) -> bool:
    return b"BT" in content and _INVISIBLE.search(content) is not None

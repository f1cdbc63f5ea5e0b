"""The language of the pipe to a worker: one JSON object a line, in UTF-8, of a limited length.

To the worker: ``{"id", "op", "arguments"}`` and ``{"id", "cancel": true}``. From it, any number of
``{"id", "event"}`` and then one of ``{"id", "result"}``, ``{"id", "fault"}``, ``{"id", "error"}``,
``{"id", "cancelled": true}``.
"""

from __future__ import annotations

import json
from typing import Any

LIMIT = 16 * 1024 * 1024
"""The longest line, in bytes: 2,700 vectors of 384 floats; text of any length is sent in pieces."""

SHOWN = 200
"""How much of a bad line an error quotes, in bytes."""


class ProtocolError(Exception):
    """What came through the pipe is not a message."""


def encode(message: dict[str, Any]) -> bytes:
    """One message as a line. Raises `ProtocolError` when it is longer than `LIMIT`.

    Non-ASCII characters are escaped, so that lone surrogates (file names) pass through.
    """
    line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > LIMIT:
        raise ProtocolError(f"a message of {len(line):,} bytes; the limit is {LIMIT:,}")
    return line


def decode(line: bytes) -> dict[str, Any]:
    """The message on a line. Raises `ProtocolError` for anything but one JSON object."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"not JSON: {line[:SHOWN]!r}") from error
    if not isinstance(message, dict):
        raise ProtocolError(f"not an object: {line[:SHOWN]!r}")
    return message


class Frames:
    """Turns bytes as they arrive into messages; holds at most one unfinished line."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0

    @property
    def unfinished(self) -> int:
        """Bytes of a line whose end has not come."""
        return self._held

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that `data` completes. Raises `ProtocolError` for what is none."""
        *lines, rest = data.split(b"\n")
        if lines:
            lines[0] = b"".join((*self._parts, lines[0]))
            self._parts, self._held = [], 0
        if rest:
            self._parts.append(rest)
            self._held += len(rest)
        if self._held > self._limit:
            raise ProtocolError(f"a line of more than {self._limit:,} bytes")
        return [decode(line) for line in lines]

"""The library's side of the `read` worker: a file in, clean text with page starts out, or why not."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.library.readers.cleaning import clean
from desktop_app.workers.host import WorkerHost

TIMEOUT = 60.0
"""Seconds that one file may take before its reader is ended."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """A document's text; `content_hash` is the SHA-256 of the very bytes it was made from."""

    text: str
    page_starts: tuple[int, ...]
    mime: str
    content_hash: str
    size: int
    notes: tuple[str, ...] = ()


class WorkerReader:
    """Reads files through a worker process that is replaced when a file hangs or crashes it."""

    def __init__(self, host: WorkerHost, timeout: float = TIMEOUT) -> None:
        self._host = host
        self._timeout = timeout

    def read(self, path: str, password: str = "", cancel: CancelToken | None = None) -> ReadText:
        """The text of the file. Raises KnownFault with the codes of the worker, DO4 or DO5."""
        pieces: list[str] = []
        try:
            result = self._host.call(
                "read",
                {"path": path, "password": password},
                cancel=cancel,
                timeout=self._timeout,
                on_event=lambda event: pieces.append(event["text"]),
            )
        except KnownFault as known:
            raise _in_words(known, self._timeout) from known
        text, starts, hidden = clean("".join(pieces), result["page_starts"])
        if not text.strip():
            raise KnownFault("DO2", "No text found (a scan?).")
        notes = tuple(result["notes"])
        if places := result.get("hidden", 0):
            notes += (f"hidden text left out: {places:,}",)
        if hidden:
            notes += (f"hidden characters taken out: {hidden:,}",)
        return ReadText(text, starts, result["mime"], result["sha256"], result["size"], notes)

    def close(self) -> None:
        """End the worker; idempotent."""
        self._host.close()


def _in_words(known: KnownFault, timeout: float) -> KnownFault:
    """What happened to the process, said of the file."""
    if known.fault.code == "EN5":
        what = f"Reading took too long (over {timeout:g} s), so it was stopped."
        return KnownFault("DO4", what, details=known.fault.details)
    if known.fault.code in ("EN0", "EN1", "EN7"):
        details = f"{known.fault.what}\n{known.fault.details}"
        return KnownFault("DO5", "This file crashed the document reader.", details=details)
    return known

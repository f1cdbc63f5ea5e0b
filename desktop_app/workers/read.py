"""The `read` worker: one file at a time to text with page starts, under limits, in a process of its own.

The file is read once, whole, so text and hash belong to one version of it. Nothing is fetched, nothing is
written, no picture is read for letters.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.decode import declared_in, decode
from desktop_app.workers.html_text import text_of
from desktop_app.workers.serve import serve

SIZE_LIMIT = 200 * 1024 * 1024
"""The longest file that is opened, and the most that an archive may unpack to; bytes."""

RATIO_LIMIT = 200
"""How many times its packed size an archive may unpack to, beyond the first MiB."""

MEMBERS_LIMIT = 20_000
"""Parts that an archive may have."""

MEMORY_LIMIT = 3 * 1024**3
"""Address space of this process in bytes; resident memory stays far below."""

CPU_SECONDS = 150
"""Processor time that one file may take."""

PIECE = 500_000
"""Characters of text in one message."""

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
MARKDOWN = "text/markdown"
TEXT = "text/plain"
OTHERS = {
    "[Content_Types].xml": "another Office format",
    "META-INF/container.xml": "an e-book (EPUB)",
    "content.xml": "an OpenDocument file",
}
SIGNATURES = (
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"GGUF", "a model"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3", "a database"),
    (b"\x1f\x8b", "a packed file"),
    (b"7z\xbc\xaf", "a packed file"),
    (b"Rar!", "a packed file"),
)


@dataclass(frozen=True, slots=True)
class Extract:
    """Text with the offsets at which its pages begin (none where the format has no pages)."""

    text: str
    mime: str
    page_starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def main() -> int:
    """Serve until the parent closes the pipe."""
    _limit_memory()
    return serve({"read": read})


def read(
    arguments: dict[str, Any], emit: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]
) -> dict[str, Any]:
    """`{path, password?}` to events `{text}` and `{mime, page_starts, notes, sha256, size}`.

    Raises KnownFault DO1 (password), DO2 (no text), DO3 (damaged), DO6 (bomb), DO11 (no regular file),
    DO12 (gone), DO13 (binary or another format).
    """
    _limit_time()
    data = read_whole(arguments["path"])
    extract = extract_text(data, arguments["path"], arguments.get("password") or "")
    if not extract.text.strip():
        raise KnownFault("DO2", "No text found (a scan?).")
    for start in range(0, len(extract.text), PIECE):
        emit({"text": extract.text[start : start + PIECE]})
    return {
        "mime": extract.mime,
        "page_starts": list(extract.page_starts),
        "notes": list(extract.notes),
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }


def open_regular(path: str) -> int:
    """A descriptor of a regular file, never waiting for one; no link is followed at the end of the path.

    Raises KnownFault DO11 for anything else, DO12 when it is not there or may not be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise KnownFault("DO12", "The file is no longer there.", details=str(error)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise KnownFault(
            "DO12", f"The file cannot be opened: {reason}.", details=str(error)
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise KnownFault("DO11", "This is not a regular file.")
    return descriptor


def read_whole(path: str) -> bytes:
    """The content of a regular file of at most `SIZE_LIMIT` bytes."""
    with open(open_regular(path), "rb") as file:
        try:
            data = file.read(SIZE_LIMIT + 1)
        except OSError as error:
            raise KnownFault(
                "DO12", f"The file cannot be read: {error.strerror}.", details=str(error)
            ) from error
    if len(data) > SIZE_LIMIT:
        raise KnownFault(
            "DO13", f"The file is over {SIZE_LIMIT >> 20} MB.", action="Split it first."
        )
    return data


def extract_text(data: bytes, path: str, password: str = "") -> Extract:
    """The text of a file, by what its bytes say it is; the name only tells HTML and Markdown apart."""
    suffix = os.path.splitext(path)[1].lower()
    if b"%PDF-" in data[:1024]:
        return _by_library(data, PDF, password)
    if data.startswith(b"PK\x03\x04") or (suffix == ".docx" and data[:2] == b"PK"):
        return _archive(data, password)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _old_office(data)
    if suffix in (".pdf", ".docx"):
        raise KnownFault("DO3", f"The file is damaged: what is in it is no {suffix[1:].upper()}.")
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise _unsupported(kind)
    return _plain(data, suffix)


def _plain(data: bytes, suffix: str) -> Extract:
    html = suffix in (".html", ".htm", ".xhtml")
    try:
        text, guessed = decode(data, declared_in(data) if html else "")
    except ValueError:
        raise _unsupported("a binary file") from None
    notes = (f"guessed encoding: {guessed}",) if guessed else ()
    if html:
        return Extract(text_of(text), HTML, notes=notes)
    mime = MARKDOWN if suffix in (".md", ".markdown", ".mdown") else TEXT
    return Extract(text, mime, notes=notes)


def _archive(data: bytes, password: str) -> Extract:
    """A DOCX; refused from the directory of the archive when it would unpack to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RecursionError) as error:
        raise KnownFault(
            "DO3", "The file is damaged: it is cut off or not a whole archive.", details=str(error)
        ) from error
    size = sum(member.file_size for member in members)
    if (
        size > SIZE_LIMIT
        or len(members) > MEMBERS_LIMIT
        or size > RATIO_LIMIT * len(data) + (1 << 20)
    ):
        raise KnownFault(
            "DO6",
            f"The file would unpack from {len(data):,} to {size:,} bytes, so it was not opened.",
        )
    names = {member.filename for member in members}
    if "word/document.xml" not in names:
        raise _unsupported(next((OTHERS[name] for name in OTHERS if name in names), "an archive"))
    return _by_library(data, DOCX, password)


def _old_office(data: bytes) -> KnownFault:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return KnownFault(
            "DO3",
            "This Office file is encrypted, which Candor cannot open.",
            action="Save a copy without the password and add that.",
        )
    return _unsupported("an old Office file (before 2007)")


def _unsupported(kind: str) -> KnownFault:
    return KnownFault("DO13", f"This is {kind}. Candor reads PDF, DOCX, Markdown, HTML and text.")


def _by_library(data: bytes, mime: str, password: str) -> Extract:
    """A PDF or DOCX through kreuzberg; pages are joined by an empty line, so that offsets are ours."""
    import kreuzberg

    config = kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        pages=kreuzberg.PageConfig(extract_pages=mime == PDF),
        pdf_options=kreuzberg.PdfConfig(passwords=[password] if password else None),
    )
    try:
        result = kreuzberg.extract_bytes_sync(data, mime, config=config)
    except MemoryError:
        raise KnownFault("DO6", "Reading this file takes too much memory.") from None
    except BaseException as error:
        # a panic of the library is no Exception; whatever else is none must go on
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _library_fault(error, password) from error
    notes = tuple(str(warning) for warning in result.processing_warnings or ())
    if mime != PDF:
        return Extract(result.content, mime, notes=notes)
    texts = {page["page_number"]: page["content"] for page in result.pages or ()}
    count = max((*texts, (result.metadata.get("pages") or {}).get("total_count") or 0))
    starts, parts, at = [], [], 0
    for number in range(1, count + 1):
        starts.append(at)
        part = texts.get(number, "") + "\n\n"
        parts.append(part)
        at += len(part)
    return Extract("".join(parts), mime, tuple(starts), notes)


def _library_fault(error: BaseException, password: str) -> KnownFault:
    details = f"{type(error).__name__}: {error}"[:2000]
    if "password" in details.lower():
        what = "The password does not open this file." if password else "Needs a password."
        return KnownFault("DO1", what, details=details)
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    for prefix in ("ParsingError: ", "Parsing error: "):
        reason = reason.removeprefix(prefix)
    return KnownFault("DO3", f"The file is damaged: {reason[:160].rstrip('.')}.", details=details)


def _limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _limit_time() -> None:
    """Processor seconds for the file that comes now; beyond them the system ends the process."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1])
            )

"""The `read` worker: one file at a time to text with page starts, under limits, in a process of its own.

The file is read once, whole, so text and hash belong to one version of it. Nothing is fetched, nothing is
written, no picture is read for letters.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Callable
from typing import Any

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.docx import read_docx
from desktop_app.workers.formats.epub import read_epub
from desktop_app.workers.formats.extract import Extract, damaged, encrypted, paged, unsupported
from desktop_app.workers.formats.odf import read_odf
from desktop_app.workers.formats.pdf_layers import invisible_streams
from desktop_app.workers.formats.plain import read_plain
from desktop_app.workers.formats.pptx import read_pptx
from desktop_app.workers.formats.rtf import read_rtf
from desktop_app.workers.formats.xlsx import read_xlsx
from desktop_app.workers.serve import serve

SIZE_LIMIT = 200 * 1024 * 1024
"""The longest file that is opened, in bytes."""

MEMORY_LIMIT = 3 * 1024**3
"""Address space of this process in bytes; resident memory stays far below."""

CPU_SECONDS = 150
"""Processor time that one file may take."""

PIECE = 500_000
"""Characters of text in one message."""

PDF = "application/pdf"
DOC = "application/msword"
ARCHIVES = (".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp", ".epub")
READERS: dict[str, Callable[[Archive], Extract]] = {
    "word/document.xml": read_docx,
    "ppt/presentation.xml": read_pptx,
    "xl/workbook.xml": read_xlsx,
    "META-INF/container.xml": read_epub,
    "content.xml": read_odf,
}
"""By the part that tells the format."""

STREAMS = {
    "EncryptedPackage": "Office file",
    "WordDocument": "Word",
    "Workbook": "an Excel file of before 2007",
    "PowerPoint Document": "a PowerPoint file of before 2007",
    "__substg1.0_": "an Outlook message (save it as EML)",
}
"""What an old Office file is by the stream in it."""

SIGNATURES = (
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


def main() -> int:
    """Serve until the parent closes the pipe."""
    _limit_memory()
    return serve({"read": read})


def read(
    arguments: dict[str, Any], emit: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]
) -> dict[str, Any]:
    """`{path, password?}` to events `{text}` and `{mime, page_starts, notes, hidden, sha256, size}`.

    Raises KnownFault DO1 (password), DO2 (no text), DO3 (damaged), DO6 (bomb), DO7 (XML entities),
    DO8 (sheet too large), DO9 (parts that lead outside), DO11 (no regular file), DO12 (gone),
    DO13 (binary or another format).
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
        "hidden": extract.hidden,
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
    """The text of a file, by what its bytes say it is; the name only tells kinds of plain text apart."""
    suffix = os.path.splitext(path)[1].lower()
    if b"%PDF-" in data[:1024]:
        return _by_library(data, PDF, password)
    if data.startswith(b"PK\x03\x04") or (suffix in ARCHIVES and data[:2] == b"PK"):
        return _archive(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_office(data)
    if data.startswith(b"{\\rtf"):
        return read_rtf(data)
    if suffix in (".pdf", *ARCHIVES):
        raise damaged(f"what is in it is no {suffix[1:].upper()}")
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise unsupported(kind)
    return read_plain(data, path)


def _archive(data: bytes) -> Extract:
    """A document that is an archive, told by the parts in it."""
    archive = Archive(data)
    try:
        for part, reader in READERS.items():
            if part in archive.names:
                return reader(archive)
    except MemoryError:
        raise KnownFault("DO6", "Reading this file takes too much memory.") from None
    except (ValueError, LookupError, OverflowError, RecursionError) as error:
        raise damaged(
            "its parts do not fit together", f"{type(error).__name__}: {error}"
        ) from error
    raise unsupported("an archive")


def _old_office(data: bytes) -> Extract:
    """Word before 2007 through the library; the others of its time are named."""
    found = (kind for name, kind in STREAMS.items() if name.encode("utf-16-le") in data)
    kind = next(found, "an old Office file (before 2007)")
    if kind == "Office file":
        raise encrypted(kind)
    if kind == "Word":
        return _by_library(data, DOC, "")
    raise unsupported(kind)


def _by_library(data: bytes, mime: str, password: str) -> Extract:
    """A PDF or DOC through kreuzberg."""
    import kreuzberg

    config = kreuzberg.ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,
        pages=kreuzberg.PageConfig(extract_pages=mime == PDF),
        pdf_options=kreuzberg.PdfConfig(
            passwords=[password] if password else None, extract_annotations=True
        ),
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
    if layers := invisible_streams(data):
        notes += (f"invisible text, as scanners add, is read too: {layers:,}",)
    texts = {page["page_number"]: page["content"] for page in result.pages or ()}
    for note in result.annotations or ():
        if note.content and note.annotation_type != "link":
            texts[note.page_number] = f"{texts.get(note.page_number, '')}\n\nNote: {note.content}"
    count = max((*texts, (result.metadata.get("pages") or {}).get("total_count") or 0))
    return paged((texts.get(number, "") for number in range(1, count + 1)), mime, notes)


def _library_fault(error: BaseException, password: str) -> KnownFault:
    details = f"{type(error).__name__}: {error}"[:2000]
    if "password" in details.lower():
        what = "The password does not open this file." if password else "Needs a password."
        return KnownFault("DO1", what, details=details)
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    for prefix in ("ParsingError: ", "Parsing error: "):
        reason = reason.removeprefix(prefix)
    return damaged(reason[:160].rstrip("."), details)


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

"""Files that are text as they lie there: HTML, Markdown, CSV, source code; by content first, then by name."""

from __future__ import annotations

import csv
import io
import os
import re

from desktop_app.workers.decode import LABELS, declared_in, decode
from desktop_app.workers.formats.eml import is_email, read_eml
from desktop_app.workers.formats.extract import Extract, unsupported
from desktop_app.workers.formats.tables import Budget, lines
from desktop_app.workers.html_text import visible_text

HTML = "text/html"
MARKDOWN = "text/markdown"
CSV = "text/csv"
TEXT = "text/plain"
HTML_SUFFIXES = (".html", ".htm", ".xhtml")
CSV_SUFFIXES = (".csv", ".tsv")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.I | re.S
)


def read_plain(data: bytes, path: str) -> Extract:
    """Raises KnownFault DO13 for a binary file, DO8 for a table that is too large."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix == ".eml" or is_email(data):
        return read_eml(data)
    html = (
        suffix in HTML_SUFFIXES
        or _HTML.match(data[:4096].removeprefix(b"\xef\xbb\xbf")) is not None
    )
    try:
        text, guessed = decode(data, declared_in(data) if html else "")
    except ValueError:
        raise unsupported("a binary file") from None
    notes = (f"read as {LABELS.get(guessed, guessed)}",) if guessed else ()
    if html:
        page, hidden = visible_text(text)
        return Extract(page, HTML, notes=notes, hidden=hidden)
    if suffix in CSV_SUFFIXES and (table := _table(text, suffix)):
        return Extract(table, CSV, notes=notes)
    mime = MARKDOWN if suffix in (".md", ".markdown", ".mdown") else TEXT
    if mime == MARKDOWN:
        text, hidden = _without_comments(text)
        return Extract(text, mime, notes=notes, hidden=hidden)
    return Extract(text, mime, notes=notes)


def _without_comments(text: str) -> tuple[str, int]:
    """Markdown less its HTML comments, which no viewer shows, and how many there were."""
    parts, count = text.split("<!--"), 0
    kept = parts[:1]
    for at, part in enumerate(parts[1:], 1):
        inside, end, after = part.partition("-->")
        if not end:  # never closed: it is shown
            kept += [f"<!--{rest}" for rest in parts[at:]]
            break
        kept.append(after)
        count += bool(inside.strip())
    return "".join(kept), count


def _table(text: str, suffix: str) -> str:
    """The rows of a table in lines; empty when it is none that can be read."""
    head = text[:20_000]
    if suffix == ".tsv":
        delimiter = "\t"
    else:
        counts = {mark: head.count(mark) for mark in ",;\t|"}
        first = head.split("\n", 1)[0]
        # a comma inside German numbers or words outnumbers the semicolon; the first line decides
        delimiter = max(counts, key=lambda mark: (first.count(mark), counts[mark]))
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return "\n\n".join(lines(rows, Budget()))
    except csv.Error:
        return ""

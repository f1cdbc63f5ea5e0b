"""`candor library`: add, list, search, refresh and remove documents."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from desktop_app.assemble import assemble_answering, open_library
from desktop_app.commands.terminal import bad_input, rows_of, say, show_progress, write_rows
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.codec import encode
from desktop_app.domain.documents import IngestProgress, IngestReport
from desktop_app.domain.values import ScoredPassage
from desktop_app.library.library import DocumentLibrary
from desktop_app.measuring import batch
from desktop_app.settings.paths import Paths

QUOTE_LENGTH = 160


def library(arguments: argparse.Namespace) -> int:
    """Do what the action says to the user's library."""
    action = {
        "add": _add,
        "list": _list,
        "remove": _remove,
        "refresh": _refresh,
        "search": _search,
    }[arguments.action]
    paths = Paths.find(arguments.data_dir)
    with (
        closing(assemble_answering(paths)) as answering,
        closing(open_library(paths.data, paths.backups, answering.embedder)) as opened,
    ):
        return action(opened, arguments)


def add_paths(library: DocumentLibrary, paths: Sequence[str]) -> IngestReport:
    """Add files and folders; one that is not there is bad input."""
    missing = [path for path in paths if not Path(path).exists()]
    if missing:
        raise bad_input(f"There is no file or folder {missing[0]}.")
    return library.add([str(Path(path).absolute()) for path in paths], _show, CancelToken())


def _show(progress: IngestProgress) -> None:
    counts = f"{progress.files_done:,} of {progress.files_total:,}"
    show_progress(
        f"{counts} · {progress.state} {progress.document}",
        last=progress.files_done >= progress.files_total,
    )


def _add(library: DocumentLibrary, arguments: argparse.Namespace) -> int:
    if not arguments.arguments:
        raise bad_input("Name at least one file or folder to add.")
    return _report(add_paths(library, arguments.arguments), arguments.json)


def _refresh(library: DocumentLibrary, arguments: argparse.Namespace) -> int:
    return _report(library.refresh(_show, CancelToken()), arguments.json)


def _report(report: IngestReport, as_json: bool) -> int:
    lines = [str(report), *(f"  skipped: {name}" for name in report.skipped)]
    say(encode(report) if as_json else None, "\n".join(lines))
    return 1 if report.failed and not report.added and not report.unchanged else 0


def _list(library: DocumentLibrary, arguments: argparse.Namespace) -> int:
    documents = library.documents()
    lines = [f"{one.id:>5}  {one.state:<9}  {one.name}  {one.detail}" for one in documents]
    say(
        {"documents": [encode(one) for one in documents]} if arguments.json else None,
        "\n".join(lines) or "No documents yet. Add some with `candor library add PATH`.",
    )
    return 0


def _remove(library: DocumentLibrary, arguments: argparse.Namespace) -> int:
    if not arguments.arguments:
        raise bad_input("Say which documents to remove.", "See `candor library list`.")
    known = {document.id for document in library.documents()}
    for word in arguments.arguments:
        if not word.isdecimal() or int(word) not in known:
            raise bad_input(f"There is no document {word}.", "See `candor library list`.")
    for word in arguments.arguments:
        library.remove(int(word))
    removed = len(arguments.arguments)
    say({"removed": removed} if arguments.json else None, f"Removed {removed:,}.")
    return 0


def _search(library: DocumentLibrary, arguments: argparse.Namespace) -> int:
    limit = arguments.k
    if limit < 1:
        raise bad_input("-k must be 1 or more.")
    if arguments.batch:
        return write_rows(
            rows_of(arguments.batch),
            lambda row: batch.hits_to_row(library.search(batch.query_of(row), limit)),
            lambda row: batch.hits_to_row(()),
            arguments,
        )
    query = " ".join(arguments.arguments)
    if not query.strip():
        raise bad_input("Say what to search for.")
    hits = library.search(query, limit)
    say(
        batch.hits_to_row(hits) if arguments.json else None,
        "\n".join(_line(hit) for hit in hits) or "Nothing found.",
    )
    return 0


def _line(hit: ScoredPassage) -> str:
    page = f", page {hit.passage.page}" if hit.passage.page else ""
    quote = " ".join(hit.passage.text.split())[:QUOTE_LENGTH]
    return f"{hit.score:.2f}  {hit.passage.document}{page}: {quote}"

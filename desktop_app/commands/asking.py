"""`candor ask` and `candor check`: one question, or a file of them."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from desktop_app.answering.pipeline import Pipeline
from desktop_app.assemble import Answering, assemble_answering, open_library
from desktop_app.commands.documents import add_paths
from desktop_app.commands.terminal import (
    bad_input,
    name_model,
    plain,
    rows_of,
    say,
    warn,
    write_rows,
)
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import DocumentState
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.events import AnswerFinished, Event, TokenArrived
from desktop_app.domain.ports import Retriever
from desktop_app.domain.values import Answer, Outcome, Question, Switches
from desktop_app.library.library import DocumentLibrary
from desktop_app.library.nothing import NothingToSearch
from desktop_app.measuring import batch
from desktop_app.measuring.sets import Row
from desktop_app.settings import options
from desktop_app.settings.options import Option
from desktop_app.settings.paths import Paths


def ask(arguments: argparse.Namespace) -> int:
    """Answer the question of the command line, or every row of a file."""
    if (arguments.batch is None) == (arguments.question is None):
        raise bad_input("Give either a question or --batch IN.jsonl.")
    if arguments.batch is not None:
        return _ask_batch(arguments)
    if not arguments.question.strip():
        raise bad_input("The question is empty.")
    if arguments.out:
        raise bad_input("--out goes with --batch.")
    with _asking(arguments, own_library=True) as (pipeline, answering):
        question = Question(text=arguments.question, switches=chosen(arguments, answering))
        return _print_answer(pipeline.answer(question, CancelToken()), arguments.json)


def check(arguments: argparse.Namespace) -> int:
    """Check the answer of every row against its passages."""
    rows = rows_of(arguments.batch)
    with closing(assemble_answering(Paths.find(arguments.data_dir))) as answering:
        threshold = answering.settings.get(options.SUPPORTED_THRESHOLD)
        return write_rows(
            rows,
            lambda row: batch.check_row(row, answering.scorer, threshold),
            lambda row: batch.UNCHECKED,
            arguments,
        )


def chosen(arguments: argparse.Namespace, answering: Answering) -> Switches:
    """The trust switches: those of the command line, else those of the settings."""

    def pick(given: bool | None, option: Option[bool]) -> bool:
        return answering.settings.get(option) if given is None else given

    return Switches(
        admit_ignorance=pick(arguments.admit_ignorance, options.ADMIT_IGNORANCE),
        self_check=pick(arguments.self_check, options.SELF_CHECK),
    )


def finished(events: Iterable[Event]) -> Answer:
    """The answer that ends a pipeline's events."""
    return next(event.answer for event in events if isinstance(event, AnswerFinished))


@contextmanager
def _asking(
    arguments: argparse.Namespace, *, own_library: bool
) -> Iterator[tuple[Pipeline, Answering]]:
    """A pipeline over the documents of the command line, else over the user's own library.

    Documents named with --docs are read into a folder that is gone afterwards.
    """
    paths = Paths.find(arguments.data_dir)
    with ExitStack() as exits:
        pool = exits.enter_context(ThreadPoolExecutor(2, thread_name_prefix="ready"))
        answering = exits.enter_context(closing(assemble_answering(paths)))
        name_model(answering.shelf, arguments.model)
        pool.submit(answering.ready_model, arguments.model)
        retriever: Retriever = NothingToSearch()
        if arguments.docs:
            pool.submit(answering.embedder.warm)
            folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="candor-")))
            library = exits.enter_context(closing(open_library(folder, None, answering.embedder)))
            _read_documents(library, arguments.docs)
            retriever = library
        elif own_library:
            retriever = exits.enter_context(
                closing(open_library(paths.data, paths.backups, answering.embedder))
            )
        yield answering.pipeline(retriever, arguments.model), answering


def _read_documents(library: DocumentLibrary, paths: list[str]) -> None:
    report = add_paths(library, paths)
    for skipped in report.skipped:
        warn(f"Skipped: {skipped}")
    for document in library.documents():
        if document.state is DocumentState.FAILED:
            warn(f"{document.name}: {document.detail}")
    if not library.documents():
        raise bad_input(f"There is no document to read in {', '.join(paths)}.")


def _ask_batch(arguments: argparse.Namespace) -> int:
    rows = rows_of(arguments.batch)
    with _asking(arguments, own_library=False) as (pipeline, answering):
        switches = chosen(arguments, answering)

        def answered(row: Row) -> Row:
            question = batch.question_from_row(row, switches)
            return batch.answer_to_row(finished(pipeline.answer(question, CancelToken())))

        return write_rows(rows, answered, batch.unanswered, arguments)


def _print_answer(events: Iterable[Event], as_json: bool) -> int:
    answer: Answer | None = None
    for event in events:
        if isinstance(event, TokenArrived) and not as_json:
            print(plain(event.text), end="", flush=True)
        elif isinstance(event, AnswerFinished):
            answer = event.answer
    assert answer is not None, "the pipeline ends with AnswerFinished"
    if as_json:
        say(batch.answer_to_row(answer), "")
    else:
        begun = bool(answer.text) and answer.outcome is not Outcome.DECLINED
        say(None, f"{chr(10) * 2 if begun else ''}{batch.answer_footer(answer)}".rstrip())
    if answer.outcome is Outcome.FAILED:
        raise KnownFault(answer.fault_code, answer.fault, details=answer.fault_details)
    return 0

"""The command line: every command's words, and which function does it.

Results go to stdout (with `--json` one object and nothing else), one-sentence errors to stderr.
Exit status: 0 done, 1 a failure, 2 bad input.
"""

from __future__ import annotations

import argparse
import importlib
import io
import logging
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from desktop_app import __version__
from desktop_app.domain.errors import BAD_INPUT, Cancelled, KnownFault

_UNHEARD = logging.NullHandler()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sentence = f"{message[:1].upper()}{message[1:]}."
        raise KnownFault(BAD_INPUT, sentence, action=f"See `{self.prog} --help`.")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace; `command` is None when the window is wanted.

    Raises:
        KnownFault: BAD_INPUT for words that make no sense.
    """
    return _parser().parse_args(words)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    module, function = arguments.run
    # what is logged is for whoever looks into the window's log; here it would stand between the errors
    logging.getLogger("desktop_app").addHandler(_UNHEARD)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # in a pipe, Windows would write its own code page
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        status: int = getattr(importlib.import_module(module), function)(arguments)
        sys.stdout.flush()
    except KnownFault as fault:
        return complain(fault)
    except BrokenPipeError:  # whoever read has enough, as in `candor library list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Cancelled, KeyboardInterrupt):
        print("candor: Stopped.", file=sys.stderr)
        return 1
    return status


def complain(fault: KnownFault) -> int:
    """Say what is wrong on stderr; the exit status that goes with it."""
    print(f"candor: {fault.fault}", file=sys.stderr)
    return 2 if fault.fault.code == BAD_INPUT else 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="candor",
        description="Answers from your own documents, offline; says so when it does not know. "
        "Without a command the window opens.",
    )
    _data_dir(parser, None)
    parser.add_argument("--version", action="version", version=f"candor {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def add(name: str, does: str, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text)
        _data_dir(added, argparse.SUPPRESS)  # given before the command, it stays
        module, _, function = does.rpartition(".")
        added.set_defaults(run=(f"desktop_app.commands.{module}", function))
        added.add_argument("--json", action="store_true", help="print one JSON object")
        return added

    _ask_options(add("ask", "asking.ask", "ask a question, or a file of them"))
    check = add("check", "asking.check", "check answers against passages")
    check.add_argument("--batch", metavar="IN.jsonl", required=True)
    check.add_argument("--out", metavar="OUT.jsonl", required=True)
    _library_options(add("library", "documents.library", "add, list, search and remove documents"))
    models = add("models", "machine.models", "the models on this machine")
    models.add_argument("action", choices=["list", "info"])
    models.add_argument("file", nargs="?", help="for info: a name or a GGUF file")
    measure = add(
        "measure", "machine.measure", "measure answers, checks or retrieval on evaluation sets"
    )
    measure.add_argument("what", choices=["answers", "checks", "retrieval"])
    measure.add_argument("paths", nargs="+", metavar="PATH")
    measure.add_argument("--model", default="", metavar="NAME|FILE")
    measure.add_argument("--limit", type=int, default=0, metavar="N", help="rows a set")
    _switches(measure)
    bench = add("bench", "machine.bench", "measure speed: through the worker beside in process")
    bench.add_argument("--model", default="", metavar="NAME|FILE")
    bench.add_argument("--runs", type=int, default=5, metavar="N")
    add("doctor", "machine.doctor", "say what is installed and what works")
    return parser


def _data_dir(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        default=default,
        help="where conversations, documents and settings are kept",
    )


def _switches(parser: argparse.ArgumentParser) -> None:
    for name in ("admit-ignorance", "self-check"):
        parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, default=None)


def _ask_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="?")
    parser.add_argument("--docs", nargs="+", action="extend", default=[], metavar="PATH")
    parser.add_argument("--model", default="", metavar="NAME|FILE")
    parser.add_argument("--batch", metavar="IN.jsonl")
    parser.add_argument("--out", metavar="OUT.jsonl")
    _switches(parser)


def _library_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["add", "list", "remove", "refresh", "search"])
    parser.add_argument("arguments", nargs="*", metavar="PATH | ID | QUERY")
    parser.add_argument("-k", type=int, default=8, metavar="N", help="hits of a search")
    parser.add_argument("--batch", metavar="IN.jsonl", help="search: {id, query} a line")
    parser.add_argument("--out", metavar="OUT.jsonl")

"""`candor models`, `measure`, `bench` and `doctor`: what this machine has and how good it is."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from desktop_app.assemble import Answering, assemble_answering, open_library
from desktop_app.commands.asking import chosen, finished
from desktop_app.commands.terminal import bad_input, name_model, say
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.codec import encode
from desktop_app.domain.models import ModelInfo
from desktop_app.library.library import DocumentLibrary
from desktop_app.library.nothing import NothingToSearch
from desktop_app.measuring.answers import measure_answers
from desktop_app.measuring.bench import bench_engine
from desktop_app.measuring.checks import measure_checks
from desktop_app.measuring.doctor import diagnose
from desktop_app.measuring.report import Report
from desktop_app.measuring.retrieval import measure_retrieval
from desktop_app.models.fit import memory_needed
from desktop_app.models.shelf import GGUFShelf
from desktop_app.settings import options
from desktop_app.settings.paths import Paths


def models(arguments: argparse.Namespace) -> int:
    """List the models of this machine, or say what a file's header says."""
    shelf = GGUFShelf(Paths.find(arguments.data_dir))
    if arguments.action == "info":
        if not arguments.file:
            raise bad_input("Name a model or a GGUF file.", "See `candor models list`.")
        info = shelf.info(name_model(shelf, arguments.file).path)
        memory = memory_needed(info, options.CONTEXT.default)
        say(
            {**encode(info), "memory_needed": memory} if arguments.json else None,
            _describe(info, memory),
        )
        return 0
    found = shelf.models()
    lines = [f"{one.name}  {one.size / 1e6:,.0f} MB  {one.source}" for one in found]
    say(
        {"models": [encode(one) for one in found]} if arguments.json else None,
        "\n".join(lines) or "No models yet. Put a GGUF file into the folder models.",
    )
    return 0


def _describe(info: ModelInfo, memory: int) -> str:
    template = "its own" if info.has_chat_template else "none in the file"
    return (
        f"{info.name}: {info.architecture}, {info.parameters / 1e6:,.0f} M parameters\n"
        f"{info.quantization}, {info.size / 1e6:,.0f} MB, context {info.context_length:,} tokens\n"
        f"Chat template: {template}. Licence: {info.license or 'not stated'}.\n"
        f"Needs about {memory / 1e6:,.0f} MB of memory with a context of "
        f"{options.CONTEXT.default:,} tokens."
    )


def measure(arguments: argparse.Namespace) -> int:
    """Measure answers, checks or retrieval on evaluation sets."""
    files = [Path(path) for path in arguments.paths]
    missing = [path for path in files if not path.exists()]
    if missing:
        raise bad_input(f"There is no file or folder {missing[0]}.")
    with closing(assemble_answering(Paths.find(arguments.data_dir))) as answering:
        report = _measured(arguments, answering, files)
    say(report.to_json() if arguments.json else None, str(report))
    return 0


def _measured(arguments: argparse.Namespace, answering: Answering, files: list[Path]) -> Report:
    if arguments.what == "checks":
        threshold = answering.settings.get(options.SUPPORTED_THRESHOLD)
        return measure_checks(files, answering.scorer, threshold, limit=arguments.limit)
    if arguments.what == "retrieval":

        @contextmanager
        def make_library(folder: Path) -> Iterator[DocumentLibrary]:
            with closing(open_library(folder, None, answering.embedder)) as library:
                yield library

        return measure_retrieval(files, make_library, limit=arguments.limit)
    name_model(answering.shelf, arguments.model)
    pipeline = answering.pipeline(NothingToSearch(), arguments.model)
    return measure_answers(
        files,
        lambda question: finished(pipeline.answer(question, CancelToken())),
        switches=chosen(arguments, answering),
        limit=arguments.limit,
    )


def bench(arguments: argparse.Namespace) -> int:
    """Measure the same prompts through the worker and in process."""
    if arguments.runs < 1:
        raise bad_input("--runs must be 1 or more.")
    model = name_model(GGUFShelf(Paths.find(arguments.data_dir)), arguments.model)
    figures = bench_engine(model.path, arguments.runs)
    ratio = figures["ratio"]
    say(
        figures if arguments.json else None,
        "\n".join(
            f"{side.replace('_', ' '):<12}{figures[side]['tokens_per_second']:>8.1f} tokens/s"
            f"{figures[side]['first_token_ms']:>10.1f} ms to the first token"
            for side in ("worker", "in_process")
        )
        + f"\nworker / in process: {ratio['tokens_per_second']:.3f} of the speed, "
        f"{ratio['first_token_ms']:.3f} of the time to the first token",
    )
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Say what is installed and what works; status 1 when something keeps Candor from working."""
    paths = Paths.find(arguments.data_dir)
    with closing(assemble_answering(paths)) as answering:
        report = diagnose(paths, answering.shelf, answering.engine)
    say(report.to_json() if arguments.json else None, str(report))
    return 0 if report.healthy else 1

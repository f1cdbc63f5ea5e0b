"""Builds every part of Candor without a window: concrete classes on the right, ports on the left.

Nothing heavy happens here: workers start when first used, models load when first asked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from desktop_app.answering.pipeline import Pipeline, PipelineConfig
from desktop_app.answering.turns import ConversationTurns
from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.domain.models import LoadOptions
from desktop_app.domain.ports import Engine, EvidenceScorer, Retriever
from desktop_app.engine.local import LocalEngine
from desktop_app.library.embedder import WorkerEmbedder
from desktop_app.library.evidence import EvidenceChecker
from desktop_app.library.library import DocumentLibrary
from desktop_app.library.readers.reader import WorkerReader
from desktop_app.models.shelf import GGUFShelf
from desktop_app.settings import options
from desktop_app.settings.paths import Paths
from desktop_app.settings.store import Settings
from desktop_app.storage.conversations import ConversationStore
from desktop_app.storage.documents import LibraryStore
from desktop_app.workers.host import WorkerHost


@dataclass(frozen=True, slots=True)
class Answering:
    """What it takes to answer: used by the commands that need no conversations."""

    settings: Settings
    shelf: GGUFShelf
    engine: Engine
    embedder: WorkerEmbedder
    scorer: EvidenceScorer
    _exits: ExitStack

    def pipeline(self, retriever: Retriever, model: str = "") -> Pipeline:
        """A pipeline that searches `retriever` and runs `model` (a name or file; empty: settings)."""
        return Pipeline(
            engine=self.engine,
            retriever=retriever,
            scorer=self.scorer,
            config=pipeline_config(self.settings, self.shelf, model),
        )

    def ready_model(self, model: str = "") -> None:
        """Load the model; for a background thread. Whoever needs it next hears of a failure."""
        config = pipeline_config(self.settings, self.shelf, model)
        with contextlib.suppress(KnownFault, Cancelled):
            chosen = config()
            self.engine.load(chosen.model_path, chosen.load, CancelToken())

    def close(self) -> None:
        """End the workers; idempotent."""
        self._exits.close()


@dataclass(frozen=True, slots=True)
class Candor:
    """Every part of the running program."""

    paths: Paths
    answering: Answering
    conversations: ConversationStore
    library: DocumentLibrary
    pipeline: Pipeline
    turns: ConversationTurns
    _exits: ExitStack

    def close(self) -> None:
        """Close files and end workers, last built first; idempotent."""
        self._exits.close()


def pipeline_config(
    settings: Settings, shelf: GGUFShelf, model: str = ""
) -> Callable[[], PipelineConfig]:
    """Reads the settings anew for each question, so that a change counts at once."""

    def config() -> PipelineConfig:
        chosen = shelf.find(model or settings.get(options.MODEL))
        shelf.info(chosen.path)  # refuses what is no whole chat model before the engine sees it
        return PipelineConfig(
            model_name=chosen.name,
            model_path=chosen.path,
            load=LoadOptions(
                context=settings.get(options.CONTEXT),
                threads=settings.get(options.THREADS),
                gpu_layers=settings.get(options.GPU_LAYERS),
            ),
            max_tokens=settings.get(options.MAX_TOKENS),
            temperature=settings.get(options.TEMPERATURE),
            seed=settings.get(options.SEED),
            passages=settings.get(options.PASSAGES),
            answerable_threshold=settings.get(options.ANSWERABLE_THRESHOLD),
            supported_threshold=settings.get(options.SUPPORTED_THRESHOLD),
            system_prompt=settings.get(options.SYSTEM_PROMPT),
        )

    return config


def assemble_answering(paths: Paths, engine: Engine | None = None) -> Answering:
    """Engine, embedder and evidence scorer over the settings of `paths`."""
    exits = ExitStack()
    settings = Settings(paths.settings_file)
    shelf = GGUFShelf(paths)
    language_model = engine or LocalEngine()
    exits.callback(language_model.close)
    embedder = WorkerEmbedder(WorkerHost("embed"))
    exits.callback(embedder.close)
    scorer = EvidenceChecker(embedder, paths.asset("evidence.json"))
    return Answering(settings, shelf, language_model, embedder, scorer, exits)


def open_library(folder: Path, backups: Path | None, embedder: WorkerEmbedder) -> DocumentLibrary:
    """The library kept in `folder`."""
    return DocumentLibrary(
        store=LibraryStore(folder / "library.db", backups=backups),
        reader=WorkerReader(WorkerHost("read")),
        embedder=embedder,
        index_folder=folder / "index",
    )


def assemble(data_dir: str | None = None, *, engine: Engine | None = None) -> Candor:
    """Everything, over the data folder that `Paths.find` chooses. Raises `KnownFault`."""
    paths = Paths.find(data_dir)
    with ExitStack() as exits:
        answering = assemble_answering(paths, engine)
        exits.callback(answering.close)
        known = answering.settings.get(options.KNOWN_CONVERSATIONS) > 0
        conversations = ConversationStore.open(
            paths.conversations_db, paths.backups, expected=known
        )
        exits.callback(conversations.close)
        library = open_library(paths.data, paths.backups, answering.embedder)
        exits.callback(library.close)
        pipeline = answering.pipeline(library)
        turns = ConversationTurns(pipeline, conversations)
        return Candor(paths, answering, conversations, library, pipeline, turns, exits.pop_all())

"""Measures the search: a corpus goes into a fresh library as files, each query looks for its documents."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from desktop_app.domain.errors import BAD_INPUT, KnownFault
from desktop_app.domain.ports import Library
from desktop_app.measuring.metrics import ndcg, recall
from desktop_app.measuring.report import Figures, Report
from desktop_app.measuring.sets import Row, read_rows

DEPTH = 10
MOST_HITS = 3 * DEPTH
"""Passages asked for, so that some ten documents are among them."""

MakeLibrary = Callable[[Path], AbstractContextManager[Library]]
"""Opens an empty library in a folder."""


def measure_retrieval(
    paths: Sequence[Path], make_library: MakeLibrary, *, limit: int = 0
) -> Report:
    """Search each set, a folder with `corpus.jsonl.gz` and `queries.jsonl.gz`; `limit` queries of each.

    Raises `KnownFault` for a folder without them.
    """
    sets = {}
    for folder in (each for path in paths for each in _set_folders(path)):
        corpus = list(read_rows(_file(folder, "corpus")))
        queries = list(read_rows(_file(folder, "queries"), limit))
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            sets[folder.name] = _searched(corpus, queries, Path(scratch), make_library)
    return Report("retrieval", sets)


def _set_folders(path: Path) -> list[Path]:
    inner = [each for each in sorted(path.iterdir()) if each.is_dir()] if path.is_dir() else []
    return inner or [path]


def _file(folder: Path, name: str) -> Path:
    for ending in (".jsonl.gz", ".jsonl"):
        if (file := folder / f"{name}{ending}").is_file():
            return file
    raise KnownFault(
        BAD_INPUT,
        f"{folder.name} holds no {name}.jsonl.gz.",
        action="Give a folder with corpus.jsonl.gz and queries.jsonl.gz.",
    )


def _searched(
    corpus: Sequence[Row], queries: Sequence[Row], scratch: Path, make_library: MakeLibrary
) -> Figures:
    texts = scratch / "texts"
    texts.mkdir()
    names = {}
    for number, row in enumerate(corpus):
        name = f"{number}.txt"
        names[name] = str(row["_id"])
        title = f"{row['title']}\n\n" if row.get("title") else ""
        (texts / name).write_text(f"{title}{row['text']}", encoding="utf-8")
    with make_library(scratch) as library:
        begun = time.perf_counter()
        library.add([str(texts)])
        seconds = time.perf_counter() - begun
        gains, recalls, times = [], [], []
        for row in queries:
            begun = time.perf_counter()
            hits = library.search(str(row["text"]), MOST_HITS)
            times.append((time.perf_counter() - begun) * 1000)
            ranked = list(dict.fromkeys(names[hit.passage.document] for hit in hits))
            gains.append(ndcg(ranked, row["qrels"], DEPTH))
            recalls.append(recall(ranked, row["qrels"], DEPTH))
    return {
        "documents": len(corpus),
        "queries": len(queries),
        "ndcg_10": float(np.nanmean(gains)) if gains else float("nan"),
        "recall_10": float(np.nanmean(recalls)) if recalls else float("nan"),
        "ms_per_query": float(np.median(times)) if times else float("nan"),
        "documents_per_second": len(corpus) / seconds,
    }

"""How much of what answers a question is among the first thousand words of passages that a search brings.

    python -m tools.measure_chunking FOLDER [--keywords] [--words 1000]

FOLDER holds `corpora.jsonl.gz` ({corpus, text}) and `questions.jsonl.gz` ({question, corpus, references with
start_index and end_index}). Each corpus is one document; of the passages in their order as many are taken as
fit, the last one cut. Recall is the share of the references' characters that they cover, precision the
share of theirs that are references', IoU both over the union; means over questions.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from desktop_app.domain.values import Passage
from desktop_app.library.chunking import chunk
from desktop_app.library.embedder import WorkerEmbedder
from desktop_app.library.index import PassageIndex
from desktop_app.library.retriever import HybridRetriever
from desktop_app.measuring.sets import Row, read_rows
from desktop_app.storage.documents import LibraryStore
from desktop_app.workers.host import WorkerHost

Search = Callable[[str], list[Passage]]

MOST = 60
"""Passages asked for: more than a thousand words, however short they are."""


def within(passages: Sequence[Passage], words: int) -> list[tuple[int, int]]:
    """The stretches (start, end) of the passages, in order, up to a number of words."""
    spans = []
    for passage in passages:
        found = list(re.finditer(r"\S+", passage.text))[:words]
        if not found:
            break
        spans.append((passage.start, passage.start + found[-1].end()))
        words -= len(found)
    return spans


def figures(spans: Sequence[tuple[int, int]], wanted: Sequence[tuple[int, int]]) -> list[float]:
    """[recall, precision, IoU] in characters; what is covered twice counts once."""
    got = {at for start, end in spans for at in range(start, end)}
    aim = {at for start, end in wanted for at in range(start, end)}
    both = len(got & aim)
    return [both / max(len(aim), 1), both / max(len(got), 1), both / max(len(got | aim), 1)]


def searcher(folder: Path, text: str, embedder: WorkerEmbedder | None) -> Search:
    """A search of one document: the product's, or without an embedder by words alone."""
    store = LibraryStore(folder / "library.db")
    document = store.register("/text", "text")
    store.add_revision(document.id, text, (), chunk(text, (), document.id, "text"))
    if embedder is None:
        store.publish(document.id)

        def by_words(query: str) -> list[Passage]:
            hits = [number for number, _ in store.search_words(query, MOST)]
            found = store.passages(hits)
            return [found[number] for number in hits]

        return by_words
    todo = store.unembedded(document.id, embedder.name)
    rows = np.asarray(embedder.embed([each for _, each in todo]), dtype="<f4")
    numbered = zip(todo, rows, strict=True)
    store.add_vectors(embedder.name, [(number, row.tobytes()) for (number, _), row in numbered])
    store.publish(document.id)
    retriever = HybridRetriever(store, PassageIndex(folder, store, embedder), embedder)
    return lambda query: [hit.passage for hit in retriever.search(query, MOST)]


def measure(
    corpus: Row, questions: Sequence[Row], words: int, embedder: WorkerEmbedder | None
) -> list[list[float]]:
    """The figures of each question of one corpus."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        search = searcher(Path(folder), corpus["text"], embedder)
        return [
            figures(
                within(search(row["question"]), words),
                [(each["start_index"], each["end_index"]) for each in row["references"]],
            )
            for row in questions
        ]


def main() -> None:
    """Print one JSON object: the figures of each corpus and of all questions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keywords", action="store_true", help="by words alone; takes seconds")
    parser.add_argument("--words", type=int, default=1000)
    options = parser.parse_args()
    questions = list(read_rows(options.folder / "questions.jsonl.gz"))
    embedder = None if options.keywords else WorkerEmbedder(WorkerHost("embed"))
    rows: dict[str, list[list[float]]] = {}
    for corpus in read_rows(options.folder / "corpora.jsonl.gz"):
        asked = [row for row in questions if row["corpus"] == corpus["corpus"]]
        rows[corpus["corpus"]] = measure(corpus, asked, options.words, embedder)
    if embedder is not None:
        embedder.close()
    rows["all"] = [each for some in rows.values() for each in some]
    print(
        json.dumps(
            {
                name: dict(
                    zip(
                        ("recall", "precision", "iou"),
                        np.mean(some, 0).round(4).tolist(),
                        strict=True,
                    ),
                    questions=len(some),
                )
                for name, some in rows.items()
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()

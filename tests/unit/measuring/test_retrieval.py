"""Retrieval measured over a fake library."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.values import ScoredPassage
from desktop_app.measuring.retrieval import measure_retrieval
from tests.support.answering_fakes import passage


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


class FakeLibrary:
    """Finds a document when the query is its text."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def add(self, paths: list[str]) -> None:
        self.texts = {file.name: file.read_text() for file in Path(paths[0]).iterdir()}

    def search(self, query: str, limit: int) -> list[ScoredPassage]:
        found = [name for name, text in sorted(self.texts.items()) if query in text]
        return [ScoredPassage(passage("x", document=name), 1.0) for name in found][:limit]


@contextmanager
def library(folder: Path) -> Iterator[FakeLibrary]:
    yield FakeLibrary()


def test_retrieval(tmp_path: Path) -> None:
    folder = tmp_path / "cities"
    folder.mkdir()
    write(
        folder / "corpus.jsonl",
        [{"_id": "a", "title": "Rome", "text": "old"}, {"_id": "b", "text": "Bern"}],
    )
    write(
        folder / "queries.jsonl",
        [
            {"_id": "1", "text": "Rome", "qrels": {"a": 1}},
            {"_id": "2", "text": "Bern", "qrels": {"a": 1}},
        ],
    )
    for path in (tmp_path, folder):
        figures = measure_retrieval([path], library).sets["cities"]  # type: ignore[arg-type]
        assert (figures["ndcg_10"], figures["recall_10"], figures["documents"]) == (0.5, 0.5, 2)
    assert measure_retrieval([folder], library, limit=1).sets["cities"]["recall_10"] == 1.0  # type: ignore[arg-type]


def test_retrieval_without_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(KnownFault, match=r"holds no corpus"):
        measure_retrieval([tmp_path], library)  # type: ignore[arg-type]

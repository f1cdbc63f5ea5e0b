"""Nearest passages are exact, and a file that is not what was written is built again (IX1-IX9)."""

from __future__ import annotations

import json
import math
import random
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.values import Passage
from desktop_app.library.index import PassageIndex
from desktop_app.storage.documents import LibraryStore
from tests.support.library_fakes import WordEmbedder

D = 8


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LibraryStore]:
    store = LibraryStore(tmp_path / "library.db")
    yield store
    store.close()


def unit(seed: int, dimension: int = D) -> list[float]:
    chance = random.Random(seed)
    vector = [chance.gauss(0, 1) for _ in range(dimension)]
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector]


def put(
    store: LibraryStore, name: str, vectors: list[list[float]], embedder: str = "m"
) -> list[int]:
    document = store.register(f"/{name}", name)
    passages = [Passage(0, 0, "", None, n, n + 1, f"{name}{n}") for n in range(len(vectors))]
    store.add_revision(document.id, "x" * len(vectors), (), passages)
    ids = [number for number, _ in store.unembedded(document.id, embedder)]
    blobs = [array("f", vector).tobytes() for vector in vectors]
    store.add_vectors(embedder, list(zip(ids, blobs, strict=True)))
    store.publish(document.id)
    return ids


def make(store: LibraryStore, folder: Path, name: str = "m", dimension: int = D) -> PassageIndex:
    return PassageIndex(folder, store, WordEmbedder(name, dimension))


def test_the_order_is_the_exact_one(store: LibraryStore, tmp_path: Path) -> None:
    vectors = [unit(n) for n in range(200)]
    ids = put(store, "a", vectors)
    query = unit(999)
    exact = sorted(
        (
            (sum(a * b for a, b in zip(query, v, strict=True)), n)
            for n, v in zip(ids, vectors, strict=True)
        ),
        reverse=True,
    )
    hits = make(store, tmp_path / "index").search(query, 10)
    assert [number for number, _ in hits] == [number for _, number in exact[:10]]
    assert hits[0][1] == pytest.approx(exact[0][0], abs=1e-5)


def test_ix7_nothing_comes_from_nothing(store: LibraryStore, tmp_path: Path) -> None:
    index = make(store, tmp_path / "index")
    assert index.search(unit(1), 5) == []
    nan, nought = [math.nan] * D, [0.0] * D
    ids = put(store, "a", [unit(1), nan, nought])
    assert [number for number, _ in index.search(unit(1), 50)] == ids[:1]
    assert index.search(nan, 5) == index.search(nought, 5) == index.search([1.0], 5) == []
    assert index.search(unit(1), 0) == index.search(unit(1), 5, []) == []


def test_a_search_among_some_passages(store: LibraryStore, tmp_path: Path) -> None:
    ids = put(store, "a", [unit(n) for n in range(50)])
    index = make(store, tmp_path / "index")
    assert {number for number, _ in index.search(unit(3), 10, ids[10:14])} == set(ids[10:14])
    assert index.search(unit(3), 10, [999_999]) == []


def test_ix8_it_follows_the_store(store: LibraryStore, tmp_path: Path) -> None:
    index = make(store, tmp_path / "index")
    first = put(store, "a", [unit(1), unit(2)])
    assert index.search(unit(1), 1)[0][0] == first[0]
    second = put(store, "b", [unit(3)])
    assert index.search(unit(3), 1)[0][0] == second[0]
    store.remove(1)
    assert [number for number, _ in index.search(unit(1), 5)] == second


def test_the_file_is_used_when_it_is_whole(
    store: LibraryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = put(store, "a", [unit(n) for n in range(20)])
    make(store, tmp_path / "index").save()
    monkeypatch.setattr(PassageIndex, "_add", lambda *_: pytest.fail("was built again"))
    index = make(store, tmp_path / "index")
    assert index.search(unit(7), 1)[0][0] == ids[7]
    assert index.rebuilt == 0


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    manifest = path.with_suffix(".json")
    if how == "byte":
        data[len(data) // 2] ^= 1
    elif how == "huge":
        data[6:14] = (2**39).to_bytes(8, "little")
    elif how == "long":
        data += bytes(100_000)
    elif how == "garbage":
        data = bytearray(random.Random(1).randbytes(len(data)))
    elif how == "no manifest":
        manifest.unlink()
    elif how == "bad manifest":
        manifest.write_text("[1")
    elif how == "list manifest":
        manifest.write_text("[]")
    elif how == "count":
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "count": 5000}))
    else:
        data = data[: {"empty": 0, "short": 10, "cut": len(data) - 3}[how]]
    path.write_bytes(data)


DAMAGES = "byte,huge,long,garbage,empty,short,cut,no manifest,bad manifest,list manifest,count"


@pytest.mark.parametrize("how", DAMAGES.split(","))
def test_ix1_ix2_ix9_a_damaged_file_is_built_again(
    store: LibraryStore, tmp_path: Path, how: str
) -> None:
    ids = put(store, "a", [unit(n) for n in range(20)])
    make(store, tmp_path / "index").save()
    damage(tmp_path / "index" / "passages.faiss", how)
    index = make(store, tmp_path / "index")
    assert [number for number, _ in index.search(unit(7), 1)] == [ids[7]]
    assert index.rebuilt == 1
    index.save()
    healed = make(store, tmp_path / "index")
    assert healed.search(unit(7), 1)[0][0] == ids[7]
    assert healed.rebuilt == 0


def test_ix3_no_change_of_the_header_is_believed(store: LibraryStore, tmp_path: Path) -> None:
    put(store, "a", [unit(n) for n in range(5)])
    make(store, tmp_path / "index").save()
    path = tmp_path / "index" / "passages.faiss"
    whole = path.read_bytes()
    chance = random.Random(0)
    for _ in range(300):
        data = bytearray(whole)
        data[chance.randrange(80)] ^= chance.randrange(1, 256)
        path.write_bytes(data)
        index = make(store, tmp_path / "index")
        assert len(index.search(unit(1), 10)) == 5
        assert index.rebuilt == 1


def test_ix5_ix6_another_embedder_never_meets_these_vectors(
    store: LibraryStore, tmp_path: Path
) -> None:
    put(store, "a", [unit(1)])
    make(store, tmp_path / "index").save()
    assert make(store, tmp_path / "index", "other").search(unit(1), 5) == []
    wide = make(store, tmp_path / "index", "wide", 16)
    assert wide.search(unit(1, 16), 5) == []
    assert wide.rebuilt == 1
    # vectors of another length under the right name are left out
    assert make(store, tmp_path / "elsewhere", "m", 16).search(unit(1, 16), 5) == []


def test_ix4_a_crash_while_writing_leaves_a_file_that_is_whole_or_refused(
    store: LibraryStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "a", [unit(1)])
    index = make(store, tmp_path / "index")
    index.save()
    put(store, "b", [unit(2)])
    replaced = Path.replace
    monkeypatch.setattr(
        Path, "replace", lambda self, to: replaced(self, to) if "faiss" in str(to) else 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        index.save()
    monkeypatch.undo()
    again = make(store, tmp_path / "index")
    assert len(again.search(unit(1), 5)) == 2
    assert again.rebuilt == 1

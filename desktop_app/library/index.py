"""Nearest passages by exact inner product in FAISS; the file is a cache of the vectors in the store.

Beside `passages.faiss` lies a manifest with the embedder, dimension, count and SHA-256 of the file. Whatever
does not match is built again from the store: a damaged file costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from desktop_app.domain.ports import DocumentStore, Embedder

log = logging.getLogger(__name__)

FORMAT = 2
"""Raised when a passage may have got another vector under its number."""

FETCH = 500
"""Vectors that are fetched from the store at once."""

OVERHEAD = 4096
"""Bytes of an index file beyond its vectors and ids."""


class PassageIndex:
    """The live passages' vectors in memory. Safe from any thread: one lock round one FAISS object."""

    def __init__(self, folder: Path, store: DocumentStore, embedder: Embedder) -> None:
        """`folder` is made when the file is first written. Nothing is read before the first search."""
        self._path = folder / "passages.faiss"
        self._manifest = folder / "passages.json"
        self._store = store
        self._source = embedder
        self._embedder = ""
        self._dimension = 0
        self._lock = threading.Lock()
        self._index: Any = None
        self._ids: set[int] = set()
        self._generation = -1
        self.rebuilt = 0
        """How often a file was refused and built again."""

    def search(
        self, vector: Sequence[float], limit: int, only: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """(passage id, cosine) best first, at most `limit`; of the passages `only` when given."""
        import numpy as np

        query = np.asarray([vector], dtype="float32")
        if limit < 1 or not np.isfinite(query).all():
            return []
        with self._lock:
            self._follow()
            if (
                query.shape != (1, self._dimension)
                or not self._ids
                or (only is not None and not len(only))
                or not query.any()
            ):
                return []
            scores, ids = self._search(query, min(limit, len(self._ids)), only)
        pairs = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return [(number, score) for number, score in pairs if number >= 0 and np.isfinite(score)]

    def save(self) -> None:
        """Bring the file up to the store; written whole or not at all."""
        import faiss

        with self._lock:
            self._follow()
            data = faiss.serialize_index(self._index).tobytes()
            manifest = {
                "format": FORMAT,
                "embedder": self._embedder,
                "dimension": self._dimension,
                "count": len(self._ids),
                "sha256": hashlib.sha256(data).hexdigest(),
                "generation": self._generation,
            }
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._path, data)
            _write(self._manifest, json.dumps(manifest, indent=1).encode("utf-8"))

    def _search(self, query: Any, limit: int, only: Sequence[int] | None) -> tuple[Any, Any]:
        import faiss
        import numpy as np

        parameters: Any = None
        if only is not None:
            chosen = faiss.IDSelectorBatch(np.asarray(only, dtype="int64"))
            parameters = cast(Any, faiss.SearchParameters)(sel=chosen)
        scores, ids = self._index.search(query, limit, params=parameters)
        return scores, ids

    def _follow(self) -> None:
        """Make the index hold exactly the vectors of the store's live passages."""
        import numpy as np

        if self._index is None:
            self._embedder, self._dimension = self._source.name, self._source.dimension
            self._index, self._ids = self._load() or self._empty()
        generation = self._store.generation
        if generation == self._generation:
            return
        live = set(self._store.embedded_ids(self._embedder))
        if gone := self._ids - live:
            self._index.remove_ids(np.fromiter(gone, dtype="int64", count=len(gone)))
            self._ids -= gone
        missing = sorted(live - self._ids)
        for at in range(0, len(missing), FETCH):
            self._add(missing[at : at + FETCH])
        self._generation = generation

    def _add(self, passage_ids: Sequence[int]) -> None:
        """Fetch vectors and add those that are whole; one of nought or with NaN is never a hit."""
        import numpy as np

        size = 4 * self._dimension
        kept = [
            (number, data)
            for number, data in self._store.vectors(self._embedder, passage_ids)
            if len(data) == size
        ]
        matrix = np.frombuffer(b"".join(data for _, data in kept), dtype="<f4")
        matrix = matrix.reshape(-1, self._dimension).astype("float32")
        numbers = np.asarray([number for number, _ in kept], dtype="int64")
        whole = np.isfinite(matrix).all(axis=1) & matrix.any(axis=1)
        if whole.any():
            self._index.add_with_ids(np.ascontiguousarray(matrix[whole]), numbers[whole])
            self._ids.update(numbers[whole].tolist())

    def _empty(self) -> tuple[Any, set[int]]:
        import faiss

        return faiss.IndexIDMap(faiss.IndexFlatIP(self._dimension)), set()

    def _load(self) -> tuple[Any, set[int]] | None:
        """The index of the file when it is the one that the manifest describes, else None."""
        import faiss
        import numpy as np

        if not self._path.exists():
            return None
        try:
            manifest = json.loads(self._manifest.read_text("utf-8"))
            expected = {"format": FORMAT, "embedder": self._embedder, "dimension": self._dimension}
            if any(manifest[key] != value for key, value in expected.items()):
                raise ValueError("made by another embedder or version")
            most = manifest["count"] * (4 * self._dimension + 8) + OVERHEAD
            if self._path.stat().st_size > most:
                raise ValueError("larger than its count allows")
            data = self._path.read_bytes()
            if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
                raise ValueError("not the bytes that were written")
            # the bytes are our own by their hash; the limit is for whoever changed both files
            if hasattr(faiss, "set_deserialization_vector_byte_limit"):
                faiss.set_deserialization_vector_byte_limit(len(data) + OVERHEAD)
            index: Any = faiss.deserialize_index(np.frombuffer(data, dtype="uint8"))
            ids = faiss.vector_to_array(index.id_map).tolist()
            if (index.d, index.ntotal, len(ids)) != (self._dimension, *[manifest["count"]] * 2):
                raise ValueError("not of the shape its manifest names")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
            log.info("the index file is built again from the stored vectors: %s", error)
            self.rebuilt += 1
            return None
        return index, set(ids)


def _write(path: Path, data: bytes) -> None:
    """Replace a file whole: a crash leaves the old one or the new one."""
    temporary = path.with_suffix(path.suffix + ".tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)

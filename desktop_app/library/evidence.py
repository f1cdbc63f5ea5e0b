"""The evidence checker: how likely a passage answers a question, or supports a sentence.

Passages are cut into windows of one to three sentences; the embedder's cosines and the signals of
`signals.py` go through a logistic layer whose weights `tools/fit_evidence.py` fits.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.ports import Embedder
from desktop_app.domain.values import Support
from desktop_app.library import signals
from desktop_app.library.signals import Match, PassageText, QueryText, Window

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from desktop_app.library.signals import Vectors

CACHED_WINDOWS = 4096
"""Window vectors kept in memory, the least recently used dropped: about 6 MB at 384 dimensions."""


@dataclass(frozen=True)
class Head:
    """One logistic layer: standardised signals, weights, and the threshold it was fitted with."""

    mean: npt.NDArray[np.float64]
    scale: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    bias: float
    threshold: float

    def probability(self, values: Sequence[float]) -> float:
        """Between 0 and 1; the signals in the order of the head's names."""
        import numpy as np

        z = float(((np.asarray(values) - self.mean) / self.scale) @ self.weights) + self.bias
        return float(1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0))))


@dataclass(frozen=True)
class Weights:
    """What `evidence.json` holds. `embedder` names the embedder the weights were fitted for."""

    embedder: str
    answerable: Head
    supported: Head

    @classmethod
    def load(cls, path: Path) -> Weights:
        """Read and check the file; raises `KnownFault` when it is missing or damaged."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                str(data["embedder"]),
                _head(data["answerable"], signals.ANSWERABLE),
                _head(data["supported"], signals.SUPPORTED),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KnownFault(
                "EV1",
                f"The checker's weights ({path.name}) are missing or damaged.",
                safe="Answers still work; their sentences stay unchecked and nothing is declined.",
                action="Install Candor again to bring the file back.",
                details=f"{path}: {error}",
            ) from error


def _head(data: dict[str, Any], names: tuple[str, ...]) -> Head:
    import numpy as np

    if tuple(data["signals"]) != names:
        raise ValueError("the signals are not those of this version")
    arrays = [np.asarray(data[key], dtype=np.float64) for key in ("mean", "scale", "weights")]
    if any(array.shape != (len(names),) or not np.isfinite(array).all() for array in arrays):
        raise ValueError("a row of numbers has the wrong length or is not finite")
    return Head(arrays[0], arrays[1], arrays[2], float(data["bias"]), float(data["threshold"]))


def _mean(vectors: list[Vectors]) -> Vectors:
    import numpy as np

    if len(vectors) == 1:
        return vectors[0]
    total: Vectors = np.sum(vectors, axis=0)
    return total / max(float(np.linalg.norm(total)), 1e-9)


class EvidenceChecker:
    """An `EvidenceScorer` over an embedder. Safe to call from several threads.

    The weights are read on first use, so that a damaged file is a fault of the check and not of the start.
    """

    def __init__(self, embedder: Embedder, weights: Path) -> None:
        self._embedder = embedder
        self._path = weights
        self._weights: Weights | None = None
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def answerable(
        self, question: str, passages: Sequence[str], cancel: CancelToken | None = None
    ) -> list[float]:
        """For each passage, the probability that it holds the answer; 0 for an empty one."""
        head = self._loaded().answerable
        rows = self.measure([question], passages, cancel)[0]
        return [
            head.probability(signals.answerable_signals(query, passage, found)) if found else 0.0
            for query, passage, found in rows
        ]

    def supported(
        self, sentences: Sequence[str], passages: Sequence[str], cancel: CancelToken | None = None
    ) -> list[list[Support]]:
        """For each sentence, its support by each passage, with the stretch that supports it best."""
        head = self._loaded().supported
        return [
            [self._support(head, *row) for row in rows]
            for rows in self.measure(sentences, passages, cancel)
        ]

    @staticmethod
    def _support(
        head: Head, query: QueryText, passage: PassageText, found: Match | None
    ) -> Support:
        if found is None:
            return Support(0.0, 0, 0)
        score = head.probability(signals.supported_signals(query, passage, found))
        return Support(score, found.best.start, found.best.end)

    def _loaded(self) -> Weights:
        if self._weights is None:
            self._weights = Weights.load(self._path)
        return self._weights

    def measure(
        self, queries: Sequence[str], passages: Sequence[str], cancel: CancelToken | None = None
    ) -> list[list[tuple[QueryText, PassageText, Match | None]]]:
        """Each query held against each passage; None where a passage has no words or the query none."""
        asked = [signals.query_text(query) for query in queries]
        texts = [signals.passage_text(passage) for passage in passages]
        pairs = [[signals.likely_windows(text, query) for text in texts] for query in asked]
        wanted = {query.text for query in asked if query.text.strip()}
        wanted.update(
            part for row in pairs for windows in row for window in windows for part in window.parts
        )
        vectors = self._embed(sorted(wanted), cancel)
        return [
            [
                (query, text, self._match(query, text, windows, vectors))
                for text, windows in zip(texts, row, strict=True)
            ]
            for query, row in zip(asked, pairs, strict=True)
        ]

    @staticmethod
    def _match(
        query: QueryText, text: PassageText, windows: list[Window], vectors: dict[str, Vectors]
    ) -> Match | None:
        import numpy as np

        if not windows or not query.text.strip():
            return None
        stacked = np.stack([_mean([vectors[part] for part in w.parts]) for w in windows])
        return signals.match(query, text, windows, stacked @ vectors[query.text])

    def _embed(self, texts: list[str], cancel: CancelToken | None) -> dict[str, Vectors]:
        import numpy as np

        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in texts if text not in known]
        if missing:
            rows = np.asarray(self._embedder.embed(missing, cancel), dtype=np.float32)
            known.update(zip(missing, rows, strict=True))
        with self._lock:
            for text in texts:
                self._vectors[text] = known[text]
                self._vectors.move_to_end(text)
            while len(self._vectors) > CACHED_WINDOWS:
                self._vectors.popitem(last=False)
        return known

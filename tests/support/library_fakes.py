"""Stand-ins for the two worker processes: vectors from words, texts from a table."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import KnownFault
from desktop_app.domain.language import words
from desktop_app.library.readers.cleaning import clean
from desktop_app.library.readers.reader import ReadText

DIMENSION = 64


class WordEmbedder:
    """Unit vectors by hashed words: texts that share words are near. `asked` keeps every text."""

    def __init__(self, name: str = "words:1", dimension: int = DIMENSION) -> None:
        self.name = name
        self.dimension = dimension
        self.asked: list[str] = []
        self.before: Callable[[int], None] = lambda count: None
        self.closed = False

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> list[list[float]]:
        if cancel is not None:
            cancel.raise_if_cancelled()
        self.before(len(self.asked))
        self.asked.extend(texts)
        return [self._vector(text) for text in texts]

    def close(self) -> None:
        self.closed = True

    def _vector(self, text: str) -> list[float]:
        vector = [0.0] * self.dimension
        for word in words(text):
            vector[
                int.from_bytes(hashlib.md5(word.encode()).digest()[:4], "big") % self.dimension
            ] += 1
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector] if length else vector


class PlainReader:
    """Reads text files as they are; `faults` by file name are raised instead. `reads` counts."""

    def __init__(self) -> None:
        self.faults: dict[str, KnownFault] = {}
        self.reads: list[str] = []
        self.before: Callable[[str], None] = lambda path: None
        self.closed = False

    def read(self, path: str, password: str = "", cancel: CancelToken | None = None) -> ReadText:
        if cancel is not None:
            cancel.raise_if_cancelled()
        self.before(path)
        self.reads.append(Path(path).name)
        if Path(path).name in self.faults and not password:
            raise self.faults[Path(path).name]
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise KnownFault("DO12", "The file is no longer there.") from error
        text, starts, _ = clean(data.decode("utf-8"))
        return ReadText(text, starts, "text/plain", hashlib.sha256(data).hexdigest(), len(data))

    def close(self) -> None:
        self.closed = True

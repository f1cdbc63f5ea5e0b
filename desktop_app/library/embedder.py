"""Texts to vectors through the `embed` worker; name and dimension are known without starting it."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Sequence

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.errors import Cancelled, KnownFault
from desktop_app.workers.embed import describe, model_folder
from desktop_app.workers.host import WorkerHost

BATCH = 128
"""Texts in one request: others wait at most that long, and a message stays under a megabyte."""

TEXT_LIMIT = 4_000
"""Characters of a text that are sent; the model reads 256 tokens."""


class WorkerEmbedder:
    """Implements `Embedder` over a worker process. Safe from any thread; requests take turns."""

    def __init__(self, host: WorkerHost, gentle: bool = False) -> None:
        """`gentle`: one processor core only."""
        self._host = host
        self._gentle = gentle

    @property
    def name(self) -> str:
        """Name with the hash of the weights. Raises KnownFault IX5, IX10."""
        return describe(model_folder())[0]

    @property
    def dimension(self) -> int:
        """Length of a vector. Raises KnownFault IX5, IX10."""
        return describe(model_folder())[1]

    @property
    def pid(self) -> int | None:
        """The worker's process id, None while it does not run."""
        return self._host.pid

    def warm(self) -> None:
        """Start the worker and load the model, which takes seconds; for a background thread.

        A failure is not raised: whoever needs a vector next will hear of it.
        """
        try:
            self._host.call("info", {})
        except (KnownFault, Cancelled):
            return

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> list[list[float]]:
        """See the port. Raises KnownFault EN1 when the worker died."""
        distinct = list(dict.fromkeys(text[:TEXT_LIMIT] for text in texts))
        vectors: dict[str, list[float]] = {}
        for at in range(0, len(distinct), BATCH):
            some = distinct[at : at + BATCH]
            result = self._host.call(
                "embed", {"texts": some, "gentle": self._gentle}, cancel=cancel
            )
            vectors.update(zip(some, _rows(result["vectors"], result["dimension"]), strict=True))
        return [vectors[text[:TEXT_LIMIT]] for text in texts]

    def close(self) -> None:
        """End the worker; idempotent."""
        self._host.close()


def _rows(encoded: str, dimension: int) -> list[list[float]]:
    numbers = array("f", base64.b64decode(encoded))
    if sys.byteorder == "big":
        numbers.byteswap()
    flat = numbers.tolist()
    return [flat[at : at + dimension] for at in range(0, len(flat), dimension)]

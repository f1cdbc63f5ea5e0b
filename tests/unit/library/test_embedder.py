"""The embedder's side in the window: one request for equal texts, and real vectors from the real worker."""

from __future__ import annotations

import base64
import math
from array import array
from typing import Any, cast

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.library.embedder import BATCH, TEXT_LIMIT, WorkerEmbedder
from desktop_app.workers.host import WorkerHost


class LengthHost:
    """Answers each text with its length as a vector of two numbers."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.closed = False

    def call(self, op: str, arguments: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.requests.append(arguments)
        if op == "info":
            raise KnownFault("EN1", "It died.")
        numbers = array("f", [x for text in arguments["texts"] for x in (float(len(text)), 1.0)])
        return {"vectors": base64.b64encode(numbers.tobytes()).decode(), "dimension": 2}

    def close(self) -> None:
        self.closed = True


def test_equal_texts_are_sent_once_and_many_in_batches() -> None:
    host = LengthHost()
    embedder = WorkerEmbedder(cast(WorkerHost, host), gentle=True)
    texts = ["x" * (n % 200) for n in range(500)]
    assert embedder.embed(texts) == [[float(n % 200), 1.0] for n in range(500)]
    assert [len(request["texts"]) for request in host.requests] == [BATCH, 200 - BATCH]
    assert all(request["gentle"] for request in host.requests)
    assert embedder.embed([]) == []


def test_only_the_beginning_of_a_long_text_is_sent() -> None:
    host = LengthHost()
    embedder = WorkerEmbedder(cast(WorkerHost, host))
    assert embedder.embed(["x" * 1_000_000, "x" * 2_000_000]) == [[TEXT_LIMIT, 1.0]] * 2
    assert host.requests[0]["texts"] == ["x" * TEXT_LIMIT]


def test_warming_up_never_raises() -> None:
    host = LengthHost()
    WorkerEmbedder(cast(WorkerHost, host)).warm()
    assert host.requests == [{}]


@pytest.mark.model
def test_real_vectors_are_unit_and_near_for_near_meanings() -> None:
    embedder = WorkerEmbedder(WorkerHost("embed"))
    try:
        assert embedder.pid is None
        assert embedder.dimension == 384
        assert embedder.pid is None
        a, b, c = embedder.embed(
            ["A cat sat on the mat.", "The kitten is sitting.", "Tax law of 1987."]
        )
        assert math.sqrt(sum(x * x for x in a)) == pytest.approx(1, abs=1e-4)

        def cosine(one: list[float], other: list[float]) -> float:
            return sum(x * y for x, y in zip(one, other, strict=True))

        assert cosine(a, b) > cosine(a, c) + 0.2
        # alone and among others a text has one vector, though many are computed in half precision
        texts = [f"Passage {number} on rivers of Europe. " * (number + 1) for number in range(12)]
        among = embedder.embed(texts)
        assert all(math.hypot(*vector) == pytest.approx(1, abs=1e-3) for vector in among)
        for number in (0, 11):
            [alone] = embedder.embed([texts[number]])
            assert cosine(alone, among[number]) > 0.9999
        embedder.warm()
        assert embedder.pid is not None
    finally:
        embedder.close()

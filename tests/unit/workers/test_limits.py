"""A model is never asked for what it or the machine cannot give."""

from __future__ import annotations

import math

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.limits import SMALLEST_CONTEXT, Limits, fitting, processors


@pytest.mark.parametrize("value", [0, -1, 2**31 - 1, math.nan, 1e12, "many", None])
def test_absurd_options_are_brought_in(value) -> None:
    """ME2."""
    limits = Limits.of({"context": value, "batch": value, "threads": value, "gpu_layers": value})
    assert SMALLEST_CONTEXT <= limits.context <= 16_777_216
    assert limits.batch in range(1, min(2048, limits.context) + 1)
    assert limits.threads in range(1, 257)
    assert -1 <= limits.gpu_layers <= 1000


def test_good_options_are_kept_and_threads_follow_the_machine() -> None:
    assert Limits.of({"context": 1024, "threads": 3, "batch": 64, "gpu_layers": 5}) == Limits(
        1024, 3, 64, 5
    )
    assert Limits.of({}).threads == processors()


def test_a_context_beyond_the_training_is_cut_with_a_notice() -> None:
    limits = fitting(Limits(100_000, 1, 512, 0), trained=256, token_bytes=1)
    assert (limits.context, limits.batch) == (256, 256)
    assert "256 tokens of context, not 100,000" in limits.notice
    assert fitting(Limits(1000, 1, 512, 0), trained=0, token_bytes=1).context == 1000


def test_a_context_larger_than_the_free_memory_names_one_that_fits(monkeypatch) -> None:
    """ME1."""

    class Memory:
        available = 2_000_000_000

    monkeypatch.setattr("psutil.virtual_memory", Memory)
    with pytest.raises(KnownFault, match=r"needs 10\.3 GB; 2\.0 GB are free.*16,640") as caught:
        fitting(Limits(100_000, 1, 512, 0), trained=0, token_bytes=100_000)
    assert caught.value.fault.code == "ME1"

"""Absurd sampling values become usable ones."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest

from desktop_app.domain.values import Sampling
from desktop_app.workers.sampling import LARGEST_SEED, clamp, clamped


def test_good_values_are_kept() -> None:
    good = Sampling(0.7, 0.9, 20, 0.1, 1.2, 42, 100, ("END",))
    assert clamped(asdict(good)) == good
    assert clamped({}) == Sampling()


@pytest.mark.parametrize("value", [math.nan, None, "warm", True, [1]])
def test_what_is_no_number_becomes_the_default(value) -> None:
    """EN14."""
    assert clamp(value, 0, 1, 0.5) == 0.5
    assert clamped({"temperature": value}).temperature == Sampling().temperature


@pytest.mark.parametrize("value", [-5, 1e9, math.inf, -math.inf])
def test_numbers_out_of_bounds_are_brought_in(value) -> None:
    """EN14."""
    names = ("temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed", "max_tokens")
    got = clamped(dict.fromkeys(names, value))
    assert 0 <= got.temperature <= 5
    assert 0 < got.top_p <= 1
    assert 0 <= got.min_p <= 1
    assert 0.5 <= got.repeat_penalty <= 2
    assert 0 <= got.seed <= LARGEST_SEED
    assert got.max_tokens >= 1
    assert got.top_k >= 0


def test_only_texts_stop() -> None:
    assert clamped({"stop": ["", "a", 3]}).stop == ("a",)

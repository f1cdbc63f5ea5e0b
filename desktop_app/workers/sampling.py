"""Brings sampling values that came from a settings file or another program into what a model takes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from desktop_app.domain.values import Sampling

LARGEST_SEED = 0xFFFFFFFE
"""One less than the seed that llama.cpp takes for "choose one yourself"."""


def clamp(value: object, low: float, high: float, default: float) -> float:
    """`value` within its bounds; `default` for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return default
    return min(max(float(value), low), high)


def clamped(values: Mapping[str, Any]) -> Sampling:
    """A `Sampling` of any mapping with its field names; what is missing or absurd is put right."""
    usual = Sampling()
    stop = values.get("stop", ())
    return Sampling(
        temperature=clamp(values.get("temperature"), 0.0, 5.0, usual.temperature),
        top_p=clamp(values.get("top_p"), 0.01, 1.0, usual.top_p),
        top_k=int(clamp(values.get("top_k"), 0, 1_000_000, usual.top_k)),
        min_p=clamp(values.get("min_p"), 0.0, 1.0, usual.min_p),
        repeat_penalty=clamp(values.get("repeat_penalty"), 0.5, 2.0, usual.repeat_penalty),
        seed=int(clamp(values.get("seed"), 0, LARGEST_SEED, usual.seed)),
        max_tokens=int(clamp(values.get("max_tokens"), 1, 1_000_000, usual.max_tokens)),
        stop=tuple(text for text in stop if isinstance(text, str) and text),
    )

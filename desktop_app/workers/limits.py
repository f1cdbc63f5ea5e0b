"""Brings the options of a model into what the machine and the model allow, before anything is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import psutil

from desktop_app.domain.errors import KnownFault
from desktop_app.domain.models import LoadOptions
from desktop_app.workers.sampling import clamp

SMALLEST_CONTEXT = 256
SPARE = 300 * 1024 * 1024
"""Bytes that computing needs beside the weights and the context."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Options as llama.cpp may be given them. `notice`: what was put right, for a person."""

    context: int
    threads: int
    batch: int
    gpu_layers: int
    notice: str = ""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """From any mapping with the fields of `LoadOptions`."""
        usual = LoadOptions()
        asked = options.get("context")
        context = int(clamp(asked, 0, 16_777_216, usual.context)) or usual.context
        context = max(SMALLEST_CONTEXT, context)
        threads = int(clamp(options.get("threads"), 0, 256, 0)) or processors()
        batch = int(clamp(options.get("batch"), 32, 2048, usual.batch))
        layers = int(clamp(options.get("gpu_layers"), -1, 1000, 0))
        return cls(context, threads, min(batch, context), layers)


def processors() -> int:
    """Physical cores that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(psutil.cpu_count(logical=False) or 1, usable or 1))


def fitting(limits: Limits, *, trained: int, token_bytes: int) -> Limits:
    """The limits with a context that the model was trained for.

    `token_bytes`: memory for each token of context. Raises `KnownFault` ME1 when the free memory is
    less than the whole context needs.
    """
    if trained and limits.context > trained:
        notice = f"This model takes {trained:,} tokens of context, not {limits.context:,}."
        limits = replace(limits, context=trained, batch=min(limits.batch, trained), notice=notice)
    needed = limits.context * token_bytes + SPARE
    free = psutil.virtual_memory().available
    if needed > free:
        possible = max(SMALLEST_CONTEXT, (free - SPARE) // max(1, token_bytes) // 256 * 256)
        raise KnownFault(
            "ME1",
            f"A context of {limits.context:,} tokens needs {needed / 1e9:.1f} GB; "
            f"{free / 1e9:.1f} GB are free.",
            action=f"Choose a context of {possible:,} tokens or a smaller model.",
        )
    return limits

"""How much memory a model needs at a given context length, and how much there is."""

from __future__ import annotations

from pathlib import Path

import psutil

from desktop_app.domain.models import ModelInfo

CACHE_BYTES = 2
"""Bytes of one number of the key-value cache: llama.cpp keeps it in F16 unless told otherwise."""
CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def cache_needed(info: ModelInfo, context: int) -> int:
    """Bytes of the key-value cache, allocated whole when the model loads; 0 when it cannot be estimated.

    2 (keys and values) x layers x key-value heads x head length x context x bytes of a number.
    """
    head = info.head_length or (info.embedding_length // info.heads if info.heads else 0)
    return 2 * info.layers * info.kv_heads * head * context * CACHE_BYTES


def memory_needed(info: ModelInfo, context: int) -> int:
    """Bytes of weights and cache; 0 when the header does not say enough to estimate it.

    Work buffers come on top. Models that look back over a window only need less than this.
    """
    cache = cache_needed(info, context)
    return info.size + cache if cache else 0


def memory_available() -> int:
    """Bytes that a new process may take: what the system calls available, or a container's limit if less."""
    limits = [int(psutil.virtual_memory().available)]
    for path in CGROUP_LIMITS:
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # no such limit: the file is missing or says "max"
            continue
    return min(limits)

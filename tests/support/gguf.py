"""GGUF files made for tests, right by default and wrong wherever a test wants them to be."""

from __future__ import annotations

import struct
from typing import Any

KEYS: tuple[tuple[str, Any], ...] = (
    ("general.architecture", "llama"),
    ("general.name", "Tiny"),
    ("general.file_type", 2),
    ("llama.context_length", 2048),
    ("llama.block_count", 2),
    ("llama.embedding_length", 64),
    ("llama.attention.head_count", 8),
    ("llama.attention.head_count_kv", 4),
    ("tokenizer.ggml.tokens", ["<s>", "a", "b"]),
    ("tokenizer.chat_template", "{{ messages }}"),
)
TENSORS: tuple[tuple[str, tuple[int, ...], int, int], ...] = (
    ("token_embd.weight", (64, 3), 2, 0),  # Q4_0: 6 blocks of 18 bytes
    ("output_norm.weight", (64,), 0, 128),  # F32: 256 bytes
)
DATA = 128 + 256


def text(value: str | bytes) -> bytes:
    """A length and that many bytes."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<Q", len(data)) + data


def entry(key: str | bytes, value: Any) -> bytes:
    """A key with its value; the type follows Python's."""
    if isinstance(value, str):
        return text(key) + struct.pack("<I", 8) + text(value)
    if isinstance(value, list) and value and isinstance(value[0], str):
        return text(key) + struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text, value))
    if isinstance(value, list):
        return (
            text(key)
            + struct.pack("<IIQ", 9, 4, len(value))
            + struct.pack(f"<{len(value)}I", *value)
        )
    return text(key) + struct.pack("<II", 4, value)


def tensor(name: str, dimensions: tuple[int, ...], kind: int, offset: int) -> bytes:
    """A line of the tensor table."""
    return (
        text(name)
        + struct.pack("<I", len(dimensions))
        + struct.pack(f"<{len(dimensions)}Q", *dimensions)
        + struct.pack("<IQ", kind, offset)
    )


def gguf(
    keys: tuple[tuple[str, Any], ...] = KEYS,
    tensors: tuple[tuple[str, tuple[int, ...], int, int], ...] = TENSORS,
    *,
    version: int = 3,
    key_count: int | None = None,
    tensor_count: int | None = None,
    data: int = DATA,
    alignment: int = 32,
) -> bytes:
    """A whole file."""
    head = b"GGUF" + struct.pack(
        "<IQQ",
        version,
        len(tensors) if tensor_count is None else tensor_count,
        len(keys) if key_count is None else key_count,
    )
    head += b"".join(entry(*pair) for pair in keys) + b"".join(tensor(*line) for line in tensors)
    return head + bytes(-len(head) % alignment) + bytes(data)

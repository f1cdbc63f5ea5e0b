"""The GGUF format: a header's keys and tensor table, read from files that may be cut, wrong or hostile.

Everything a file claims is held against its size before it is believed: nothing is read in one piece
because the file says so, long values are skipped, and what is not needed is not kept. Little-endian,
versions 2 and 3.
"""

from __future__ import annotations

import os
import stat
import struct
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from desktop_app.models.quantization import TENSOR_TYPES

MAGIC = b"GGUF"
STRING, ARRAY = 8, 9
SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
LONGEST_HEADER = 256 * 1024 * 1024
LONGEST_KEY = 65_535
LONGEST_NAME = 255
LONGEST_TEXT = 1024 * 1024
LONGEST_LIST = 4096
MOST_ENTRIES = 100_000
MOST_STRINGS = 2_000_000
WANTED = ("general.", "split.", "tokenizer.chat_template")
WANTED_ENDINGS = (
    ".context_length",
    ".block_count",
    ".embedding_length",
    ".attention.head_count",
    ".attention.head_count_kv",
    ".attention.key_length",
    ".pooling_type",
)


class DamagedError(ValueError):
    """The file contradicts itself or the format; the text says where."""


class CutError(ValueError):
    """The header goes on where the file ends."""


class ForeignError(ValueError):
    """This is no GGUF file; the text says what it begins with."""


@dataclass(slots=True)
class Header:
    """What a GGUF file says of itself. `expected` is the whole file's size in bytes, 0 if unknown."""

    size: int
    keys: dict[str, Any] = field(default_factory=dict)
    tensors: int = 0
    parameters: int = 0
    expected: int = 0
    types: Counter[str] = field(default_factory=Counter)
    """Numbers stored in each tensor type."""


def read_gguf(path: str, *, architecture_only: bool = False) -> Header:
    """The header of the file at `path`; with `architecture_only`, no more than the keys up to that one.

    Raises DamagedError, CutError, ForeignError, and OSError for what cannot be opened.
    """
    # O_NONBLOCK: a named pipe called model.gguf must not hold anyone up
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(descriptor, "rb", buffering=1024 * 1024) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ForeignError("it is not a plain file")
        return _Reader(file, status.st_size).header(architecture_only)


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._at = 0
        self._strings = 0
        self._alignment = 32

    def header(self, architecture_only: bool) -> Header:
        header = Header(self._size)
        beginning = self._file.read(4)
        self._at = 4
        if beginning != MAGIC:
            raise ForeignError(_beginning(beginning + self._file.read(12)))
        version = self._number("<I")
        if version not in (2, 3):
            swapped = struct.unpack(">I", struct.pack("<I", version))[0]
            if swapped in (2, 3):
                raise DamagedError("it is made for big-endian machines")
            raise DamagedError(f"version {version} of the format is not known")
        tensors, entries = self._number("<Q"), self._number("<Q")
        if tensors > MOST_ENTRIES or entries > MOST_ENTRIES:
            raise DamagedError(f"it claims {max(tensors, entries):,} entries")
        seen: set[int] = set()
        for _ in range(entries):
            self._entry(header.keys, seen)
            if architecture_only and "general.architecture" in header.keys:
                return header
        self._alignment = header.keys.get("general.alignment", 32)
        if type(self._alignment) is not int or self._alignment.bit_count() != 1:
            raise DamagedError(f"its alignment is {self._alignment!r}")
        self._tensors(header, tensors)
        return header

    def _entry(self, keys: dict[str, Any], seen: set[int]) -> None:
        name = self._text(LONGEST_KEY)
        # hashes, for 100,000 long names would not fit into the memory this may take
        if not name or hash(name) in seen:
            raise DamagedError(f"its key {name[:40]!r} is empty or there twice")
        seen.add(hash(name))
        kind = self._number("<I")
        wanted = name.startswith(WANTED) or name.endswith(WANTED_ENDINGS)
        value: Any = None
        if kind == STRING and not wanted:
            self._skip_text()
        elif kind == STRING:
            value = self._text(LONGEST_TEXT)
        elif kind == ARRAY:
            value = self._array(wanted)
        elif kind in SCALARS:
            value = self._number(SCALARS[kind])
        else:
            raise DamagedError(f"its key {name[:40]!r} has the unknown type {kind}")
        if wanted and value is not None:
            keys[name] = value

    def _array(self, wanted: bool) -> list[Any] | None:
        kind, count = self._number("<I"), self._number("<Q")
        keep = wanted and count <= LONGEST_LIST
        if kind == STRING:
            self._need(8 * count)
            self._strings += count
            if self._strings > MOST_STRINGS:
                raise DamagedError(f"it claims {self._strings:,} texts")
            if keep:
                return [self._text(LONGEST_KEY) for _ in range(count)]
            for _ in range(count):
                self._skip_text()
            return None
        if kind not in SCALARS:
            raise DamagedError(f"a list has the unknown type {kind}")
        if keep:
            return [self._number(SCALARS[kind]) for _ in range(count)]
        self._skip(count * struct.calcsize(SCALARS[kind]))
        return None

    def _tensors(self, header: Header, count: int) -> None:
        end, seen, known = 0, set[str](), True
        for _ in range(count):
            name = self._text(LONGEST_NAME)
            if not name or name in seen:
                raise DamagedError(f"its tensor {name[:40]!r} is empty or there twice")
            seen.add(name)
            elements, first = self._dimensions(name)
            kind, offset = self._number("<I"), self._number("<Q")
            header.parameters += elements
            if kind not in TENSOR_TYPES:
                if kind > 255:
                    raise DamagedError(f"its tensor {name!r} has the unknown type {kind}")
                # a type of a later format: the engine decides, and the size stays unknown
                known = False
                continue
            label, block, block_bytes = TENSOR_TYPES[kind]
            if first % block:
                raise DamagedError(f"its tensor {name!r} has rows of {first:,}, not whole blocks")
            if known and offset != end:
                raise DamagedError(f"its tensor {name!r} lies at {offset:,}, not at {end:,}")
            size = elements // block * block_bytes
            header.expected = offset + size
            end = self._aligned(header.expected)
            header.types[label] += elements
        header.tensors = count
        header.expected = self._aligned(self._at) + header.expected if known else 0

    def _dimensions(self, name: str) -> tuple[int, int]:
        """(numbers in the tensor, numbers in a row)."""
        count = self._number("<I")
        if not 1 <= count <= 4:
            raise DamagedError(f"its tensor {name!r} has {count:,} dimensions")
        elements, first = 1, 0
        for place in range(count):
            length = self._number("<Q")
            elements *= length
            first = first if place else length
        if not 0 < elements < 2**48:
            raise DamagedError(f"its tensor {name!r} claims {elements:,} numbers")
        return elements, first

    def _aligned(self, offset: int) -> int:
        return -(-offset // self._alignment) * self._alignment

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._read(struct.calcsize(form)))[0]

    def _text(self, longest: int) -> str:
        length = self._number("<Q")
        if length > longest:
            raise DamagedError(f"a text claims {length:,} bytes")
        return self._read(length).decode("utf-8", "replace")

    def _skip_text(self) -> None:
        self._skip(int.from_bytes(self._read(8), "little"))

    def _read(self, count: int) -> bytes:
        self._need(count)
        data = self._file.read(count)
        if len(data) < count:
            raise CutError(f"it ends after {self._at + len(data):,} bytes")
        self._at += count
        return data

    def _skip(self, count: int) -> None:
        self._need(count)
        if count < 65_536:
            self._file.read(count)
        else:
            self._file.seek(count, os.SEEK_CUR)
        self._at += count

    def _need(self, count: int) -> None:
        if self._at + count > LONGEST_HEADER:
            raise DamagedError(f"its header claims {self._at + count:,} bytes")
        if self._at + count > self._size:
            raise CutError(f"it ends after {self._size:,} bytes, within its header")


def _beginning(data: bytes) -> str:
    if not data:
        return "it is empty"
    line = data.split(b"\n")[0][:16]
    if line and all(32 <= byte < 127 for byte in line):
        return f"starts with `{line.decode().strip().split('>')[0].lower()}`"
    return f"starts with the bytes {data[:4].hex(' ')}"

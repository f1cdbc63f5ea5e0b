"""The reader underneath: keys, counts, and how little it reads when asked for little."""

from __future__ import annotations

import struct

import pytest

from desktop_app.models.gguf import CutError, DamagedError, ForeignError, read_gguf
from tests.support.gguf import KEYS, entry, gguf, text


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.gguf"


def test_a_header(path):
    path.write_bytes(gguf())
    header = read_gguf(str(path))
    assert header.size == header.expected == path.stat().st_size
    assert (header.tensors, header.parameters) == (2, 256)
    assert header.types == {"Q4_0": 192, "F32": 64}
    assert header.keys["llama.block_count"] == 2
    assert "tokenizer.ggml.tokens" not in header.keys


def test_the_architecture_alone_needs_the_beginning_only(path):
    path.write_bytes(gguf()[:80])
    assert read_gguf(str(path), architecture_only=True).keys == {"general.architecture": "llama"}
    with pytest.raises(CutError):
        read_gguf(str(path))


def test_long_values_are_skipped(path):
    big = entry("tokenizer.scores", [1] * 50_000) + entry("some.text", "x" * 100_000)
    keys = big + b"".join(entry(*pair) for pair in KEYS)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(KEYS) + 2) + keys)
    assert set(read_gguf(str(path)).keys) == {key for key, _ in KEYS} - {"tokenizer.ggml.tokens"}


def test_a_wanted_list_that_is_too_long_is_not_kept(path):
    keys = entry("general.tags", ["x"] * 5000) + entry("general.languages", ["en"])
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 2) + keys)
    assert read_gguf(str(path)).keys == {"general.languages": ["en"]}


def test_types_of_the_future_leave_the_size_unknown(path):
    path.write_bytes(gguf(tensors=(("a", (64,), 99, 0),)))
    assert read_gguf(str(path)).expected == 0


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", ForeignError, "empty"),
        (b"PK\x03\x04", ForeignError, "50 4b 03 04"),
        (b"GGUF", CutError, "within its header"),
        (gguf(version=3 << 24), DamagedError, "big-endian"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("a" * 50), CutError, "within its header"),
    ],
)
def test_errors_say_where(path, data, error, words):
    path.write_bytes(data)
    with pytest.raises(error, match=words):
        read_gguf(str(path))

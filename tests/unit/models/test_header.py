"""Whole files are read; cut, wrong and hostile ones are refused quickly, cheaply and with a sentence."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import KnownFault
from desktop_app.models.header import read_model
from tests.support.gguf import KEYS, TENSORS, entry, gguf, text


@pytest.fixture
def write(tmp_path):
    def write(data: bytes, name: str = "model.gguf") -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return write


def refusal(path: str) -> tuple[str, str]:
    with pytest.raises(KnownFault) as caught:
        read_model(path)
    return caught.value.fault.code, caught.value.fault.what


def with_keys(**changes):
    keys = dict(KEYS)
    for name, value in changes.items():
        keys[name.replace("__", ".")] = value
    return tuple(keys.items())


def test_a_whole_file(write):
    path = write(gguf())
    info = read_model(path)
    assert (info.path, info.name, info.architecture) == (path, "Tiny", "llama")
    assert info.size == os.path.getsize(path)
    assert info.parameters == 64 * 3 + 64
    assert info.quantization == "Q4_0"
    assert (info.context_length, info.layers, info.embedding_length) == (2048, 2, 64)
    assert (info.heads, info.kv_heads, info.head_length) == (8, 4, 0)
    assert info.has_chat_template
    assert info.chat_template == "{{ messages }}"


def test_what_a_header_leaves_out(write):
    info = read_model(write(gguf((("general.architecture", "zzz"),)), "A name.gguf"))
    assert (info.name, info.architecture, info.quantization) == ("A name", "zzz", "Q4_0")
    assert (info.kv_heads, info.context_length, info.has_chat_template) == (0, 0, False)


def test_more_of_what_a_header_may_say(write):
    keys = with_keys(
        llama__attention__head_count_kv=[1, 4, 2],
        llama__attention__key_length=128,
        general__languages=["en", "de"],
        general__license="mit",
        general__file_type=1024,
    )
    info = read_model(write(gguf(keys)))
    assert (info.kv_heads, info.head_length, info.languages, info.license) == (
        4,
        128,
        ("en", "de"),
        "mit",
    )
    assert info.quantization == "Q4_0"


def test_version_2_and_other_alignments(write):
    read_model(write(gguf(version=2)))
    keys = with_keys(general__alignment=64)
    read_model(write(gguf(keys, (("a", (64, 3), 2, 0), ("b", (64,), 0, 128)), alignment=64)))


def test_tensor_types_of_the_future_are_left_to_the_engine(write):
    info = read_model(write(gguf(tensors=(("a", (64, 3), 99, 0), ("b", (64,), 0, 9999)))))
    assert info.parameters == 256


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "Not a model file (it is empty)."),
        (b"G", "Not a model file (starts with `g`)."),
        (b"<html>\n<head>", "Not a model file (starts with `<html`)."),
        (b"<!DOCTYPE html>\n<html>", "Not a model file (starts with `<!doctype html`)."),
        (b"\x80\x02}q\x00", "Not a model file (starts with the bytes 80 02 7d 71)."),
    ],
)
def test_what_is_no_model_file(write, data, what):
    """MF2"""
    assert refusal(write(data)) == ("MF2", what)


def test_what_is_no_file(tmp_path):
    """MF1, MF15, MF16"""
    assert refusal(str(tmp_path / "gone.gguf")) == (
        "MF1",
        f"File not found: {tmp_path / 'gone.gguf'}",
    )
    os.mkfifo(tmp_path / "pipe.gguf")
    assert refusal(str(tmp_path / "pipe.gguf")) == (
        "MF2",
        "Not a model file (it is not a plain file).",
    )
    (tmp_path / "folder.gguf").mkdir()
    assert refusal(str(tmp_path / "folder.gguf"))[0] in ("MF1", "MF2")
    (tmp_path / "loop.gguf").symlink_to("loop.gguf")
    assert refusal(str(tmp_path / "loop.gguf"))[0] == "MF1"
    assert refusal(str(tmp_path / "a\udcff.gguf"))[0] == "MF16"


def test_odd_names_are_fine(write):
    """MF16"""
    assert read_model(write(gguf(), "a b 👩 " + "x" * 200 + ".gguf")).layers == 2


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_incomplete(write, share):
    """MF3"""
    whole = gguf()
    code, what = refusal(write(whole[: int(share * len(whole))]))
    assert code == "MF3"
    assert "Incomplete file: " in what


def test_a_cut_file_says_how_much_is_there(write):
    """MF3"""
    big = gguf(tensors=(("a", (1_000_000,), 0, 0),), data=1_500_000)
    assert refusal(write(big)) == ("MF3", "Incomplete file: has 1.50 MB of 4.00 MB.")


def raw(*parts: bytes, tensors: int = 0, keys: int = 1) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, keys) + b"".join(parts) + bytes(4096)


HOSTILE = {
    "version 0": gguf(version=0),
    "version 1": gguf(version=1),
    "version 4": gguf(version=4),
    "big-endian": gguf(version=3 << 24),
    "too many tensors": gguf(tensor_count=2**63 - 1),
    "too many keys": gguf(key_count=2**62),
    "100,001 keys": gguf(key_count=100_001),
    "key of 1 TB": raw(struct.pack("<Q", 2**40)),
    "key of 65,536 bytes": raw(struct.pack("<Q", 65_536)),
    "empty key": raw(entry("", 1)),
    "key twice": raw(entry("a", 1), entry("a", 2), keys=2),
    "unknown type": raw(text("a"), struct.pack("<I", 13)),
    "list in a list": raw(text("a"), struct.pack("<IIQ", 9, 9, 1)),
    "list of an unknown type": raw(text("a"), struct.pack("<IIQ", 9, 77, 1)),
    "list of 2^61 numbers": raw(text("a"), struct.pack("<IIQ", 9, 4, 2**61)),
    "list of 2^61 texts": raw(text("a"), struct.pack("<IIQ", 9, 8, 2**61)),
    "list of 3 M texts": raw(text("a"), struct.pack("<IIQ", 9, 8, 3_000_000), bytes(24_000_000)),
    "text of 2^63": raw(text("a"), struct.pack("<IQ", 8, 2**63)),
    "wanted text of 2 MB": raw(text("general.name"), struct.pack("<IQ", 8, 2_000_000)),
    "alignment 0": gguf(with_keys(general__alignment=0)),
    "alignment 33": gguf(with_keys(general__alignment=33)),
    "alignment a text": gguf(with_keys(general__alignment="x")),
    "no dimensions": gguf(tensors=(("a", (), 0, 0),)),
    "5 dimensions": gguf(tensors=(("a", (1, 1, 1, 1, 1), 0, 0),)),
    "a dimension of 0": gguf(tensors=(("a", (64, 0), 0, 0),)),
    "dimensions that overflow": gguf(tensors=(("a", (2**40, 2**40), 0, 0),)),
    "rows of half blocks": gguf(tensors=(("a", (33, 2), 2, 0),)),
    "tensor twice": gguf(tensors=(TENSORS[0], ("token_embd.weight", (64,), 0, 128))),
    "tensor without a name": gguf(tensors=(("", (64,), 0, 0),)),
    "tensor name of 300 bytes": gguf(tensors=(("a" * 300, (64,), 0, 0),)),
    "offset out of line": gguf(tensors=(("a", (64,), 0, 32),)),
    "offsets that overlap": gguf(tensors=(("a", (64,), 0, 0), ("b", (64,), 0, 0))),
    "tensor type 2^31": gguf(tensors=(("a", (64,), 2**31, 0),)),
    "no architecture": gguf(KEYS[1:]),
    "architecture a number": gguf(with_keys(general__architecture=7)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(write, name):
    """MF4: refused within 2 s."""
    code, what = refusal(write(HOSTILE[name]))
    assert code in ("MF3", "MF4")
    if code == "MF4":
        assert what.startswith("Damaged or unsupported model file: ")
        assert len(what) < 160


def test_a_header_without_end_is_given_up(tmp_path):
    """MF4: a sparse file may claim any size."""
    path = tmp_path / "sparse.gguf"
    with path.open("wb") as file:
        file.write(
            b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + text("a") + struct.pack("<IQ", 8, 2**38)
        )
        file.truncate(2**39)
    assert refusal(str(path))[0] == "MF4"


MEMORY = r"""
import re, sys
from desktop_app.domain.errors import KnownFault
from desktop_app.models.header import read_model
import psutil
before = psutil.Process().memory_info().rss
try:
    read_model(sys.argv[1])
except KnownFault:
    pass
with open("/proc/self/status") as status:
    peak = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) * 1024
print((peak - before) // 1_000_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_reading_takes_little_memory(tmp_path):
    """MF4: 20,000 keys of 4,000 bytes and a list of a million texts."""
    path = tmp_path / "big.gguf"
    many = b"".join(entry(f"{i:05}" + "k" * 4000, 1) for i in range(20_000))
    texts = text("tokens") + struct.pack("<IIQ", 9, 8, 1_000_000) + text("word") * 1_000_000
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 20_001) + many + texts)
    found = subprocess.run(
        [sys.executable, "-P", "-c", MEMORY, str(path)], capture_output=True, text=True, check=True
    )
    assert int(found.stdout) < 50


@settings(max_examples=300)
@given(at=st.integers(0, 700), value=st.binary(min_size=1, max_size=8))
def test_any_flipped_bytes_give_a_model_or_a_sentence(tmp_path_factory, at, value):
    path = tmp_path_factory.getbasetemp() / "flipped.gguf"
    data = bytearray(gguf())
    data[at : at + len(value)] = value
    path.write_bytes(data)
    with suppress(KnownFault):
        assert read_model(str(path)).size == len(data)


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        (with_keys(general__architecture="nomic-bert"), "embedding model"),
        (with_keys(llama__pooling_type=3), "embedding model"),
        (with_keys(general__architecture="clip"), "projector"),
        (with_keys(general__type="mmproj"), "projector"),
        (with_keys(general__type="adapter"), "adapter"),
    ],
)
def test_what_cannot_chat(write, keys, what):
    """MF12"""
    code, sentence = refusal(write(gguf(keys)))
    assert code == "MF12"
    assert what in sentence


def test_a_vocabulary_alone_cannot_chat(write):
    assert refusal(write(gguf(tensors=()))) == ("MF12", "This file holds no weights.")


def test_parts(write):
    """MF17"""
    first = write(gguf(), "m-00001-of-00003.gguf")
    code, what = refusal(first)
    assert code == "MF17"
    assert "2 of 3 parts of this model are missing: m-00002-of-00003.gguf, m-00003" in what
    second = write(gguf(()), "m-00002-of-00003.gguf")
    write(gguf(()), "m-00003-of-00003.gguf")
    info = read_model(first)
    assert info.parameters == 3 * 256
    assert info.size == sum(os.path.getsize(p) for p in (first, second, second))
    assert refusal(second) == ("MF17", "This is part 2 of a model.")


def test_a_part_that_was_cut(write):
    first = write(gguf(), "m-00001-of-00002.gguf")
    write(gguf(())[:-10], "m-00002-of-00002.gguf")
    assert refusal(first)[0] == "MF3"

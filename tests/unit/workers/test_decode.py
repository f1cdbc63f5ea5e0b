"""Old encodings are guessed from how writing looks, and binary files are told from text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.workers.decode import declared_in, decode

RUSSIAN = "Однажды, в студёную зимнюю пору, я из лесу вышел; был сильный мороз."
SAMPLES = {
    "cp1252": "Der Käse schmeckt – wie “früher” – größer, süßer und für 5 € überall.",
    "cp1251": RUSSIAN,
    "cp866": RUSSIAN,
    "koi8-r": RUSSIAN,
    "cp1253": "Η θάλασσα είναι ήρεμη και ο ουρανός καθαρός σήμερα το πρωί.",
    "cp1256": "في قرية من القرى كان هناك رجل حكيم يعرف كل شيء عن الحياة.",
    "cp1255": "בראשית ברא אלוהים את השמים ואת הארץ והארץ היתה תהו ובהו",
    "shift_jis": "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。",
    "gb18030": "我们在这里的时候，中国的人都说这是一个很大的城市。",
    "euc_kr": "나라의 말이 중국과 달라 한자와는 서로 통하지 아니하므로",
}


@pytest.mark.parametrize("encoding", SAMPLES)
def test_do13_an_old_encoding_is_guessed(encoding: str) -> None:
    text, guessed = decode(SAMPLES[encoding].encode(encoding))
    assert (text, guessed) == (SAMPLES[encoding], encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_says_what_it_is_is_not_guessed(encoding: str) -> None:
    assert decode(RUSSIAN.encode(encoding)) == (RUSSIAN, "")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(encoding: str) -> None:
    assert decode("plain English words".encode(encoding)) == ("plain English words", encoding)


def test_one_damaged_place_does_not_make_another_encoding() -> None:
    data = RUSSIAN.encode() * 3
    text, note = decode(data[:51] + b"\xff" + data[51:])
    assert text.count("Однажды") == 3
    assert "damaged" in note
    assert decode(data[:-1])[0].startswith(RUSSIAN)


def test_a_wrong_declaration_is_not_believed() -> None:
    data = SAMPLES["cp1256"].encode("cp1256")
    assert decode(data, "cp1252")[1] == "cp1256"
    assert decode("naïve".encode("cp1252"), "cp1250")[0] == "naďve"


def test_declared_in() -> None:
    assert declared_in(b'<meta charset="windows-1251">') == "cp1251"
    assert declared_in(b'<meta charset="no-such">') == ""
    assert declared_in(b"<p>") == ""


def test_binary_is_refused() -> None:
    with pytest.raises(ValueError, match="binary"):
        decode(bytes(range(32)) * 50)
    with pytest.raises(ValueError, match="binary"):
        decode(b"\x00\x01\x02\x03" * 500)


@given(st.binary(max_size=300))
def test_any_bytes_give_text_or_are_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except ValueError:
        return
    assert isinstance(text, str)

"""What leaves the reader: one kind of line end, no hidden characters, page starts that still fit."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.library.readers.cleaning import clean


@pytest.mark.parametrize(
    ("given_text", "wanted"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x07c", "a b c"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("e\u0301", "é"),
        ("a\n \n\n\n\nb", "a\n\nb"),
        ("obser\x02\r\nvatory", "observatory"),
        ("obser\u00ad\nvatory soft\u00adly", "observatory softly"),
        ("page one\x0cpage two", "page one\n\npage two"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("ig\u200dnore", "ignore"),
    ],
)
def test_clean(given_text: str, wanted: str) -> None:
    assert clean(given_text)[0] == wanted


def test_pi3_hidden_characters_are_taken_out_and_counted() -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    text, _, hidden = clean(f"see{tags} \u202ethis\u202c and zero\u200bwidth")
    assert text == "see this and zerowidth"
    assert hidden == 4 + 2 + 1


def test_pages_begin_where_the_starts_say() -> None:
    raw = ["one\r\n\r\n", "\x00", "three\u200b\r\n", ""]
    starts = [sum(map(len, raw[:n])) for n in range(4)]
    text, new, _ = clean("".join(raw), starts)
    pages = [text[a:b].strip() for a, b in zip(new, [*new[1:], len(text)], strict=True)]
    assert pages == ["one", "", "three", ""]


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200), st.integers(0, 200))
def test_clean_text_is_storable_and_stays_as_it_is(text: str, cut: int) -> None:
    cleaned, starts, _ = clean(text, (0, min(cut, len(text))))
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert starts[0] == 0 <= starts[1] <= len(cleaned)

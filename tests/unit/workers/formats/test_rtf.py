"""RTF with its code pages, escapes and hidden text; anything at all ends in text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.workers.formats.rtf import read_rtf


def test_letters_by_font_and_by_escape() -> None:
    data = rb"""{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset128 Mincho;}{\f2 Any;}}
{\info{\title no}}{\f0 caf\'e9} {\f1 \'93\'8c\'8b\'9e} {\f2 \'cc\'e8\'f0}\par \u8364?\uc0\u960 \u55357\u56832
x\~y
\par{\*\unknown no}{\pict\bin4 }}}} }\emdash\tab end}"""
    text = read_rtf(data).text
    assert text.startswith("café 東京 Мир\n\n€π😀x\u00a0y")
    assert text.endswith("—\tend")
    assert "no" not in text


def test_pi3_hidden_and_deleted_text_is_left_out_and_counted() -> None:
    extract = read_rtf(
        rb"{\rtf1 seen {\v hidden {\b too}} and {\deleted gone}{\v0 shown}\v off\plain on}"
    )
    assert extract.text == "seen  and shownon"
    assert extract.hidden == 2
    assert extract.notes == ("deleted passages left out: 1",)


def test_tables_and_footnotes() -> None:
    data = rb"{\rtf1 a\cell b\cell\row c\cell\row Claim{\footnote Proof.}{\mac x}{\ansicpg99999 y}\par}"
    assert read_rtf(data).text == "a | b\nc\nClaim [Footnote: Proof.]xy"


@given(st.binary(max_size=200))
def test_anything_ends_in_text(data: bytes) -> None:
    assert isinstance(read_rtf(b"{\\rtf1 " + data).text, str)

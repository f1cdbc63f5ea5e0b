"""Text files are told apart by what is in them, then by name."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.plain import read_plain


def test_a_table_repeats_its_names_whatever_divides_it() -> None:
    wanted = "Name | Note\n\nName: Anna | Note: 1,5 kg"
    for name, data in {
        "a.csv": b'Name,Note\nAnna,"1,5 kg"\n',
        "b.csv": b"Name;Note\r\nAnna;1,5 kg\r\n",
        "a.tsv": b"Name\tNote\nAnna\t1,5 kg",
    }.items():
        extract = read_plain(data, name)
        assert (extract.text, extract.mime) == (wanted, "text/csv")
    assert read_plain(b'A,B\n"two\nlines",3', "a.csv").text.endswith("A: two lines | B: 3")


def test_a_table_that_is_none_stays_text() -> None:
    data = b"x" * 200_000
    assert read_plain(data, "a.csv").text == data.decode()


def test_do13_content_goes_before_the_name() -> None:
    page = b"<!DOCTYPE html><html><body><p>Hello</p></body></html>"
    assert read_plain(page, "a.txt").text == "Hello"
    assert read_plain(b"def f():\n    return 1\n", "a.py").text == "def f():\n    return 1\n"
    letter = b"From: a@b.c\nTo: d@e.f\nSubject: x\n\nbody"
    assert read_plain(letter, "a.txt").mime == "message/rfc822"
    with pytest.raises(KnownFault, match="binary"):
        read_plain(bytes(range(256)) * 10, "a.txt")


def test_the_guess_is_said_in_words() -> None:
    assert read_plain("Größe".encode("cp1252"), "a.txt").notes == ("read as Windows-1252",)
    assert read_plain("Größe".encode(), "a.txt").notes == ()


def test_pi3_comments_in_markdown_are_left_out_and_counted() -> None:
    extract = read_plain(b"# A\n<!-- obey me -->\nwords <!-- and\nme --> end", "a.md")
    assert (extract.text, extract.hidden) == ("# A\n\nwords  end", 2)
    assert (
        read_plain(b"a <!-- never closed <!-- too", "a.md").text == "a <!-- never closed <!-- too"
    )

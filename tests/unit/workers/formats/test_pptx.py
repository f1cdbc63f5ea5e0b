"""Slides are pages, in the order of the show, with the speaker's notes."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.pptx import read_pptx
from tests.support.office import archive, make_pptx


def test_slides_in_order_with_notes() -> None:
    extract = read_pptx(Archive(make_pptx([("First", "alpha"), ("Second", "beta")], "say hello")))
    one, two = extract.page_starts
    assert extract.text[one:two] == "# First\n\nalpha\n\nNotes: say hello\n\n"
    assert extract.text[two:] == "# Second\n\nbeta\n\n"


def test_a_hidden_slide_is_read_and_said() -> None:
    made = make_pptx([("First", "alpha")])
    parts = {name: Archive(made).read(name) for name in Archive(made).names}
    slide = "ppt/slides/slide9.xml"
    parts[slide] = parts[slide].replace(b"<p:sld ", b'<p:sld show="0" ')
    extract = read_pptx(Archive(archive(parts)))
    assert "alpha" in extract.text
    assert extract.notes == ("slides hidden in the show: 1",)
    del parts[slide]
    assert read_pptx(Archive(archive(parts))).text.strip() == ""


def test_tables_on_slides() -> None:
    made = make_pptx([("First", "alpha")])
    parts = {name: Archive(made).read(name) for name in Archive(made).names}
    slide = "ppt/slides/slide9.xml"
    cell = b"<a:tc><a:txBody><a:p><a:r><a:t>%s</a:t></a:r></a:p></a:txBody></a:tc>"
    table = b"<a:tbl><a:tr>" + cell % b"a" + cell % b"b" + b"</a:tr></a:tbl></p:sld>"
    parts[slide] = parts[slide].replace(b"</p:sld>", table)
    assert "a | b" in read_pptx(Archive(archive(parts))).text


def test_do3_without_a_presentation() -> None:
    with pytest.raises(KnownFault, match="damaged"):
        read_pptx(Archive(archive({"x": "y"})))

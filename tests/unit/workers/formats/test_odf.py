"""OpenDocument texts, sheets and slides, less what they hide, and a clear word when they are encrypted."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.extract import Extract
from desktop_app.workers.formats.odf import read_odf
from tests.support.office import archive, make_odf


def read(body: str, kind: str = "text", styles: str = "", manifest: str = "") -> Extract:
    return read_odf(Archive(make_odf(body, kind, styles, manifest)))


def test_a_text() -> None:
    body = """<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>
    <text:h text:outline-level="2">Head</text:h><text:p>One<text:s text:c="2"/>two<text:tab/>three
    <text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
    <text:p>Proof.</text:p></text:note-body></text:note></text:p>
    <text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>
    <table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>
    <table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>
    <text:p>x<draw:text-box><text:p>boxed</text:p></draw:text-box></text:p>"""
    assert read(body).text.split("\n\n") == [
        *("## Head", "One  two\tthree", "Footnote 1: Proof.", "- item", "a | b", "x", "boxed"),
    ]


def test_pi3_hidden_text_is_left_out_and_counted() -> None:
    styles = (
        """<style:style style:name="H"><style:text-properties text:display="none"/></style:style>"""
    )
    body = """<text:p>seen <text:span text:style-name="H">hidden</text:span><text:hidden-text>too
    </text:hidden-text><office:annotation><text:p>remark</text:p></office:annotation></text:p>"""
    extract = read(body, styles=styles)
    assert (extract.text, extract.hidden) == ("seen", 2)


def test_do8_a_sheet_that_repeats_itself_without_end() -> None:
    body = """<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">
    <table:table-cell table:number-columns-repeated="16384"/></table:table-row><table:table-row>
    <table:table-cell table:number-columns-repeated="3"/><table:table-cell><text:p>7</text:p>
    </table:table-cell></table:table-row></table:table>"""
    assert read(body, "spreadsheet").text == "# S\n\n7"
    many = 'table:number-columns-repeated="99999999999"><text:p>7</text:p></table:table-cell>'
    many = f"<table:table-cell {many}"
    body = f'<table:table table:name="S"><table:table-row>{many}</table:table-row></table:table>'
    assert len(read(body, "spreadsheet").text) < 10_000


def test_numbers_that_are_none() -> None:
    body = """<text:h text:outline-level="²">A</text:h><text:p>b<text:s text:c="99999999999"/>c</text:p>
    <table:table><table:table-row table:number-rows-repeated="²"><table:table-cell><text:p>d</text:p>
    </table:table-cell></table:table-row></table:table>"""
    assert read(body).text == "# A\n\nb c\n\nd"


def test_slides_are_pages() -> None:
    frame = "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    page = f"<draw:page>{frame}</draw:page>"
    extract = read(page.format("one") + page.format("two"), "presentation")
    assert extract.text == "one\n\ntwo\n\n"
    assert extract.page_starts == (0, 5)


def test_do1_an_encrypted_one_says_so() -> None:
    entry = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    with pytest.raises(KnownFault, match="encrypted"):
        read("x", manifest=entry)


def test_do3_without_content() -> None:
    with pytest.raises(KnownFault, match="damaged"):
        read_odf(Archive(archive({"content.xml": "<x/>"})))

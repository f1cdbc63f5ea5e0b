"""A Word file gives what its page shows: boxes and notes, and neither deletions nor hidden runs."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.docx import read_docx
from desktop_app.workers.formats.extract import Extract
from tests.support.office import archive, docx_of


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def read(body: str, **parts: str) -> Extract:
    return read_docx(Archive(docx_of(body, **parts)))


def test_headings_lists_and_tables() -> None:
    body = f"""<w:p><w:pPr><w:pStyle w:val="H2"/></w:pPr>{run("Part")}</w:p>
    <w:p><w:pPr><w:pStyle w:val="T"/></w:pPr>{run("Title")}</w:p>
    <w:p><w:pPr><w:pStyle w:val="O"/></w:pPr>{run("Outlined")}</w:p>
    <w:p><w:pPr><w:numPr/></w:pPr>{run("item")}</w:p>
    <w:tbl><w:tr><w:tc><w:p>{run("a")}</w:p></w:tc><w:tc><w:p>{run("b")}</w:p></w:tc></w:tr>
    <w:tr><w:sdt><w:sdtContent><w:tc><w:p>{run("c")}</w:p></w:tc></w:sdtContent></w:sdt>
    <w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p>{run("again")}</w:p></w:tc></w:tr></w:tbl>
    <w:p><w:r><w:t>one</w:t><w:br/><w:t>two</w:t><w:tab/><w:noBreakHyphen/><w:t>3</w:t></w:r></w:p>"""
    styles = """<w:style w:styleId="H2"><w:name w:val="heading 2"/></w:style>
    <w:style w:styleId="T"><w:name w:val="Title"/></w:style>
    <w:style w:styleId="O"><w:name w:val="Mine"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>"""
    assert read(body, styles=styles).text.split("\n\n") == [
        *("## Part", "# Title", "### Outlined", "- item", "a | b\nc", "one\ntwo\t-3"),
    ]


def test_pi3_hidden_runs_are_left_out_and_counted() -> None:
    styles = '<w:style w:styleId="S"><w:name w:val="s"/><w:rPr><w:vanish/></w:rPr></w:style>'
    body = f"""<w:p>{run("seen ")}{run("vanished", "<w:vanish/>")}{run("tiny", '<w:sz w:val="2"/>')}
    {run("styled", '<w:rStyle w:val="S"/>')}{run("shown", '<w:vanish w:val="0"/>')}</w:p>"""
    extract = read(body, styles=styles)
    assert (" ".join(extract.text.split()), extract.hidden) == ("seen shown", 3)


def test_tracked_deletions_are_no_text() -> None:
    body = f"""<w:p>{run("keep ")}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
    <w:ins>{run("new")}</w:ins><w:moveFrom>{run("moved")}</w:moveFrom></w:p>"""
    extract = read(body)
    assert " ".join(extract.text.split()) == "keep new"
    assert extract.notes == ("deleted passages left out: 2",)


def test_notes_and_boxes_follow_their_paragraph() -> None:
    body = f"""<w:p>{run("Claim")}<w:r><w:footnoteReference w:id="2"/></w:r></w:p>
    <w:p>{run("Beside")}<w:r><w:AlternateContent><w:Choice><w:txbxContent><w:p>{run("boxed")}</w:p>
    </w:txbxContent></w:Choice><w:Fallback><w:txbxContent><w:p>{run("boxed")}</w:p></w:txbxContent>
    </w:Fallback></w:AlternateContent></w:r></w:p>"""
    notes = f"""<w:footnote w:type="separator" w:id="0"><w:p>{run("no")}</w:p></w:footnote>
    <w:footnote w:id="2"><w:p>{run("Proof.")}</w:p></w:footnote>"""
    blocks = read(body, footnotes=notes).text.split("\n\n")
    assert blocks == ["Claim[2]", "Footnote 2: Proof.", "Beside", "boxed"]


def test_a_header_counts_when_it_says_something() -> None:
    header = f"<w:p>{run('Harbour Office, Pier 4')}</w:p>"
    assert read(f"<w:p>{run('x')}</w:p>", header=header).text == "Harbour Office, Pier 4\n\nx"
    assert read(f"<w:p>{run('x')}</w:p>", footer=f"<w:p>{run('12')}</w:p>").text == "x"


def test_do3_a_file_without_a_body() -> None:
    with pytest.raises(KnownFault, match="damaged"):
        read_docx(Archive(archive({"word/document.xml": "<document/>"})))

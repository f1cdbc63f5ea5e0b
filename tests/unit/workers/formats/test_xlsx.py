"""Sheets become headings and rows lines; a far-off cell costs nothing and too many are refused."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats import tables
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.xlsx import read_xlsx
from tests.support.office import archive, make_xlsx, sheet_rows


def text_of(data: bytes) -> str:
    return read_xlsx(Archive(data)).text


def test_rows_repeat_the_names_of_their_columns() -> None:
    rows = sheet_rows([["Name", "City", "Age"], ["Anna", "Bonn", "34"], ["Ben", "", "5"]])
    assert text_of(make_xlsx({"People": rows})).split("\n\n") == [
        *("# People", "Name | City | Age"),
        *("Name: Anna | City: Bonn | Age: 34", "Name: Ben | Age: 5"),
    ]


def test_kinds_of_cells() -> None:
    styles = """<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/><numFmt numFmtId="171"
    formatCode="0.0 &quot;days&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/>
    <xf numFmtId="171"/><xf numFmtId="20"/></cellXfs>"""
    rows = """<row><c t="s"><v>0</v></c><c s="1"><v>45292</v></c><c s="2"><v>2.5</v></c>
    <c s="3"><v>0.5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c><v>0.30000000000000004</v></c>
    <c t="s"><v>99</v></c><c s="1"><v>1e300</v></c><c><v>odd</v></c></row>"""
    assert text_of(make_xlsx({"S": rows}, ["shared"], styles)) == (
        "# S\n\nshared | 2024-01-01 | 2.5 | 12:00 | true | #N/A | 0.3 | 1e300 | odd"
    )


def test_reading_aids_are_no_text_and_hidden_sheets_are_said() -> None:
    data = make_xlsx({"S": '<row><c t="s"><v>0</v></c></row>'}, ["x"])
    parts = {name: Archive(data).read(name) for name in Archive(data).names}
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(
        b"<t>x</t>", "<r><t>東京</t></r><rPh><t>トウキョウ</t></rPh>".encode()
    )
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        b"sheetId", b'state="hidden" sheetId'
    )
    extract = read_xlsx(Archive(archive(parts)))
    assert extract.text == "# S\n\n東京"
    assert extract.notes == ("hidden sheets read too: 1",)


def test_do8_one_cell_at_the_far_corner() -> None:
    rows = '<row r="1048576"><c r="XFD1048576"><v>42</v></c></row>'
    assert text_of(make_xlsx({"Far": rows})) == "# Far\n\n42"


def test_do8_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CELLS_LIMIT", 10)
    with pytest.raises(KnownFault, match="too large") as failure:
        text_of(make_xlsx({"S": sheet_rows([["1", "2", "3"]] * 5)}))
    assert failure.value.fault.code == "DO8"


def test_do3_without_a_workbook() -> None:
    with pytest.raises(KnownFault, match="damaged"):
        text_of(archive({"x": "y"}))

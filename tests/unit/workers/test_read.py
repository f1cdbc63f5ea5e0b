"""What the read worker makes of real and of hostile files, called in this process."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers import read as worker
from desktop_app.workers.read import extract_text, open_regular, read
from tests.support.office import (
    archive,
    make_docx,
    make_epub,
    make_odf,
    make_pptx,
    make_xlsx,
    sheet_rows,
)
from tests.support.pdf import make_pdf


def code_of(data: bytes, name: str, password: str = "") -> str:
    with pytest.raises(KnownFault) as failure:
        extract_text(data, name, password)
    return failure.value.fault.code


@pytest.fixture(autouse=True)
def _no_limit_on_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_limit_time", lambda: None)


def run(path: Path, **arguments: Any) -> tuple[str, dict[str, Any]]:
    pieces: list[str] = []
    result = read(
        {"path": str(path), **arguments}, lambda event: pieces.append(event["text"]), lambda: False
    )
    return "".join(pieces), result


def test_pages_of_a_pdf_begin_where_it_says(tmp_path: Path) -> None:
    data = make_pdf(["One fish.", "Two fish.\nStill two.", "", "Blue fish."])
    (tmp_path / "a.pdf").write_bytes(data)
    text, result = run(tmp_path / "a.pdf")
    starts = result["page_starts"]
    assert len(starts) == 4
    assert text[starts[1] :].startswith("Two fish.")
    assert text[starts[3] :].startswith("Blue fish.")
    assert (result["sha256"], result["size"]) == (hashlib.sha256(data).hexdigest(), len(data))


def test_do1_an_encrypted_pdf(tmp_path: Path) -> None:
    data = make_pdf(["Secret."], "sesame")
    assert code_of(data, "a.pdf") == "DO1"
    assert code_of(data, "a.pdf", "wrong") == "DO1"
    assert "Secret." in extract_text(data, "a.pdf", "sesame").text


def test_do2_a_pdf_without_text(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(make_pdf(["", ""]))
    with pytest.raises(KnownFault, match="No text found"):
        run(tmp_path / "scan.pdf")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.pdf"),
        (b"garbage", "a.pdf"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "a.pdf"),
        (make_pdf(["x"])[:120], "a.pdf"),
        (make_docx("words")[:-30], "a.docx"),
        (b"PK\x03\x04", "a.docx"),
        (b"garbage", "a.docx"),
    ],
)
def test_do3_a_damaged_file(data: bytes, name: str) -> None:
    assert code_of(data, name) == "DO3"


def test_a_docx() -> None:
    extract = extract_text(make_docx("First paragraph.", "Second, Größe."), "a.docx")
    assert extract.text.split("\n\n") == ["First paragraph.", "Second, Größe."]
    assert extract.page_starts == ()


def test_do6_a_bomb_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker.READERS, "word/document.xml", lambda _: pytest.fail("was opened"))
    bomb = archive({"word/document.xml": "x", "word/media/filler": bytes(3_000_000)})
    assert code_of(bomb, "a.docx") == "DO6"
    monkeypatch.setitem(worker.READERS, "word/document.xml", _no_memory)
    assert code_of(archive({"word/document.xml": "x"}), "a.docx") == "DO6"


def test_do3_parts_that_do_not_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(worker.READERS, "word/document.xml", lambda _: [][1])
    assert code_of(archive({"word/document.xml": "x"}), "a.docx") == "DO3"


def test_notes_of_a_pdf_stand_on_their_page() -> None:
    data = make_pdf(["One fish.", "Two fish."])
    note = b"/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (Count them.) >>] "
    data = data.replace(b"/MediaBox", note + b"/MediaBox", 1)
    extract = extract_text(data, "a.pdf")
    assert "Note: Count them." in extract.text[: extract.page_starts[1]]


def test_pi3_invisible_text_of_a_pdf_is_said() -> None:
    data = make_pdf(["One fish."]) + b"stream\nBT 3 Tr (x) Tj ET endstream"
    assert extract_text(data, "a.pdf").notes == ("invisible text, as scanners add, is read too: 1",)


def _no_memory(_: object) -> Any:
    raise MemoryError


def test_do7_entities_are_not_resolved(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("CANARY-CONTENT")
    outside = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{canary.as_uri()}">]>'
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for doctype, body in (
        (outside, "see &x; end"),
        (f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>', "&l9;"),
    ):
        try:
            text = extract_text(make_docx(body, doctype=doctype), "a.docx").text
        except KnownFault as known:
            text = known.fault.what
        assert "CANARY" not in text
        assert len(text) < 10_000


def test_do13_archives_by_their_parts_whatever_the_name() -> None:
    rows = sheet_rows([["cell", "two"]])
    for data, mime in (
        (make_docx("words"), "wordprocessing"),
        (make_pptx([("t", "words")]), "presentationml"),
        (make_xlsx({"S": rows}), "spreadsheetml"),
        (make_odf("<text:p>words</text:p>"), "opendocument.text"),
        (make_epub({"a.xhtml": "<p>words</p>"}), "epub"),
    ):
        extract = extract_text(data, "a.txt")
        assert mime in extract.mime
        assert extract.text.strip()


def test_do13_other_formats_are_named() -> None:
    old = b"\xd0\xcf\x11\xe0"
    cases = {
        "an archive": archive({"x": "y"}),
        "a picture": b"\x89PNG\r\n\x1a\n" + bytes(50),
        "an old Office": old + bytes(600),
        "an Excel file of before 2007": old + "Workbook".encode("utf-16-le"),
        "a PowerPoint file of before": old + "PowerPoint Document".encode("utf-16-le"),
        "an Outlook message": old + "__substg1.0_".encode("utf-16-le"),
        "a binary": bytes(range(256)) * 10,
    }
    for kind, data in cases.items():
        with pytest.raises(KnownFault, match=kind) as failure:
            extract_text(data, "a.txt")
        assert failure.value.fault.code == "DO13"
    with pytest.raises(KnownFault, match="encrypted"):
        extract_text(old + "EncryptedPackage".encode("utf-16-le"), "a.docx")
    assert code_of(old + "WordDocument".encode("utf-16-le"), "a.doc") == "DO3"


def test_plain_files_by_their_names() -> None:
    assert extract_text(b"# Title", "a.md").mime == "text/markdown"
    assert extract_text("Größe".encode(), "a.txt").text == "Größe"
    assert extract_text(b"{\\rtf1 words}", "a.txt").text == "words"
    html = extract_text("<h1>Größe</h1><p>x".encode("cp1252"), "a.html")
    assert (html.text, html.mime) == ("# Größe\n\nx", "text/html")
    assert html.notes == ("read as Windows-1252",)


def test_do11_only_regular_files_are_opened_and_none_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(KnownFault) as failure:
            open_regular(str(path))
        assert failure.value.fault.code == "DO11"
    for name in (str(tmp_path / "link"), str(tmp_path / "absent"), "nul\0"):
        with pytest.raises(KnownFault) as failure:
            open_regular(name)
        assert failure.value.fault.code == "DO12"


def test_a_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SIZE_LIMIT", 10)
    (tmp_path / "a.txt").write_text("x" * 11)
    with pytest.raises(KnownFault, match="over"):
        run(tmp_path / "a.txt")


def test_a_long_text_comes_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PIECE", 7)
    (tmp_path / "a.txt").write_text("twenty characters ok")
    assert run(tmp_path / "a.txt")[0] == "twenty characters ok"

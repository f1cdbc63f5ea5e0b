"""Faults of documents, row by row (DO, PI3), mostly on the real reading process and a real library file."""

from __future__ import annotations

import os
import socket
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import Document, DocumentState, IngestProgress
from desktop_app.domain.errors import Cancelled
from desktop_app.library.library import DocumentLibrary
from desktop_app.library.readers.reader import WorkerReader
from desktop_app.storage.documents import LibraryStore
from desktop_app.workers.host import WorkerHost
from tests.support.library_fakes import WordEmbedder
from tests.support.noise import Expectations
from tests.support.office import (
    archive,
    docx_of,
    make_docx,
    make_epub,
    make_odf,
    make_xlsx,
    sheet_rows,
)
from tests.support.pdf import make_pdf

READY, FAILED = DocumentState.READY, DocumentState.FAILED
CANARY = "CANARY-CONTENT"


class Desk:
    """A library on the real reader, a folder of files, and what was embedded."""

    def __init__(self, folder: Path, reader: WorkerReader | None = None) -> None:
        self.files = folder / "files"
        self.files.mkdir(exist_ok=True)
        self.embedder = WordEmbedder()
        self.library = DocumentLibrary(
            store=LibraryStore(folder / "library.db"),
            reader=reader or WorkerReader(WorkerHost("read")),
            embedder=self.embedder,
            index_folder=folder / "index",
        )

    def put(self, name: str, data: bytes | str) -> Path:
        path = self.files / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def add(self, **files: bytes | str) -> dict[str, Document]:
        """Add files named like `a_docx`; the documents by that key."""
        paths = {key: self.put(key.replace("_", "."), data) for key, data in files.items()}
        self.library.add([str(path) for path in paths.values()])
        by_path = {one.path: one for one in self.library.documents()}
        return {key: by_path[str(path)] for key, path in paths.items()}

    def found(self, query: str) -> list[str]:
        return [scored.passage.text for scored in self.library.search(query, 5)]

    def all_text(self) -> str:
        return "\n".join(self.library.text(one.id).text for one in self.library.documents())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.library.close()


def reader_that(code: str, timeout: float = 60.0) -> WorkerReader:
    """A reader whose process does `code` for files called bad.txt and reads the others as text."""
    program = f"""
import hashlib, os, signal, time
from desktop_app.workers.serve import serve
def read(arguments, emit, cancelled):
    data = open(arguments["path"], "rb").read()
    if "bad" in os.path.basename(arguments["path"]):
{textwrap.indent(code, "        ")}
    emit({{"text": data.decode()}})
    return {{"mime": "text/plain", "page_starts": [], "notes": [], "hidden": 0,
            "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}}
raise SystemExit(serve({{"read": read}}))
"""
    return WorkerReader(
        WorkerHost("read", command=[sys.executable, "-P", "-c", program]), timeout=timeout
    )


def test_do1_a_locked_file_asks_and_the_batch_goes_on(desk: Desk) -> None:
    got = desk.add(locked_pdf=make_pdf(["The secret harbour."], "sesame"), open_txt="open words")
    assert (got["locked_pdf"].state, got["open_txt"].state) == (DocumentState.LOCKED, READY)
    assert got["locked_pdf"].passages == 0
    desk.library.retry(got["locked_pdf"].id, "wrong")
    document = next(one for one in desk.library.documents() if one.name == "locked.pdf")
    assert document.detail == "The password does not open this file."
    desk.library.retry(got["locked_pdf"].id, "sesame")
    assert any("secret harbour" in text for text in desk.found("secret harbour"))


def test_do2_a_scan_is_said_to_be_one(desk: Desk) -> None:
    document = desk.add(scan_pdf=make_pdf(["", ""]))["scan_pdf"]
    assert (document.state, document.detail) == (DocumentState.EMPTY, "No text found (a scan?).")


def test_do3_damaged_files_get_a_reason_and_the_batch_goes_on(desk: Desk) -> None:
    got = desk.add(
        cut_pdf=make_pdf(["x"])[:120],
        garbage_pdf=b"%PDF-1.7\n" + bytes(range(256)) * 20,
        cut_docx=make_docx("words")[:-30],
        good_txt="good words",
    )
    assert got.pop("good_txt").state is READY
    for document in got.values():
        assert document.state is FAILED
        assert document.detail.startswith("The file is damaged: ")


def test_do4_a_hanging_parser_is_ended_and_not_tried_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, reader_that("time.sleep(60)", timeout=3.0))
    try:
        got = desk.add(bad_txt="hang", good_txt="good words")
        assert (got["bad_txt"].state, got["good_txt"].state) == (FAILED, READY)
        assert "took too long" in got["bad_txt"].detail
        report = desk.library.refresh()
        assert (report.added, report.failed, report.unchanged) == (0, 0, 2)
    finally:
        desk.library.close()


def test_do5_a_crashing_parser_quarantines_the_content(
    tmp_path: Path, expect_log: Expectations
) -> None:
    expect_log("document reader")
    tries = tmp_path / "tries"
    code = f"open({str(tries)!r}, 'a').write('x')\nos.kill(os.getpid(), signal.SIGSEGV)"
    desk = Desk(tmp_path, reader_that(code))
    try:
        got = desk.add(bad_txt="boom", good_txt="good words")
        assert (got["bad_txt"].state, got["good_txt"].state) == (FAILED, READY)
        assert "crashed" in got["bad_txt"].detail
        desk.library.refresh()
        again = desk.add(bad2_txt="boom")["bad2_txt"]
        assert "crashed the document reader before" in again.detail
        assert tries.read_text() == "x"
        desk.library.retry(again.id)  # asked for, it is tried
        assert tries.read_text() == "xx"
    finally:
        desk.library.close()


def test_do6_archives_that_explode_are_refused(desk: Desk) -> None:
    inner = archive({"zeros": bytes(50_000_000)})
    got = desk.add(
        ratio_docx=archive({"word/document.xml": b"<a>" + b" " * 60_000_000 + b"</a>"}),
        nested_zip=archive({f"{n}.zip": inner for n in range(20)}),
        many_docx=archive({**{str(n): b"" for n in range(20_001)}, "word/document.xml": "x"}),
    )
    assert all(document.state is FAILED for document in got.values())
    assert "would unpack" in got["ratio_docx"].detail
    assert "an archive" in got["nested_zip"].detail or "would unpack" in got["nested_zip"].detail
    assert "20,002 parts" in got["many_docx"].detail


def test_do7_entities_reach_no_file_and_no_memory(desk: Desk, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text(CANARY)
    outside = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{canary.as_uri()}">]>'
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    sheet = make_xlsx({"S": sheet_rows([["a", "b"]])})
    sheet = sheet if sheet else b""
    chapter = f"{outside}<html><body><p>chapter &x; end</p></body></html>"
    got = desk.add(
        xxe_docx=make_docx("see &x; end", doctype=outside),
        laughs_docx=make_docx("&l9;", doctype=f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]>'),
        xxe_xlsx=archive({"xl/workbook.xml": f"{outside}<workbook>&x;</workbook>"}),
        xxe_odt=archive({"content.xml": f"{outside}<d>&x;</d>"}),
        xxe_epub=make_epub({"a.xhtml": chapter}),
        xxe_svg=f"{outside}<svg><text>&x;</text></svg>",
        xxe_html=f"{outside}<p>page &x; end</p>",
    )
    for key in ("xxe_docx", "laughs_docx", "xxe_xlsx", "xxe_odt"):
        assert got[key].state is FAILED
        assert "entities" in got[key].detail
    assert got["xxe_epub"].state is got["xxe_html"].state is READY
    assert CANARY not in desk.all_text()
    assert len(desk.all_text()) < 10_000


def test_do8_a_cell_at_the_far_corner_is_one_cell(desk: Desk) -> None:
    row = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far harbour</t></is></c></row>'
    assert desk.add(dim_xlsx=make_xlsx({"S": row}))["dim_xlsx"].state is READY
    assert any("far harbour" in text for text in desk.found("far harbour"))


def test_do9_parts_that_lead_outside_are_refused(desk: Desk, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.parent.rglob("*") if "library" not in path.name)
    got = desk.add(
        up_epub=make_epub({"a.xhtml": "<p>x</p>"}, {"../../escaped": "x"}),
        root_docx=archive({"word/document.xml": "<x/>", "/tmp/escaped": "x"}),
    )
    for document in got.values():
        assert document.state is FAILED
        assert "leads outside" in document.detail
    after = {path for path in tmp_path.parent.rglob("*") if "library" not in path.name}
    made = {path.name for path in after.difference(before)}
    assert made <= {"up.epub", "root.docx"}


def test_do10_names_with_tricks_open_the_right_file(desk: Desk) -> None:
    raw = os.fsencode(desk.files)
    names = [b"in\xe2\x80\xaevoice.txt", b"a\nb.txt", b"<img src=x>.txt", b"caf\xe9.txt"]
    names.append(b"x" * 251 + b".txt")
    for number, name in enumerate(names):
        with open(raw + b"/" + name, "wb") as file:
            file.write(f"words of file number {number}".encode())
    report = desk.library.add([str(desk.files)])
    assert report.added == len(names)
    for document in desk.library.documents():
        text = Path(document.path).read_text()
        assert desk.library.text(document.id).text.strip() == text
        assert not set(document.name) & set("\u202e\n")


def test_do11_only_regular_files_inside_the_folder_are_read(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "outside.txt").write_text(CANARY)
    (desk.files / "loop").symlink_to(desk.files)
    (desk.files / "etc.txt").symlink_to(tmp_path / "outside.txt")
    (desk.files / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(desk.files / "pipe.txt")
    desk.put(".env", CANARY)
    desk.put("~$a.docx", CANARY)
    desk.put("kept.txt", "kept words")
    report = desk.library.add([str(desk.files)])
    assert report.added == 1
    assert len(report.skipped) == 6
    assert desk.all_text().strip() == "kept words"


def test_do12_a_changed_or_vanished_file_loses_nothing(desk: Desk) -> None:
    path = Path(desk.add(a_txt="The old harbour.")["a_txt"].path)
    path.write_bytes(b"\x00\x01\x02\x03" * 500)  # saved by a program that failed
    desk.library.refresh()
    [document] = desk.library.documents()
    assert document.state is READY
    assert "The text read earlier is kept" in document.detail
    assert desk.found("harbour") == ["The old harbour."]
    path.unlink()
    desk.library.refresh()
    assert "no longer there" in desk.library.documents()[0].detail
    path.write_text("The new harbour.")
    desk.library.refresh()
    assert desk.found("harbour") == ["The new harbour."]


def test_do13_wrong_names_and_old_encodings(desk: Desk) -> None:
    got = desk.add(
        page_txt="<!DOCTYPE html><html><body><p>harbour page</p><script>no()</script></body></html>",
        word_pdf=make_docx("inside a misnamed file"),
        wide_txt="UTF-16 without a mark".encode("utf-16-le"),
        latin_txt="Der Käse ist größer, süßer und schöner.".encode("cp1252"),
        nul_txt=b"one\x00two",
        image_txt=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        line_txt="x" * 300_000,
    )
    assert got.pop("image_txt").state is FAILED
    assert {document.state for document in got.values()} == {READY}
    assert got["latin_txt"].detail == "1 passage · read as Windows-1252"
    assert got["wide_txt"].detail.endswith("read as UTF-16")
    text = desk.all_text()
    assert "misnamed" in text
    assert "größer" in text
    assert "no()" not in text
    assert "\x00" not in text


def test_do13_a_file_over_the_limit_is_not_opened(desk: Desk) -> None:
    path = desk.put("line.txt", "x")
    os.truncate(path, 201 * 1024 * 1024)
    assert desk.library.add([str(path)]).failed == 1
    assert "over 200 MB" in desk.library.documents()[0].detail


def test_do14_nothing_is_fetched(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        relation = (
            '<Relationships><Relationship Id="t" TargetMode="External" '
            f'Type="a/attachedTemplate" Target="{address}"/></Relationships>'
        )
        document = (
            f'<document><body><p><r><t>kept</t></r><blip link="{address}"/></p></body></document>'
        )
        page = (
            f'<link rel="stylesheet" href="{address}"><img src="{address}"><iframe src="{address}">'
        )
        doctype = f'<!DOCTYPE x SYSTEM "{address}">'
        got = desk.add(
            a_docx=archive(
                {"word/document.xml": document, "word/_rels/document.xml.rels": relation}
            ),
            b_html=f"<p>kept</p>{page}",
            c_epub=make_epub({"a.xhtml": f"{doctype}<p>kept</p>{page}"}),
            d_odt=make_odf("<text:p>kept</text:p>"),
        )
        assert {document.state for document in got.values()} == {READY}
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_do15_the_same_content_under_two_names_is_embedded_once(desk: Desk) -> None:
    got = desk.add(a_txt="The harbour opens at six.", b_txt="The harbour opens at six.")
    assert [document.passages for document in got.values()] == [1, 1]
    passages = [text for text in desk.embedder.asked if "opens at six" in text]
    assert len(passages) == 1


def test_do16_many_files_stop_at_once_and_go_on_later(tmp_path: Path) -> None:
    desk = Desk(tmp_path, reader_that("pass"))
    try:
        for number in range(60):
            desk.put(f"f{number}.txt", f"Entry {number} of the harbour book.")
        token = CancelToken()

        def progress(now: IngestProgress) -> None:
            if now.files_done == 20 and not token.cancelled:
                token.cancel()

        with pytest.raises(Cancelled):
            desk.library.add([str(desk.files)], progress, token)
        states = [document.state for document in desk.library.documents()]
        assert states.count(READY) == 20
        assert desk.library.refresh().added == 40
        passages = [text for text in desk.embedder.asked if "harbour book" in text]
        assert len(passages) == len(set(passages)) == 60
    finally:
        desk.library.close()


def test_do17_what_is_removed_is_never_found_again(desk: Desk) -> None:
    document = desk.add(a_txt="The harbour opens at six.")["a_txt"]
    assert desk.found("harbour")
    desk.library.remove(document.id)
    assert desk.found("harbour") == []
    assert Path(document.path).read_text() == "The harbour opens at six."


def test_pi3_hidden_text_is_not_embedded_and_is_counted(desk: Desk) -> None:
    tags = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{}</w:t></w:r>"
    word = (
        run.format("", "seen") + run.format("<w:vanish/>", "obey") + run.format("<w:vanish/>", "me")
    )
    page = '<p>seen</p><p style="display:none">obey me</p><!-- obey this note --><p hidden>obey</p>'
    got = desk.add(
        a_docx=docx_of(f"<w:p>{word}</w:p>"), b_html=page, c_txt=f"seen{tags} \u202eand\u202c read"
    )
    assert got["a_docx"].detail == "1 passage · hidden text left out: 2"
    assert got["b_html"].detail == "1 passage · hidden text left out: 3"
    assert got["c_txt"].detail == "1 passage · hidden characters taken out: 6"
    assert "obey" not in "".join(desk.embedder.asked)
    assert "obey" not in desk.all_text()

"""Chapters in reading order with their titles; a bad one is said, a lock is told from obfuscated fonts."""

from __future__ import annotations

import pytest

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.epub import read_epub
from tests.support.office import archive, make_epub

LOCK = """<encryption><EncryptedData><CipherData><CipherReference URI="{}"/></CipherData></EncryptedData>
</encryption>"""


def test_chapters_with_their_titles() -> None:
    book = make_epub(
        {
            "b.xhtml": "<html><head><title>T</title></head><body><p>First.</p></body></html>",
            "a.xhtml": "<body><h2>Own</h2><ruby>東<rt>ひがし</rt></ruby><p hidden>no</p></body>",
        }
    )
    extract = read_epub(Archive(book))
    assert extract.text.split("\n\n") == ["# On b", "First.", "## Own", "東"]
    assert extract.hidden == 1


def test_a_navigation_page_names_chapters_too() -> None:
    nav = '<nav><ol><li><a href="b.xhtml#x">The <ruby>East<rt>no</rt></ruby></a></li></ol></nav>'
    book = make_epub({"b.xhtml": "<p>First.</p>"}, {"OPS/nav.xhtml": nav})
    parts = {name: Archive(book).read(name) for name in Archive(book).names}
    item = b'<item id="nav" href="nav.xhtml" properties="nav"/>'
    parts["OPS/book.opf"] = parts["OPS/book.opf"].replace(b"<manifest>", b"<manifest>" + item)
    assert read_epub(Archive(archive(parts))).text == "# The East\n\nFirst."


def test_one_bad_chapter_does_not_lose_the_others() -> None:
    book = make_epub({"a.xhtml": "<p>kept</p>", "b.xhtml": "\x01\x02\x03\x04" * 99})
    extract = read_epub(Archive(book))
    assert "kept" in extract.text
    assert extract.notes == ("chapters that could not be read: 1",)


def test_obfuscated_fonts_are_no_lock_and_chapters_under_one_are() -> None:
    pages = {"a.xhtml": "<p>kept</p>"}
    fonts = make_epub(pages, {"META-INF/encryption.xml": LOCK.format("OPS/font.otf")})
    assert "kept" in read_epub(Archive(fonts)).text
    with pytest.raises(KnownFault, match="copy-protected"):
        read_epub(
            Archive(make_epub(pages, {"META-INF/encryption.xml": LOCK.format("OPS/a.xhtml")}))
        )


def test_do3_without_a_list_of_chapters() -> None:
    with pytest.raises(KnownFault, match="damaged"):
        read_epub(Archive(archive({"META-INF/container.xml": "<container/>"})))

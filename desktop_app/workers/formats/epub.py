"""An e-book's text: its chapters in reading order, each read as the web page that it is."""

from __future__ import annotations

import posixpath
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag
from xml.etree.ElementTree import Element

from desktop_app.domain.errors import KnownFault
from desktop_app.workers.decode import declared_in, decode
from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.extract import Extract, damaged
from desktop_app.workers.html_text import visible_text

MIME = "application/epub+zip"
PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
CONTAINER = "META-INF/container.xml"


def read_epub(archive: Archive) -> Extract:
    """Chapters with headings; one that is damaged does not lose the others.

    Raises KnownFault DO3 when the book is damaged or its text is under a lock (fonts alone do not count).
    """
    container = archive.tree(CONTAINER)
    root = next(container.iter("rootfile"), None) if container is not None else None
    package = archive.tree(_inside("", root.get("full-path", ""))) if root is not None else None
    if root is None or package is None:
        raise damaged("it has no list of its chapters")
    folder = posixpath.dirname(root.get("full-path", ""))
    items = {item.get("id", ""): item for item in package.iterfind("manifest/item")}
    locked = _locked(archive)
    titles = _titles(archive, items, folder)
    blocks, lost, hidden = [], 0, 0
    for entry in package.iterfind("spine/itemref"):
        item = items.get(entry.get("idref", ""))
        if item is None or item.get("media-type") not in PAGES:
            continue
        part = _inside(folder, item.get("href", ""))
        if part in locked:
            raise KnownFault("DO3", "This e-book is copy-protected, so its text cannot be read.")
        try:
            text, some = _page(archive.read(part))
        except (KnownFault, ValueError):
            lost += 1
            continue
        title = titles.get(part, "")
        if text and title and not text.startswith("#"):
            text = f"# {title}\n\n{text}"
        blocks.append(text)
        hidden += some
    notes = (f"chapters that could not be read: {lost:,}",) if lost else ()
    return Extract("\n\n".join(filter(None, blocks)), MIME, notes=notes, hidden=hidden)


def _page(data: bytes) -> tuple[str, int]:
    text, _ = decode(data, declared_in(data))
    return visible_text(text)


def _inside(folder: str, reference: str) -> str:
    """The part that a reference in a file of `folder` means."""
    return posixpath.normpath(posixpath.join(folder, unquote(urldefrag(reference)[0])))


def _locked(archive: Archive) -> set[str]:
    """Parts that are encrypted; obfuscated fonts are among them, chapters only under a lock."""
    tree = archive.tree("META-INF/encryption.xml")
    found = tree.iter("CipherReference") if tree is not None else ()
    return {_inside("", reference.get("URI", "")) for reference in found}


def _titles(archive: Archive, items: dict[str, Element], folder: str) -> dict[str, str]:
    """What the table of contents calls each part; empty where it has none that can be read."""
    found: dict[str, str] = {}
    for item in items.values():
        part = _inside(folder, item.get("href", ""))
        home = posixpath.dirname(part)
        try:
            if "nav" in item.get("properties", "").split():
                links = _Links()
                links.feed(decode(archive.read(part))[0])
                pairs = links.found
            elif item.get("media-type") == "application/x-dtbncx+xml":
                pairs = _points(archive.tree(part))
            else:
                continue
        except (KnownFault, ValueError):
            continue
        for reference, title in pairs:
            if title.strip():
                found.setdefault(_inside(home, reference), " ".join(title.split())[:200])
    return found


def _points(tree: Element | None) -> list[tuple[str, str]]:
    points = tree.iter("navPoint") if tree is not None else ()
    return [
        (content.get("src", ""), point.findtext("navLabel/text") or "")
        for point in points
        if (content := point.find("content")) is not None
    ]


class _Links(HTMLParser):
    """Collects links with their words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open = self._aid = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        reference = dict(attrs).get("href")
        self._aid = tag in ("rt", "rp")
        if tag == "a" and reference:
            self.found.append((reference, ""))
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"
        self._aid = self._aid and tag not in ("rt", "rp")

    def handle_data(self, data: str) -> None:
        if self._open and not self._aid:
            reference, words = self.found[-1]
            self.found[-1] = (reference, words + data)

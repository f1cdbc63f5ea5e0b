"""Texts, sheets and slides of OpenDocument (ODT, ODS, ODP), without deletions, comments and hidden text."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.extract import Extract, damaged, encrypted, paged
from desktop_app.workers.formats.tables import Budget, lines

MIME = "application/vnd.oasis.opendocument."
REPEATED_LIMIT = 1_000
"""How often one filled cell or row is written out when the file says that it repeats."""

GAP_LIMIT = 100
"""How many empty cells or rows in one stretch keep their places."""

LEFT_OUT = frozenset(
    [
        "tracked-changes",
        "annotation",
        "annotation-end",
        "note-citation",
        "ruby-text",
        "forms",
        "sequence-decls",
    ]
)


def read_odf(archive: Archive) -> Extract:
    """What the page shows; slides become pages, sheets headings. Raises KnownFault DO3 when encrypted."""
    manifest = archive.tree("META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter("encryption-data"), None) is not None:
        raise encrypted("OpenDocument file")
    tree = archive.tree("content.xml")
    body = tree.find("body") if tree is not None else None
    if tree is None or body is None or not len(body):
        raise damaged("it has no document in it")
    text = _Text(tree)
    content = next(
        (part for part in body if part.tag in ("text", "spreadsheet", "presentation")), body[0]
    )
    mime = MIME + content.tag
    if content.tag == "presentation":
        pages = ["\n\n".join(text.blocks(page)) for page in content.iterfind("page")]
        return paged(pages, mime, hidden=text.hidden)
    if content.tag == "spreadsheet":
        return Extract("\n\n".join(text.sheets(content)), mime, hidden=text.hidden)
    return Extract("\n\n".join(text.blocks(content)), mime, hidden=text.hidden)


class _Text:
    """Goes through the content; counts what is hidden."""

    def __init__(self, tree: Element) -> None:
        self.hidden = 0
        self._after: list[str] = []
        self._invisible = {
            style.get("name", "")
            for style in tree.iter("style")
            for properties in style.iterfind("text-properties")
            if properties.get("display") == "none"
        }

    def blocks(self, parent: Element) -> Iterator[str]:
        """Headings, paragraphs, list items and tables in order."""
        for element in parent:
            if element.tag == "h":
                text = " ".join(self._text(element).split())
                rank = element.get("outline-level", "1")
                level = int(rank) if rank in tuple("123456") else 1
                yield from ("#" * level + " " + text,) if text else ()
            elif element.tag == "p":
                yield from filter(None, (self._text(element),))
            elif element.tag == "list-item":
                text = "\n".join(self.blocks(element))
                yield from (f"- {text}",) if text else ()
            elif element.tag == "table":
                yield "\n".join(" | ".join(filter(None, row)) for row in self._rows(element))
            elif element.tag == "notes":
                text = " ".join(" ".join(self.blocks(element)).split())
                yield from (f"Notes: {text}",) if text else ()
            elif element.tag not in LEFT_OUT:
                yield from self.blocks(element)
            yield from self._taken()

    def sheets(self, parent: Element) -> Iterator[str]:
        """Each sheet's name as a heading, then a line for each row."""
        budget = Budget()
        for table in parent.iterfind("table"):
            found = list(lines(self._rows(table), budget))
            if found:
                yield f"# {' '.join(table.get('name', '').split())}"
                yield from found

    def _nested(self, element: Element) -> list[str]:
        """Blocks inside a paragraph, apart from what the paragraph itself has gathered."""
        outer, self._after = self._after, []
        found = list(self.blocks(element))
        self._after = outer
        return found

    def _taken(self) -> list[str]:
        after, self._after = self._after, []
        return after

    def _rows(self, table: Element) -> Iterator[list[str]]:
        for row in table:
            if row.tag in ("table-header-rows", "table-rows", "table-row-group"):
                yield from self._rows(row)
            elif row.tag == "table-row":
                cells: list[str] = []
                for cell in row.iterfind("table-cell"):
                    text = " ".join(" ".join(self.blocks(cell)).split())
                    cells += [text] * _repeats(cell, "number-columns-repeated", text)
                for _ in range(_repeats(row, "number-rows-repeated", "".join(cells))):
                    yield list(cells)

    def _text(self, element: Element) -> str:
        return "".join(self._inline(element)).strip()

    def _inline(self, parent: Element) -> Iterator[str]:
        if parent.get("style-name") in self._invisible:
            self.hidden += bool("".join(parent.itertext()).strip())
            return
        yield parent.text or ""
        for element in parent:
            if element.tag == "s":
                count = element.get("c", "1")
                yield " " * (int(count) if count.isdecimal() and len(count) < 3 else 1)
            elif element.tag in ("tab", "line-break"):
                yield "\t" if element.tag == "tab" else "\n"
            elif element.tag in ("hidden-text", "hidden-paragraph"):
                self.hidden += bool(
                    "".join(element.itertext()).strip() or element.get("string-value")
                )
            elif element.tag == "note":
                self._note(element)
            elif element.tag in ("text-box", "table"):
                self._after += self._nested(element)
            elif element.tag not in LEFT_OUT:
                yield from self._inline(element)
            yield element.tail or ""

    def _note(self, note: Element) -> None:
        body = note.find("note-body")
        if body is not None:
            kind = note.get("note-class", "footnote").capitalize()
            text = " ".join(" ".join(self._nested(body)).split())
            self._after.append(f"{kind} {note.findtext('note-citation') or ''}: {text}")


def _repeats(element: Element, name: str, text: str) -> int:
    """How often an element stands for itself; empty ones fill a sheet to its edge."""
    number = element.get(name, "1")
    if not number.isdecimal() or len(number) > 9:
        return 1
    limit = REPEATED_LIMIT if text else GAP_LIMIT
    return min(limit, max(1, int(number)))

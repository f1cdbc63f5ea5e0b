"""A Word document's text as it is printed: with text boxes and notes, without what was deleted or hidden."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.extract import Extract, damaged

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OFF = ("0", "false", "off")
LEFT_OUT = frozenset(
    [
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "delInstrText",
        "rt",
        "pPr",
        "rPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sectPr",
        "sdtPr",
        "Fallback",
        "annotationRef",
    ]
)
"""Elements whose text is not what the page shows: deletions, field codes, the reading aids of a ruby."""


def read_docx(archive: Archive) -> Extract:
    """The body with headings, lists and tables; notes follow the paragraph that they belong to."""
    start = next(
        (part for kind, part in archive.related("").values() if kind == "officeDocument"),
        "word/document.xml",
    )
    tree = archive.tree(start)
    body = tree.find("body") if tree is not None else None
    if body is None:
        raise damaged("it has no document in it")
    text = _Text(archive, start)
    blocks = [*text.margins("header"), *text.blocks(body), *text.margins("footer")]
    notes = (f"deleted passages left out: {text.deleted:,}",) if text.deleted else ()
    return Extract("\n\n".join(blocks), MIME, notes=notes, hidden=text.hidden)


class _Text:
    """Goes through a document's parts; counts what is hidden and what was deleted."""

    def __init__(self, archive: Archive, start: str) -> None:
        self.hidden = self.deleted = 0
        self._parts = list(archive.related(start).values())
        self._archive = archive
        self._notes: dict[tuple[str, str], Element] = {}
        for kind in ("footnotes", "endnotes"):
            for note in self._part(kind):
                if note.get("type", "normal") == "normal":
                    self._notes[(kind[:-1], note.get("id", ""))] = note
        self._levels: dict[str, int] = {}
        self._hidden_styles: set[str] = set()
        for style in self._part("styles"):
            self._learn(style)
        self._after: list[str] = []

    def margins(self, kind: str) -> list[str]:
        """Different texts of the page headers or footers, those that are more than a page number."""
        found: list[str] = []
        for part in dict.fromkeys(part for known, part in self._parts if known == kind):
            tree = self._archive.tree(part)
            text = "\n".join(self.blocks(tree)) if tree is not None else ""
            if sum(letter.isalpha() for letter in text) >= 8 and text not in found:
                found.append(text)
        return found

    def blocks(self, parent: Element) -> Iterator[str]:
        """Paragraphs and tables in order, each followed by its text boxes and notes."""
        for element in parent:
            if element.tag == "p":
                yield from self._paragraph(element)
            elif element.tag == "tbl":
                yield "\n".join(self._rows(element))
            elif element.tag == "AlternateContent":
                yield from self.blocks(_chosen(element))
            elif element.tag in ("del", "moveFrom"):
                self.deleted += 1
            elif element.tag not in LEFT_OUT:
                yield from self.blocks(element)

    def _part(self, kind: str) -> list[Element]:
        for known, part in self._parts:
            if known == kind:
                tree = self._archive.tree(part)
                return list(tree) if tree is not None else []
        return []

    def _learn(self, style: Element) -> None:
        """A style's rank as a heading, and whether it hides."""
        name = style.find("name")
        words = (name.get("val", "") if name is not None else "").lower().split()
        number = style.get("styleId", "")
        outline = style.find("pPr/outlineLvl")
        if words[:1] == ["heading"] and words[-1].isdecimal():
            self._levels[number] = min(6, int(words[-1]))
        elif words == ["title"]:
            self._levels[number] = 1
        elif outline is not None and outline.get("val", "9") in tuple("012345"):
            self._levels[number] = int(outline.get("val", "0")) + 1
        if _is_on(style.find("rPr/vanish")):
            self._hidden_styles.add(number)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        outer, self._after = self._after, []
        text = "".join(self._inline(paragraph)).strip()
        after, self._after = self._after, outer
        style = paragraph.find("pPr/pStyle")
        level = self._levels.get(style.get("val", ""), 0) if style is not None else 0
        if text and level:
            text = "#" * level + " " + " ".join(text.split())
        elif text and paragraph.find("pPr/numPr") is not None:
            text = f"- {text}"
        if text:
            yield text
        yield from after

    def _inline(self, parent: Element) -> Iterator[str]:
        for element in parent:
            tag = element.tag
            if tag == "t":
                yield element.text or ""
            elif tag == "r" and self._is_hidden(element):
                self.hidden += any((text.text or "").strip() for text in element.iter("t"))
            elif tag in ("br", "cr"):
                yield "\n"
            elif tag in ("tab", "ptab"):
                yield "\t"
            elif tag == "noBreakHyphen":
                yield "-"
            elif tag in ("footnoteReference", "endnoteReference"):
                yield self._note(tag.removesuffix("Reference"), element.get("id", ""))
            elif tag == "txbxContent":
                self._after.extend(self.blocks(element))
            elif tag in ("del", "moveFrom"):
                self.deleted += 1
            elif tag == "AlternateContent":
                yield from self._inline(_chosen(element))
            elif tag not in LEFT_OUT:
                yield from self._inline(element)

    def _note(self, kind: str, number: str) -> str:
        """The mark of a note; its text comes after the paragraph, once."""
        note = self._notes.pop((kind, number), None)
        if note is not None:
            text = " ".join(" ".join(self.blocks(note)).split())
            self._after.append(f"{kind.capitalize()} {number}: {text}")
        return f"[{number}]"

    def _is_hidden(self, run: Element) -> bool:
        properties = run.find("rPr")
        if properties is None:
            return False
        size, style = properties.find("sz"), properties.find("rStyle")
        tiny = size is not None and size.get("val", "") in ("0", "1", "2")
        vanish = properties.find("vanish")
        if vanish is not None:
            return _is_on(vanish) or tiny
        return tiny or (style is not None and style.get("val", "") in self._hidden_styles)

    def _rows(self, table: Element) -> Iterator[str]:
        for row in table.iter("tr") if table.find("tr") is None else table.findall("tr"):
            cells = (
                " ".join(" ".join(self.blocks(cell)).split())
                for cell in _within(row, "tc")
                if not _continues(cell)
            )
            line = " | ".join(cell for cell in cells if cell)
            if line:
                yield line


def _within(parent: Element, tag: str) -> Iterator[Element]:
    """The nearest elements of a name, through the wrappers of content controls and the like."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag not in LEFT_OUT:
            yield from _within(element, tag)


def _continues(cell: Element) -> bool:
    """Whether a cell is the lower part of a merged one."""
    merge = cell.find("tcPr/vMerge")
    return merge is not None and merge.get("val", "continue") == "continue"


def _chosen(alternatives: Element) -> Element:
    """The first of several drawings of the same thing."""
    return alternatives[0] if len(alternatives) else alternatives


def _is_on(switch: Element | None) -> bool:
    return switch is not None and switch.get("val", "1") not in OFF

"""A PowerPoint presentation's text: a page for each slide, in their order, with the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.extract import Extract, damaged, paged

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
MARGINS = ("dt", "ftr", "sldNum", "hdr", "sldImg")
"""Placeholders that say the same on each slide."""


def read_pptx(archive: Archive) -> Extract:
    """Slides as pages; a slide that is hidden in the show is read, and said."""
    start = "ppt/presentation.xml"
    tree = archive.tree(start)
    if tree is None:
        raise damaged("it has no presentation in it")
    related = archive.related(start)
    pages, concealed = [], 0
    for entry in tree.iterfind("sldIdLst/sldId"):
        part = related.get(entry.get("rel:id", ""), ("", ""))[1]
        slide = archive.tree(part)
        if slide is None:
            pages.append("")
            continue
        concealed += slide.get("show") in ("0", "false")
        blocks = list(_shapes(slide))
        for kind, other in archive.related(part).values():
            notes = archive.tree(other) if kind == "notesSlide" else None
            said = " ".join(_shapes(notes)) if notes is not None else ""
            blocks += [f"Notes: {said}"] if said else []
        pages.append("\n\n".join(blocks))
    told = (f"slides hidden in the show: {concealed:,}",) if concealed else ()
    return paged(pages, MIME, told)


def _shapes(parent: Element) -> Iterator[str]:
    """The texts of shapes and tables; titles as headings, and first."""
    titles, others = [], []
    for shape in parent.iter():
        if shape.tag == "sp":
            holder = shape.find("nvSpPr/nvPr/ph")
            kind = holder.get("type", "") if holder is not None else ""
            body = shape.find("txBody")
            if body is None or kind in MARGINS:
                continue
            text = "\n".join(filter(None, map(_paragraph, body.iterfind("p"))))
            if kind in ("title", "ctrTitle") and text:
                titles.append("# " + " ".join(text.split()))
            elif text:
                others.append(text)
        elif shape.tag == "tbl":
            rows = (
                " | ".join(filter(None, (_cell(cell) for cell in row.iterfind("tc"))))
                for row in shape.iterfind("tr")
            )
            others.append("\n".join(filter(None, rows)))
    yield from titles
    yield from others


def _cell(cell: Element) -> str:
    return " ".join(filter(None, map(_paragraph, cell.iterfind("txBody/p"))))


def _paragraph(paragraph: Element) -> str:
    parts = (
        "\n" if part.tag == "br" else part.text or ""
        for part in paragraph.iter()
        if part.tag in ("t", "br")
    )
    return "".join(parts).strip()

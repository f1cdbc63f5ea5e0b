"""Office files, e-books and e-mails written by hand, as small as their readers allow."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

TYPES = """<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="xml" ContentType="application/xml"/></Types>"""
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
SLIDES = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
SHEETS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "draw", "manifest", "presentation")
)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def relations(*targets: tuple[str, str, str]) -> str:
    """A relationships part of (id, last word of the type, target)."""
    inner = "".join(
        f'<Relationship Id="{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, kind, target in targets
    )
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{inner}</Relationships>"
    )


def docx_of(body: str, doctype: str = "", **parts: str) -> bytes:
    """A Word file around the XML of a body; `parts` by relation: footnotes, styles."""
    made = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": (
            f'<?xml version="1.0"?>{doctype}<w:document {WORD}><w:body>{body}</w:body></w:document>'
        ),
    }
    for name, inner in parts.items():
        made[f"word/{name}.xml"] = f"<w:{name} {WORD}>{inner}</w:{name}>"
    links = [(f"p{at}", name, f"{name}.xml") for at, name in enumerate(parts)]
    made["word/_rels/document.xml.rels"] = relations(*links)
    return archive(made)


def make_docx(*paragraphs: str, doctype: str = "") -> bytes:
    """A Word file of plain paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    return docx_of(body, doctype)


def make_pptx(slides: Sequence[tuple[str, str]], notes: str = "") -> bytes:
    """A presentation of (title, text) slides; the first has speaker's notes; stored out of order."""
    ids = "".join(f'<p:sldId id="{256 + at}" r:id="s{at}"/>' for at in range(len(slides)))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "ppt/presentation.xml": (
            f'<p:presentation {SLIDES} xmlns:r="{RELATIONS}"><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>'
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{at}", "slide", f"slides/slide{9 - at}.xml") for at in range(len(slides)))
        ),
    }
    for at, (title, text) in enumerate(slides):
        shapes = _shape(text) + _shape(title, "title") + _shape("7", "sldNum")
        parts[f"ppt/slides/slide{9 - at}.xml"] = f"<p:sld {SLIDES} {DRAWING}>{shapes}</p:sld>"
    if notes:
        parts["ppt/slides/_rels/slide9.xml.rels"] = relations(("n", "notesSlide", "../notes.xml"))
        parts["ppt/notes.xml"] = f"<p:notes {SLIDES} {DRAWING}>{_shape(notes, 'body')}</p:notes>"
    return archive(parts)


def _shape(text: str, kind: str = "") -> str:
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t>"
        "</a:r></a:p></p:txBody></p:sp>"
    )


def make_xlsx(sheets: Mapping[str, str], strings: Sequence[str] = (), styles: str = "") -> bytes:
    """A workbook of sheets by name, each the XML of its rows; `styles`: XML too."""
    names = list(sheets)
    inner = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="r{at}"/>' for at, name in enumerate(names)
    )
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": f'<workbook {SHEETS} xmlns:r="{RELATIONS}"><sheets>{inner}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            *((f"r{at}", "worksheet", f"worksheets/s{at}.xml") for at in range(len(names)))
        ),
    }
    for at, name in enumerate(names):
        data = f"<sheetData>{sheets[name]}</sheetData>"
        parts[f"xl/worksheets/s{at}.xml"] = f"<worksheet {SHEETS}>{data}</worksheet>"
    if strings:
        items = "".join(f"<si><t>{text}</t></si>" for text in strings)
        parts["xl/sharedStrings.xml"] = f"<sst {SHEETS}>{items}</sst>"
    if styles:
        parts["xl/styles.xml"] = f"<styleSheet {SHEETS}>{styles}</styleSheet>"
    return archive(parts)


def sheet_rows(rows: Sequence[Sequence[str]]) -> str:
    """Rows of inline texts and numbers as a sheet's XML."""
    made = []
    for number, row in enumerate(rows, 1):
        cells = ""
        for at, value in enumerate(row):
            place = f"{chr(65 + at)}{number}"
            if value.replace(".", "").isdigit():
                cells += f'<c r="{place}"><v>{value}</v></c>'
            elif value:
                cells += f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        made.append(f'<row r="{number}">{cells}</row>')
    return "".join(made)


def make_odf(body: str, kind: str = "text", styles: str = "", manifest: str = "") -> bytes:
    """An OpenDocument file around the XML of its content."""
    parts: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": (
            f"<office:document-content {ODF}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
        ),
    }
    if manifest:
        parts["META-INF/manifest.xml"] = f"<manifest:manifest {ODF}>{manifest}</manifest:manifest>"
    return archive(parts)


def make_epub(chapters: Mapping[str, str], extra: Mapping[str, str] | None = None) -> bytes:
    """A book of XHTML chapters by file name, in this order."""
    items = "".join(
        f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    toc = "".join(
        f'<navPoint><navLabel><text>On {name[:-6]}</text></navLabel><content src="{name}#top"/></navPoint>'
        for name in chapters
    )
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
            ),
            "OPS/book.opf": (
                f'<package><manifest>{items}<item id="ncx" href="toc.ncx" media-type='
                f'"application/x-dtbncx+xml"/></manifest><spine>{spine}</spine></package>'
            ),
            "OPS/toc.ncx": f"<ncx><navMap>{toc}</navMap></ncx>",
            **{f"OPS/{name}": text for name, text in chapters.items()},
            **(extra or {}),
        }
    )

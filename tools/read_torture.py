"""How each file of a torture set comes out of the real reader and library, as a table for docs/reading.md.

    python tools/read_torture.py MANIFEST [--write docs/reading.md]

MANIFEST is a JSON list of `{file, kind, expect}`; the files lie in `files/` beside it. What must and must not
be in each is written below, so a verdict is a comparison and no opinion.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from desktop_app.domain.cancel import CancelToken
from desktop_app.domain.documents import Document, DocumentState
from desktop_app.library.library import DocumentLibrary
from desktop_app.library.readers.reader import WorkerReader
from desktop_app.storage.documents import LibraryStore
from desktop_app.workers.host import WorkerHost

BEGIN, END = "<!-- torture table -->", "<!-- end of the table -->"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a good reader makes of a file: its state, words it holds and does not, and its pages."""

    state: DocumentState = DocumentState.READY
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    pages: int | None = None
    detail: str = ""
    password: str = ""
    short: str = ""
    """What falls short although the comparison holds, or why it does not."""


FAILED, LOCKED, EMPTY = DocumentState.FAILED, DocumentState.LOCKED, DocumentState.EMPTY
WANTED = {
    "minimal-document.pdf": Wanted(holds=("Lorem ipsum",), pages=1),
    "pdflatex-4-pages.pdf": Wanted(holds=("Hello, here is some text",), pages=4),
    "libreoffice-writer-password.pdf": Wanted(
        LOCKED, detail="password", password="openpassword", holds=("Lorem ipsum",)
    ),
    "testPDF_protected.pdf": Wanted(holds=("RETHINKING THE FINANCIAL NETWORK",), pages=41),
    "testPDF_bad_page_303226.pdf": Wanted(holds=("Drug Enforcement Administration",), pages=19),
    "habibi.pdf": Wanted(
        holds=("habibi", "\u062d\u064e\u0628\u064a\u0628\u064a"),
        short="the PDF library gives the letters of the Arabic word in another order",
    ),
    "testRTFJapanese.rtf": Wanted(holds=("ゾルゲと尾崎、淡々と最期", "古書店で処刑記録")),
    "MEDRPT-2024-PAT-3847_medical_report_scan.pdf": Wanted(
        holds=("MEDICAL",), short="said to be empty (a scan?); letters in pictures are not read yet"
    ),
    "SPARSE-2024-INV-1234_borderless_table.pdf": Wanted(
        holds=("SKU-8847", "450", "935"),
        short="rows and values are there; empty cells are not, so columns shift",
    ),
    "annotated_pdf.pdf": Wanted(holds=("This is a text annotation.", "Hello world!")),
    "testPDF_XFA_govdocs1_258578.pdf": Wanted(
        holds=("National Park Service", "School Name"),
        short="labels are read; whether values of XFA fields are is not shown by it",
    ),
    "bug53475-password-is-pass.docx": Wanted(
        FAILED, detail="encrypted", short="a clear message; the password cannot be entered"
    ),
    "truncated62886.docx": Wanted(FAILED, detail="cut off"),
    "ExternalEntityInText.docx": Wanted(FAILED, detail="entities"),
    "delins.docx": Wanted(
        holds=("Tika can be",), lacks=("A pendant worn",), detail="deleted passages left out"
    ),
    "footnotes.docx": Wanted(holds=("prostoy", "Footnote 1: snoska")),
    "docs_17459.docx": Wanted(holds=("Календарь знаменательных",)),
    "textbox.docx": Wanted(holds=("Suggested Reportable Symptoms", "Health Bureau")),
    "Strict.docx": Wanted(holds=("Some text",)),
    "SampleDoc.doc": Wanted(holds=("I am a test document", "This is page two")),
    "testODTEncrypted.odt": Wanted(
        FAILED, detail="encrypted", short="a clear message; the password cannot be entered"
    ),
    "russian.cp866.txt": Wanted(holds=("Однажды, в студеную",), detail="read as DOS 866"),
    "testTXT_win-1252.txt": Wanted(holds=("“windows”",), detail="read as Windows-1252"),
    "testArabicMisleadingCharset.html": Wanted(holds=("في قرية",), detail="read as Windows-1256"),
    "test_wikipedia.html": Wanted(
        holds=("Microsoft Corporation is an American",),
        lacks=("Jump to content", "Afrikaans", "Articles with J9U identifiers"),
        short="menus and long lists of links go; edit links, notes and the like stay",
    ),
    "israelsailing.epub": Wanted(holds=("אבישי",)),
    "regime-anticancer-arabic.epub": Wanted(holds=("ما هو السرطان؟",)),
    "kusamakura-japanese-vertical-writing.epub": Wanted(
        holds=("夏目漱石", "山路"), lacks=("山路やまみち",)
    ),
    "wasteland-otf-obf.epub": Wanted(holds=("April is the cruellest month",)),
}
"""By the end of the file's name."""


class LetterEmbedder:
    """Vectors by letters: the table is about reading."""

    name = "letters:1"
    dimension = 64

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> list[list[float]]:
        """One vector of unit length a text."""
        return [self._vector(text) for text in texts]

    def close(self) -> None:
        """Nothing to end."""

    def _vector(self, text: str) -> list[float]:
        vector = [1.0] + [0.0] * 63
        for letter in text:
            vector[ord(letter) % 64] += 1
        length = math.sqrt(sum(value * value for value in vector))
        return [value / length for value in vector]


def main() -> int:
    """Read every file of the manifest; 1 when one has no wish written for it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--write", type=Path, help="replace the table in this file")
    arguments = parser.parse_args()
    rows = json.loads(arguments.manifest.read_text(encoding="utf-8"))
    lines, counts = _lines(rows, arguments.manifest.parent / "files")
    table = "\n".join(lines)
    print(table)
    if arguments.write:
        page = arguments.write.read_text(encoding="utf-8")
        before, after = page.split(BEGIN)[0], page.split(END)[1]
        arguments.write.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")
    return 1 if counts.get("not judged") else 0


def _lines(rows: list[dict[str, str]], files: Path) -> tuple[list[str], dict[str, int]]:
    lines = ["| File | A good reader | Candor | Verdict |", "|---|---|---|---|"]
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        library = DocumentLibrary(
            store=LibraryStore(Path(folder) / "library.db"),
            reader=WorkerReader(WorkerHost("read")),
            embedder=LetterEmbedder(),
            index_folder=Path(folder) / "index",
        )
        try:
            for row in sorted(rows, key=lambda row: row["file"]):
                said, verdict = _read(library, files / row["file"])
                counts[verdict.split(":")[0]] = counts.get(verdict.split(":")[0], 0) + 1
                name = row["file"].split("__", 1)[-1].replace("__", ": ")
                lines.append(f"| {name} | {row['expect']} | {said} | {verdict} |")
        finally:
            library.close()
    total = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    return [*lines, "", f"{len(rows)} files: {total}."], counts


def _read(library: DocumentLibrary, path: Path) -> tuple[str, str]:
    """(what Candor says of a file, the verdict)."""
    started = time.monotonic()
    library.add([str(path)])
    took = time.monotonic() - started
    document = library.documents()[0]
    said = f"{document.state}: {document.detail} ({took:.1f} s)".replace("|", "\\|")
    wanted = next((wish for end, wish in WANTED.items() if path.name.endswith(end)), None)
    if wanted is None:
        return said, "not judged"
    fine = document.state is wanted.state and wanted.detail in document.detail
    if wanted.password:
        library.retry(document.id, wanted.password)
        document = library.documents()[0]
        fine = fine and document.state is DocumentState.READY
        said += f"; with its password {document.state}: {document.detail}"
    if not (fine and _holds(library, document, wanted)):
        return said, "falls short" + (f": {wanted.short}" if wanted.short else "")
    return said, f"partly: {wanted.short}" if wanted.short else "as expected"


def _holds(library: DocumentLibrary, document: Document, wanted: Wanted) -> bool:
    text = library.text(document.id).text
    return (
        all(words in text for words in wanted.holds)
        and not any(words in text for words in wanted.lacks)
        and wanted.pages in (None, document.pages)
    )


if __name__ == "__main__":
    raise SystemExit(main())

"""An Excel workbook's text: each sheet a heading, each row a line, dates and times as people write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from desktop_app.workers.formats.archive import Archive
from desktop_app.workers.formats.extract import Extract, damaged
from desktop_app.workers.formats.tables import CELLS_LIMIT, Budget, lines
from desktop_app.workers.formats.xml_parts import stream

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATES = frozenset((*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)))
"""Numbers of the built-in formats that show a date or a time."""

_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DATED = re.compile(r"[ymdhs]", re.IGNORECASE)


def read_xlsx(archive: Archive) -> Extract:
    """Sheets in their order, hidden ones too (and said). Raises KnownFault DO8 for too large a sheet."""
    start = "xl/workbook.xml"
    tree = archive.tree(start)
    if tree is None:
        raise damaged("it has no workbook in it")
    related = archive.related(start)
    properties = tree.find("workbookPr")
    early = properties is not None and properties.get("date1904") in ("1", "true")
    strings, dated = _strings(archive), _date_styles(archive)
    budget, blocks, concealed = Budget(), [], 0
    for sheet in tree.iterfind("sheets/sheet"):
        kind, part = related.get(sheet.get("rel:id", ""), ("", ""))
        if kind != "worksheet":
            continue
        rows = _Rows(strings, dated, datetime(1904, 1, 1) if early else datetime(1899, 12, 30))
        stream(archive.read(part), rows.start, rows.end, rows.text)
        found = list(lines(rows.rows, budget))
        concealed += bool(found) and sheet.get("state", "visible") != "visible"
        if found:
            blocks += [f"# {' '.join(sheet.get('name', '').split())}", *found]
    notes = (f"hidden sheets read too: {concealed:,}",) if concealed else ()
    return Extract("\n\n".join(blocks), MIME, notes=notes)


def _strings(archive: Archive) -> list[str]:
    """The texts that cells refer to by number; reading aids above characters are left out."""
    found: list[str] = []
    parts: list[str] = []
    inside = {"t": 0, "rPh": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in inside:
            inside[name] += 1

    def end(name: str) -> None:
        if name in inside:
            inside[name] -= 1
        elif name == "si":
            found.append("".join(parts))
            parts.clear()

    def text(some: str) -> None:
        if inside["t"] and not inside["rPh"]:
            parts.append(some)

    data = archive.read("xl/sharedStrings.xml")
    if data:
        stream(data, start, end, text)
    return found


def _date_styles(archive: Archive) -> set[int]:
    """Numbers of the cell styles that show a date or a time."""
    tree = archive.tree("xl/styles.xml")
    if tree is None:
        return set()
    formats = set(DATES)
    for known in tree.iterfind("numFmts/numFmt"):
        number = _whole(known.get("numFmtId", ""))
        if _DATED.search(_QUOTED.sub("", known.get("formatCode", ""))):
            formats.add(number)
        else:
            formats.discard(number)
    cells = enumerate(tree.iterfind("cellXfs/xf"))
    return {number for number, cell in cells if _whole(cell.get("numFmtId", "")) in formats}


def _whole(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1


class _Rows:
    """The cells of a sheet as it streams by; only those that hold something take room."""

    def __init__(self, strings: list[str], dated: set[int], epoch: datetime) -> None:
        self.rows: list[list[str]] = []
        self._strings, self._dated, self._epoch = strings, dated, epoch
        self._row: dict[int, str] = {}
        self._cells = 0
        self._kind, self._style, self._column = "", -1, -1
        self._parts: list[str] = []
        self._inside = self._aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if name == "row":
            self._row, self._column = {}, -1
        elif name == "c":
            self._kind, self._style = attributes.get("t", "n"), _whole(attributes.get("s", ""))
            place = _column(attributes.get("r", ""))
            self._column = self._column + 1 if place < 0 else place
            self._parts = []
        elif name == "rPh":
            self._aid = True
        elif name in ("v", "t"):
            self._inside = not self._aid

    def end(self, name: str) -> None:
        """An element closes."""
        if name in ("v", "t"):
            self._inside = False
        elif name == "rPh":
            self._aid = False
        elif name == "c":
            if value := self._value("".join(self._parts)):
                self._row[self._column] = value
        elif name == "row" and self._row:
            self._keep()

    def text(self, some: str) -> None:
        """Text inside an element."""
        if self._inside:
            self._parts.append(some)

    def _keep(self) -> None:
        """A row as a list that reaches to its last cell; a row of far cells only is drawn together."""
        last = max(self._row)
        self._cells += len(self._row)
        if last > 4 * len(self._row) + 64 or self._cells > CELLS_LIMIT:
            self.rows.append([self._row[at] for at in sorted(self._row)])
        else:
            self.rows.append([self._row.get(at, "") for at in range(last + 1)])
        self._row = {}

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            number = _whole(raw.strip())
            return self._strings[number] if 0 <= number < len(self._strings) else ""
        if self._kind == "b":
            return {"1": "true", "0": "false"}.get(raw.strip(), raw)
        if self._kind != "n":
            return raw
        try:
            number_value = float(raw)
        except ValueError:
            return raw
        if self._style in self._dated:
            return self._date(number_value) or raw
        # a sum of tenths is kept with 17 digits; people see 15
        return f"{number_value:.15g}" if "." in raw else raw

    def _date(self, days: float) -> str:
        """A day count as a date, a time, or both; empty when it is none."""
        try:
            moment = self._epoch + timedelta(seconds=round(days * 86_400))
        except (OverflowError, ValueError):
            return ""
        if 0 <= days < 1:
            return f"{moment:%H:%M:%S}".removesuffix(":00")
        text = moment.isoformat(sep=" ")
        return text.removesuffix(":00").removesuffix(" 00:00")


def _column(reference: str) -> int:
    """`C7` to 2; -1 for what is no reference."""
    number = 0
    for letter in reference[:3]:
        if not ("A" <= letter <= "Z"):
            break
        number = number * 26 + ord(letter) - 64
    return number - 1

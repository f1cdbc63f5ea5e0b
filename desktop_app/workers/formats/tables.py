"""Rows of cells to lines of text: where a first row names the columns, every line repeats the names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from desktop_app.domain.errors import KnownFault

CELLS_LIMIT = 1_000_000
"""Cells with something in them that one file may have."""

LETTERS_LIMIT = 40_000_000
"""Characters of text that the tables of one file may give."""

NAMED_COLUMNS = 60
"""Columns up to which names are repeated; in a wider table they would drown the values."""


class Budget:
    """Counts what the tables of one file give. Raises KnownFault DO8 beyond the limits."""

    def __init__(self) -> None:
        self.cells = self.letters = 0

    def take(self, row: Sequence[str]) -> None:
        """Count a row."""
        self.cells += sum(1 for cell in row if cell)
        self.letters += sum(map(len, row))
        if self.cells > CELLS_LIMIT or self.letters > LETTERS_LIMIT:
            limit = f"over {CELLS_LIMIT:,} filled cells or {LETTERS_LIMIT >> 20} MB of text"
            raise KnownFault("DO8", f"The sheet is too large: {limit}.", action="Split it first.")


def lines(rows: Iterable[Sequence[str]], budget: Budget) -> Iterator[str]:
    """`Name: Anna | Age: 5` under a row of names, else `Anna | 5`; empty rows and cells are left out."""
    filled = (
        [" ".join(cell.split()) for cell in row]
        for row in rows
        if any(cell and not cell.isspace() for cell in row)
    )
    first = list(islice(filled, 2))
    names = first[0] if len(first) == 2 and _are_names(first[0], first[1]) else None
    if names:
        yield " | ".join(name for name in names if name)
    for row in chain(first[1:] if names else first, filled):
        budget.take(row)
        if names is None:
            yield " | ".join(cell for cell in row if cell)
            continue
        yield " | ".join(
            f"{names[at]}: {cell}" if at < len(names) and names[at] else cell
            for at, cell in enumerate(row)
            if cell
        )


def is_number(cell: str) -> bool:
    """Whether a cell holds a number, a date or the like: a digit first, perhaps after a sign."""
    return cell.lstrip("+-−–$€£¥ .,(")[:1].isdigit()


def _are_names(row: Sequence[str], following: Sequence[str]) -> bool:
    """Whether a row names the columns of the next: two or more different words, none of them a number."""
    given = [cell for cell in row if cell]
    return (
        2 <= len(given) <= NAMED_COLUMNS
        and len(set(given)) == len(given)
        and all(len(cell) <= 60 and not is_number(cell) for cell in given)
        and len([cell for cell in following if cell]) >= 2
    )

"""A sheet as it was read: cells with their places, before anybody asks what they mean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from batchinvoice.invoices.coded import Coded, CodedRows
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import Place


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a usable value: an error (`#REF!`), or (`shown` empty) a formula whose result was never stored."""

    shown: str = ""


class Otherwise(NamedTuple):
    """A number that its cell shows as something else than dinars: `$1,200.00`, `50%`; and a format that shows it so."""

    shown: str
    format: str


# An empty cell is None. Text that was a number in a CSV stays text; a spreadsheet's numbers are all floats.
Cell = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | Broken | None


def filled(cell: Cell) -> bool:
    """True unless the cell is empty, or holds nothing but spaces."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows under one header. `rows[i]` is the sheet's own number of the row whose cells are `cells[i]`.

    `headings` are as the sheet has them, one for each column from `first_column` (counted from 1) on.
    """

    sheet: str
    headings: tuple[str, ...]
    rows: Sequence[int]
    cells: Sequence[Sequence[Cell]]
    header_row: int = 1
    first_column: int = 1
    # What a person has said the headings mean that are not known by themselves, by `headings.key`.
    mapping: Mapping[str, Field | None] = field(default_factory=dict)
    # Rows (the sheet's own numbers) and columns (indexes into the headings) that the sheet does not show.
    hidden: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    # In characters, for each heading; None where the sheet has its usual width.
    widths: Sequence[float | None] = ()
    # What stands above the header, each row with its own number.
    above: Sequence[tuple[int, Sequence[Cell]]] = ()
    # False where a bare number cannot be told to be a date: the sheet counts its days from 1904.
    serial_dates: bool = True
    # Rows whose amount is merged over other invoices below: what each of them is to pay is not certain.
    merged_amounts: frozenset[int] = frozenset()
    # Amounts and quantities that their cells show as something else, by row (its own number) and column (an index).
    otherwise: Mapping[tuple[int, int], Otherwise] = field(default_factory=dict)
    # Other sheets of the workbook that hold invoices, each with whether it is hidden.
    others: Sequence[tuple[str, bool]] = ()

    def column(self, index: int) -> Coded:
        """The cells of one column, from the first row to the last; `index` counts the headings."""
        if isinstance(self.cells, CodedRows):
            return self.cells.columns[index]
        return Coded.of(row[index] for row in self.cells)

    def without(self, positions: Collection[int]) -> Table:
        """The table without those rows, by their position."""
        if not positions:
            return self
        left_out = set(positions)
        kept = [position for position in range(len(self.rows)) if position not in left_out]
        rows = [self.rows[position] for position in kept]
        if isinstance(self.cells, CodedRows):
            cells: Sequence[Sequence[Cell]] = self.cells.take(kept)
        else:
            cells = [self.cells[position] for position in kept]
        return replace(self, rows=rows, cells=cells, hidden=self.hidden & set(rows) if self.hidden else self.hidden)

    def place(self, row: int | None, column: int | None) -> Place:
        """The place of a cell: `row` is the sheet's row number, `column` an index into the headings.

        Its heading stands in one line, even if the sheet writes it on several.
        """
        if column is None:
            return Place(self.sheet, row)
        return Place(self.sheet, row, self.first_column + column, " ".join(self.headings[column].split()))

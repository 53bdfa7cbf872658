"""Marks while they are collected from a sheet's cells, within what a sheet can hold and memory can bear."""

from __future__ import annotations

from dataclasses import dataclass, field

from batchinvoice.invoices.table import Broken, Otherwise
from batchinvoice.sheets.marks import Cell, MarksUnreadable
from batchinvoice.sheets.marks.shows import Shows

MOST_ROWS = 2**20
MOST_COLUMNS = 2**14
_MOST_MARKS = 2_000_000


@dataclass(slots=True)
class Collected:
    """Rows and columns count from 1. Whatever a cell's place is outside of any sheet raises MarksUnreadable."""

    broken: dict[Cell, Broken] = field(default_factory=dict)
    shown: dict[Cell, str] = field(default_factory=dict)
    otherwise: dict[Cell, Otherwise] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)

    def add_broken(self, row: int, column: int, broken: Broken) -> None:
        self._check(row, column)
        self.broken[row, column] = broken

    def add_number(self, row: int, column: int, shows: Shows, value: float) -> None:
        """Note what the format of a cell shows besides its number, if that is anything."""
        if shows.padding and (text := shows.padding.text(value)) is not None:
            self.add_shown(row, column, text)
        if shows.unit and (otherwise := shows.unit.of(value)):
            self.add_otherwise(row, column, otherwise)

    def add_shown(self, row: int, column: int, text: str) -> None:
        self._check(row, column)
        self.shown[row, column] = text

    def add_otherwise(self, row: int, column: int, otherwise: Otherwise) -> None:
        self._check(row, column)
        self.otherwise[row, column] = otherwise

    def hide_rows(self, row: int, repeats: int = 1) -> None:
        if row <= MOST_ROWS:
            self.hidden_rows.update(range(row, min(row + repeats, MOST_ROWS + 1)))

    def _check(self, row: int, column: int) -> None:
        if not (0 < row <= MOST_ROWS and 0 < column <= MOST_COLUMNS):
            raise MarksUnreadable("a cell lies outside of the sheet")
        if len(self.broken) + len(self.shown) + len(self.otherwise) >= _MOST_MARKS:
            raise MarksUnreadable("too many cells that are broken or show more than their number")

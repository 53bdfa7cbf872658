"""A sheet laid out in any order and written row by row, as a workbook of constant memory wants it."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.table import Cell
from batchinvoice.sheets.cells import write_cell


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula of our own and its result, which is shown until a spreadsheet program works it out again."""

    text: str
    result: float | str


@dataclass(slots=True)
class Grid:
    """Cells by (row, column), both counted from 0."""

    cells: dict[tuple[int, int], tuple[Cell | Formula, Format]] = field(default_factory=dict)
    spans: dict[tuple[int, int], int] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Cell | Formula, style: Format, *, across: int = 1) -> str:
        """Place a value, over `across` columns of its row; returns the cell's name, as `B7`."""
        self.cells[row, column] = (value, style)
        if across > 1:
            self.spans[row, column] = across
        return str(xl_rowcol_to_cell(row, column))

    def write(self, sheet: Worksheet) -> None:
        """Write all cells in the order of rows and columns."""
        for row, height in self.heights.items():
            sheet.set_row(row, height)
        for (row, column), (value, style) in sorted(self.cells.items(), key=lambda cell: cell[0]):
            across = self.spans.get((row, column), 1)
            if across > 1:
                sheet.merge_range(row, column, row, column + across - 1, "", style)
            if isinstance(value, Formula):
                sheet.write_formula(row, column, value.text, style, value.result)
            else:
                write_cell(sheet, row, column, value, style)

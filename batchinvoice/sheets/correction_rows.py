"""The rows of a corrections workbook: each value as the sheet has it, bad ones marked and with a note."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, Column, Field, Kind
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.issue import Issue, column_letters
from batchinvoice.invoices.table import Cell
from batchinvoice.sheets import style
from batchinvoice.sheets.book import LargeBook
from batchinvoice.sheets.cells import clean, write_text
from batchinvoice.sheets.correction_issues import Listed
from batchinvoice.sheets.correction_words import Words, note
from batchinvoice.sheets.pouring import style_number
from batchinvoice.sheets.rendering import text, value
from batchinvoice.sheets.style import HEADING, Look

# Of a sheet. Spreadsheet programs take seconds for thousands of notes and minutes for tens of thousands.
MAX_NOTES = 5_000
_MAX_NOTE = 1_500
_MAX_WIDTH = 60
_SAMPLE = 200  # rows by which a column's width is found
_OWN_WIDTHS = (4.0, 100.0)
_PADDING = 5 / 7  # of a column's width, which files count in and the writer does not
_IDENTIFIERS = frozenset({Field.REFERENCE, Field.MOBILE, Field.COUNTRY_CODE, Field.INVOICE_ID, Field.MERCHANT_CODE})
_REMEMBERED = 1_000  # cells
_PLAIN: Look = {}


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One row to mend. `cells` are as the sheet has them; `source_row` is the sheet's own row number."""

    cells: Sequence[Cell]
    issues: Sequence[Issue]
    source_row: int


@dataclass(frozen=True, slots=True)
class CorrectionSheet:
    """Rows to mend under the sheet's own headings; `first_column` is where the headings begin there, counted from 1.

    `rows` are gone through once. `widths` are those of the sheet's own columns, in characters as files state them; None
    where it has none. `mapping`: what was confirmed of headings.
    An issue marks the cell of its `place.column`; without one, or outside the headings, the row's first cell.
    """

    name: str
    headings: Sequence[str]
    rows: Iterable[CorrectionRow]
    first_column: int = 1
    widths: Sequence[float | None] = ()
    mapping: Mapping[str, Field | None] = field(default_factory=dict)


class RowsToMend:
    """One sheet of the workbook: rows are added first, and the sheet is drawn once they are all there."""

    def __init__(self, large: LargeBook, name: str, sheet: CorrectionSheet, say: Words) -> None:
        self._large, self._name, self._sheet, self._say = large, name, sheet, say
        self._columns = _columns(sheet) or [None]
        self._indexes = range(len(self._columns))
        self._letters = [column_letters(at) for at in range(1, len(self._columns) + 1)]
        self._part = large.rows(len(self._columns))
        self._looks: dict[tuple[str, str], int] = {}
        self._text = self._look(style.TEXT)
        # Sheets repeat themselves. 1, 1.0 and True are equal, and not the same in a cell.
        self._plain = lru_cache(maxsize=_REMEMBERED, typed=True)(self._unmarked)
        self._longest = [0] * len(sheet.headings)
        self._notes: list[tuple[int, int, str]] = []
        self.notes_left_out = False

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self._part.count

    def add(self, row: CorrectionRow) -> list[Listed]:
        """Add a row; returns its issues with their cells, from left to right."""
        line, found = self._part.line, _by_cell(self._sheet, row)
        cells = self._as_wide(row.cells)
        rendered = list(map(self._plain, cells, self._indexes))
        for index, issues in found.items():
            rendered[index] = self._marked(cells[index], self._columns[index], issues)
        if self.count < _SAMPLE:
            self._measure(row.cells)
        self._part.add(rendered)
        self._keep_notes(line, row, found)
        return [
            Listed(f"{self._letters[index]}{line}", row.source_row, issue)
            for index in sorted(found)
            for issue in found[index]
        ]

    def draw(self, about: str) -> None:
        """Draw the sheet, with a note at its first heading that says what it is about."""
        target, sheet, styles = self._large.book.add_worksheet(self._name), self._sheet, self._large.styles
        for index, heading in enumerate(sheet.headings):
            write_text(target, 0, index, heading, styles.of(HEADING))
            target.set_column(
                index, index, self._width(index), styles.of(num_format=_blank_format(self._columns[index]))
            )
        target.freeze_panes(1, 0)
        target.set_row(0, 30)
        if sheet.headings:
            _write_note(target, 0, 0, clean(about))
            target.autofilter(0, 0, max(self.count, 1), len(sheet.headings) - 1)
        for row, column, words in self._notes:
            _write_note(target, row, column, words)
        target.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._large.put(target, self._part)

    def _as_wide(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        """A cell for each column."""
        missing = len(self._columns) - len(cells)
        return cells if not missing else [*cells[: len(self._columns)], *[None] * missing]

    def _unmarked(self, cell: Cell, index: int) -> str:
        """A cell of that column with which nothing is wrong."""
        if isinstance(cell, str):
            return text(self._text, cell)
        return "" if cell is None else value(self._look(_number_format(cell, self._columns[index])), cell)

    def _marked(self, cell: Cell, column: Column | None, issues: Sequence[Issue]) -> str:
        mark, form = "warned", _number_format(cell, column)
        for issue in issues:
            if issue.is_error:
                mark = "bad"
            if issue.code is Code.SHOWN_OTHERWISE:
                form = issue.params.get("format") or form
        return value(self._look(form, mark), cell)

    def _look(self, form: str, mark: str = "") -> int:
        known = self._looks.get((form, mark))
        if known is None:
            properties = {"valign": "top", "num_format": form}
            known = style_number(self._large.styles.of(properties, _MARKS[mark]))
            self._looks[form, mark] = known
        return known

    def _keep_notes(self, line: int, row: CorrectionRow, found: Mapping[int, Sequence[Issue]]) -> None:
        for index, issues in found.items():
            if len(self._notes) >= MAX_NOTES:
                self.notes_left_out = True
                return
            self._notes.append((line - 1, index, clean(note(issues, row.source_row, self._say), _MAX_NOTE)))

    def _measure(self, cells: Sequence[Cell]) -> None:
        for index, cell in enumerate(cells[: len(self._longest)]):
            self._longest[index] = max(self._longest[index], len(shown(cell)))

    def _width(self, index: int) -> float:
        sheet = self._sheet
        own = sheet.widths[index] if index < len(sheet.widths) else None
        if own is not None:
            least, most = _OWN_WIDTHS
            return min(max(own, least), most) - _PADDING
        return min(max(self._longest[index], len(sheet.headings[index]), 8) + 3, _MAX_WIDTH)


_MARKS: Mapping[str, Look] = {"": _PLAIN, "bad": style.BAD, "warned": style.WARNED}


def _by_cell(sheet: CorrectionSheet, row: CorrectionRow) -> dict[int, list[Issue]]:
    found: dict[int, list[Issue]] = {}
    for issue in row.issues:
        column = issue.place.column
        index = 0 if column is None else column - sheet.first_column
        found.setdefault(index if 0 <= index < len(sheet.headings) else 0, []).append(issue)
    return found


def _write_note(target: Worksheet, row: int, column: int, words: str) -> None:
    lines = sum(1 + len(line) // 42 for line in words.split("\n"))
    high = max(0.8, min(lines * 0.24, 4))
    look = {"x_scale": 2.2, "y_scale": high, "author": "batchinvoice", "font_size": 9}
    target.write_comment(row, column, words, look)


def _number_format(value: Cell, column: Column | None) -> str:
    """The format that shows the value as it is: a bad amount must not be rounded out of sight."""
    if isinstance(value, str):
        return style.TEXT
    if isinstance(value, dt.datetime):
        return style.DATE if value.time() == dt.time() else style.MOMENT
    if isinstance(value, dt.date):
        return style.DATE
    if isinstance(value, dt.time | dt.timedelta):
        return "[h]:mm:ss"
    if isinstance(value, bool):
        return "General"
    if isinstance(value, int | float):
        return _of_number(value, column)
    return _blank_format(column)


def _of_number(value: float, column: Column | None) -> str:
    if column is not None and column.kind is Kind.AMOUNT and abs(value - round(value, 3)) < 1e-9:
        return style.AMOUNT
    if column is not None and column.field in _IDENTIFIERS and value == int(value):
        return "0"  # else Excel shows a long one as 9.65E+11
    return "General"


def _blank_format(column: Column | None) -> str:
    if column is None:
        return "General"
    if column.field in _IDENTIFIERS:
        return style.TEXT
    return {Kind.AMOUNT: style.AMOUNT, Kind.DATE: style.DATE}.get(column.kind, "General")


def _columns(sheet: CorrectionSheet) -> list[Column | None]:
    known = {index: BY_FIELD[name] for name, index in match(sheet.headings, sheet.mapping).columns.items()}
    return [known.get(index) for index in range(len(sheet.headings))]

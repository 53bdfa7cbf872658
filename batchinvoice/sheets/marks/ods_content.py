"""One pass over an ods' content: the cells of one sheet that carry a mark, its rows and its columns."""

from __future__ import annotations

import re

from batchinvoice.invoices.table import Broken, Otherwise
from batchinvoice.sheets.marks.collected import MOST_COLUMNS, MOST_ROWS, Collected
from batchinvoice.sheets.marks.ods_columns import Columns, characters
from batchinvoice.sheets.marks.units import shown_otherwise
from batchinvoice.sheets.marks.xml import Attributes, LocalNames, parser

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _STYLE = (f"{_OASIS}{part}:1.0}}" for part in ("table", "office", "style"))
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_KIND, _EXTENDED_KIND, _VALUE = f"{_OFFICE}value-type", f"{_CALCEXT}value-type", f"{_OFFICE}value"
_CURRENCY = f"{_OFFICE}currency"
_FORMULA, _VISIBILITY = f"{_TABLE}formula", f"{_TABLE}visibility"
_COLUMNS_REPEATED, _ROWS_REPEATED = f"{_TABLE}number-columns-repeated", f"{_TABLE}number-rows-repeated"
_STORED = tuple(f"{_OFFICE}{kind}value" for kind in ("", "date-", "time-", "boolean-"))
_NUMBERS = ("float", "currency", "percentage")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|Err:\d{3}")
_DIGITS = re.compile(r"(?<![\d.,\u066b\u066c])\d{1,255}(?![\d.,\u066b\u066c])")
_MOST = 10**15  # above it, the digits shown are not the number's


class Content:
    """Handlers for content.xml. `ended` says that the wanted sheet was read, whatever stands behind it."""

    def __init__(self, sheet: str) -> None:
        self.cells = Collected()
        self.columns = Columns()
        self.last_column = 0
        self.epoch_1904 = False
        self.ended = False
        self._sheet = sheet
        self._local = LocalNames()
        self._widths: dict[str, float | None] = {}
        self._style = ""
        self._row = self._row_repeats = self._column = self._repeats = 1
        self._row_hidden = self._row_filled = False
        self._cell: Attributes | None = None  # the one that is read, if it may carry a mark
        self._depth = 0  # of elements in it; deeper paragraphs are those of comments and drawings
        self._lines: list[str] = []
        self._sheet_starts = {
            "table-column": self._start_column,
            "table-row": self._start_row,
            "table-cell": self._start_cell,
            "covered-table-cell": self._start_cell,
        }
        self.expat = parser()
        self.expat.StartElementHandler = self._before
        self.expat.EndElementHandler = None

    def _before(self, name: str, attributes: Attributes) -> None:
        """Ahead of the wanted sheet."""
        kind = self._local[name]
        if kind == "style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif kind == "table-column-properties":
            self._widths[self._style] = characters(attributes.get(f"{_STYLE}column-width", ""))
        elif kind == "null-date":
            self.epoch_1904 = attributes.get(f"{_TABLE}date-value", "").startswith("1904")
        elif kind == "table" and attributes.get(f"{_TABLE}name") == self._sheet:
            self.expat.StartElementHandler, self.expat.EndElementHandler = self._start, self._end

    def _start(self, name: str, attributes: Attributes) -> None:
        kind = self._local[name]
        if self._cell is not None:
            self._depth += 1
            if kind == "p" and self._depth == 1:
                self.expat.CharacterDataHandler = self._lines.append
        elif start := self._sheet_starts.get(kind):
            start(attributes)

    def _end(self, name: str) -> None:
        kind = self._local[name]
        if self._cell is not None:
            if self._depth:
                if self._depth == 1:
                    self.expat.CharacterDataHandler = None
                self._depth -= 1
            else:
                self._end_cell(self._cell)
                self._cell = None
        elif kind == "table-row":
            self._end_row()
        elif kind == "table":
            self.ended = True
            self.expat.StartElementHandler = self.expat.EndElementHandler = None

    def _start_column(self, attributes: Attributes) -> None:
        repeats = int(attributes.get(_COLUMNS_REPEATED, "1"))
        self.columns.add(repeats, self._widths.get(attributes.get(f"{_TABLE}style-name", "")), _is_hidden(attributes))

    def _start_row(self, attributes: Attributes) -> None:
        self._row_repeats = int(attributes.get(_ROWS_REPEATED, "1"))
        self._row_hidden, self._row_filled = _is_hidden(attributes), False
        self._column = self._repeats = 1

    def _end_row(self) -> None:
        if self._row_hidden and self._row_filled:
            self.cells.hide_rows(self._row, self._row_repeats)
        self._row += self._row_repeats

    def _start_cell(self, attributes: Attributes) -> None:
        first = self._column
        self._repeats = int(attributes.get(_COLUMNS_REPEATED, "1"))
        self._column += self._repeats
        kind = attributes.get(_KIND)
        if kind is not None or _FORMULA in attributes:
            self._row_filled = True
            self.last_column = max(self.last_column, min(first + self._repeats - 1, MOST_COLUMNS))
            if kind != "string" or _FORMULA in attributes or attributes.get(_EXTENDED_KIND) == "error":
                self._cell, self._depth = attributes, 0
                self._lines.clear()

    def _end_cell(self, attributes: Attributes) -> None:
        shows = "".join(self._lines).strip()
        is_formula = _FORMULA in attributes
        if attributes.get(_EXTENDED_KIND) == "error" or (is_formula and _ERROR.fullmatch(shows)):
            self._mark(Broken(shows or "#ERROR"))
        elif attributes.get(_KIND) != "string" and not any(name in attributes for name in _STORED):
            self._mark(Broken())
        elif attributes.get(_KIND) in _NUMBERS:
            self._end_number(attributes, float(attributes[_VALUE]), shows)

    def _end_number(self, attributes: Attributes, value: float, shows: str) -> None:
        kind = attributes[_KIND]
        if kind == "float" and (text := padded(value, shows)):
            self._mark(text)
        currency, is_percentage = attributes.get(_CURRENCY, ""), kind == "percentage"
        if otherwise := shown_otherwise(value, shows, currency, is_percentage=is_percentage):
            self._mark(otherwise)

    def _mark(self, mark: Broken | Otherwise | str) -> None:
        """For every cell that the element stands for, as far as a sheet goes."""
        for row in range(self._row, min(self._row + self._row_repeats, MOST_ROWS + 1)):
            for column in range(self._column - self._repeats, min(self._column, MOST_COLUMNS + 1)):
                if isinstance(mark, Broken):
                    self.cells.add_broken(row, column, mark)
                elif isinstance(mark, Otherwise):
                    self.cells.add_otherwise(row, column, mark)
                else:
                    self.cells.add_shown(row, column, mark)


def padded(value: float, shows: str) -> str | None:
    """What a cell shows, if it is its whole number with zeros or text added (`00007`, `INV-7`); else None."""
    if value != value or not 0 <= value < _MOST or value != int(value):
        return None
    digits = str(int(value))
    if shows == digits or not any(run.lstrip("0") == digits.lstrip("0") for run in _DIGITS.findall(shows)):
        return None
    return shows if shows.replace(digits, "", 1).strip("-+()$ ") else None


def _is_hidden(attributes: Attributes) -> bool:
    return attributes.get(_VISIBILITY) in ("collapse", "filter")

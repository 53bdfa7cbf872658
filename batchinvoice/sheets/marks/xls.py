"""The marks of a sheet of an xls, as xlrd reads them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlrd
from xlrd.biffh import error_text_from_code
from xlrd.formatting import Format, std_format_strings

from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.collected import Collected
from batchinvoice.sheets.marks.shows import Shows, shows

_NOTHING = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
_1904 = 1
_OF_THE_SYSTEM = frozenset((*range(5, 9), *range(41, 45)))  # formats of its currency
_UNITS = 256  # of a character, in which widths are stored


def marks(content: bytes, sheet: str) -> Marks:
    """The marks of the sheet of this name."""
    try:
        # On a damaged file, xlrd raises whatever comes of it; and it would print its findings.
        with xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
        ) as book:
            return _marks(book, book.sheet_by_name(sheet))
    except Exception as error:
        raise MarksUnreadable(f"{type(error).__name__} in an xls workbook") from error


def _marks(book: xlrd.Book, sheet: xlrd.sheet.Sheet) -> Marks:
    cells = Collected()
    styles = _styles(book)
    for row in range(sheet.nrows):
        types = sheet.row_types(row)
        _collect(cells, sheet, row, types, styles)
        info = sheet.rowinfo_map.get(row)
        if info and (info.hidden or info.height == 0) and any(kind not in _NOTHING for kind in types):
            cells.hide_rows(row + 1)
    columns = {number + 1: info for number, info in sheet.colinfo_map.items() if number < sheet.ncols}
    return Marks(
        broken=cells.broken,
        shown=cells.shown,
        otherwise=cells.otherwise,
        hidden_rows=frozenset(cells.hidden_rows),
        hidden_columns=frozenset(column for column, info in columns.items() if info.hidden or not info.width),
        widths={column: info.width / _UNITS for column, info in columns.items() if info.width},
        epoch_1904=book.datemode == _1904,
    )


def _collect(
    cells: Collected, sheet: xlrd.sheet.Sheet, row: int, types: Sequence[int], styles: dict[int, Shows]
) -> None:
    for column, kind in enumerate(types):
        if kind == xlrd.XL_CELL_ERROR:
            text = error_text_from_code.get(int(sheet.cell_value(row, column)), "#ERROR")
            cells.add_broken(row + 1, column + 1, Broken(text))
        elif kind == xlrd.XL_CELL_NUMBER and styles and (more := styles.get(sheet.cell_xf_index(row, column))):
            cells.add_number(row + 1, column + 1, more, float(sheet.cell_value(row, column)))


def _styles(book: xlrd.Book) -> dict[int, Shows]:
    by_format = {key: more for key, kept in book.format_map.items() if (more := shows(_code(key, kept)))}
    return {number: by_format[xf.format_key] for number, xf in enumerate(book.xf_list) if xf.format_key in by_format}


def _code(key: int, kept: Format) -> str:
    """The code; none for a currency of the system's own, for which xlrd puts dollars where the file has no code."""
    code = str(kept.format_str or "")
    return "" if key in _OF_THE_SYSTEM and code == std_format_strings[key] else code

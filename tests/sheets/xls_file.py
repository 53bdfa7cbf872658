"""Workbooks of the old xls format from rows of Python values."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Collection, Mapping, Sequence

import xlwt
from xlrd.biffh import error_text_from_code

from batchinvoice.invoices.table import Broken

_ERRORS = {text: code for code, text in error_text_from_code.items()}
_DATES = {dt.datetime: "yyyy-mm-dd hh:mm:ss", dt.date: "yyyy-mm-dd", dt.time: "hh:mm:ss"}


def xls_file(
    rows: Sequence[Sequence[object]],
    *,
    sheet: str = "Invoices",
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    widths: Mapping[int, float] | None = None,
    formats: Mapping[tuple[int, int], str] | None = None,
    epoch_1904: bool = False,
) -> bytes:
    """An xls with one sheet, rows from A1 on. Rows and columns count from 1, widths are in characters.

    `Broken("#REF!")` becomes an error cell; `formats` are number formats by (row, column).
    """
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = int(epoch_1904)
    made = book.add_sheet(sheet)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            code = (formats or {}).get((row + 1, column + 1)) or _DATES.get(type(value))
            style = xlwt.easyxf(num_format_str=code) if code else xlwt.Style.default_style
            if isinstance(value, Broken):
                made.row(row).set_cell_error(column, _ERRORS[value.shown], style)
            elif value is not None:
                made.write(row, column, value, style)
    for row in hidden_rows:
        made.row(row - 1).hidden = True
    for column, width in (widths or {}).items():
        made.col(column - 1).width = round(width * 256)
    for column in hidden_columns:
        made.col(column - 1).hidden = True
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()

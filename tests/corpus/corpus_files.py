"""Files for the corpus: workbooks of every format and CSV from rows of Python values."""

from __future__ import annotations

import csv
import datetime as dt
import io
import struct
import sys
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from batchinvoice.invoices.table import Broken

# The writers of the other formats, and of hostile files, stand beside the tests that first needed them.
sys.path[1:1] = [str(Path(__file__).parents[1] / "sheets"), str(Path(__file__).parents[1])]

from ods_file import ods_file  # noqa: E402
from xls_file import xls_file  # noqa: E402
from xlsb_file import xlsb_file  # noqa: E402

Row = Sequence[object]
HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount")
ARABIC = ("الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ")
KINDS = ("xlsx", "xlsm", "xls", "xlsb", "ods")
SHEET = "xl/worksheets/sheet1.xml"
_NAMES = ("Noura Al-Sabah", "Ali Hassan", "Sara & Sons", "Badr", "Mona", "Yousef", "Layla", "Hamad", "Dana", "Omar")


class Formula(NamedTuple):
    """A formula with its stored result; None was never stored."""

    text: str
    result: Any = None


def good(n: int, *more: object) -> list[object]:
    """The n-th row of a sheet without fault: its reference INV-n, its amount 10 × n + 0.250 KWD, a phone of its own."""
    return [f"INV-{n}", _NAMES[n % len(_NAMES)], str(66100200 + n), n * 10 + 0.25, *more]


def goods(*numbers: int) -> list[list[object]]:
    """Several of them."""
    return [good(n) for n in numbers]


def amounts(*numbers: int) -> tuple[str, ...]:
    """What their amounts are to be."""
    return tuple(f"{n * 10}.250" for n in numbers)


def fill(fields: str, *cells: object) -> list[list[object]]:
    """Headings and good rows with one column more, `fields`, whose cells are these."""
    return [[*HEADINGS, fields], *(good(n, cell) for n, cell in enumerate(cells, 1))]


def replaced(column: int, *cells: object, headings: Row = HEADINGS) -> list[list[object]]:
    """Headings and good rows whose cells in the column (from 0) are these."""
    rows = [good(n) for n in range(1, len(cells) + 1)]
    for row, cell in zip(rows, cells, strict=True):
        row[column] = cell
    return [list(headings), *rows]


# ── workbooks ─────────────────────────────────────────────────────────────────


def xlsx(
    rows: Sequence[Row] = (),
    *,
    sheet: str = "Invoices",
    others: Mapping[str, Sequence[Row]] | None = None,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    formats: Mapping[tuple[int, int], str] | None = None,
    widths: Mapping[int, float] | None = None,
    more: Callable[[xlsxwriter.Workbook, Any], None] | None = None,
    macros: bool = False,
    **options: Any,
) -> bytes:
    """An xlsx; `others` are further sheets, `more` is done to the workbook and its first sheet. All count from 1."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, **options}) as book:
        for name, content in {sheet: rows, **(others or {})}.items():
            _write(book, book.add_worksheet(name), content, (formats or {}) if name == sheet else {})
        first = book.get_worksheet_by_name(sheet)
        for row in hidden_rows:
            first.set_row(row - 1, None, None, {"hidden": True})
        for column in hidden_columns:
            first.set_column(column - 1, column - 1, None, None, {"hidden": True})
        for column, width in (widths or {}).items():
            first.set_column(column - 1, column - 1, width)
        if macros:
            book.add_vba_project(io.BytesIO(b"no macros in here"), is_stream=True)
        if more:
            more(book, first)
    return made.getvalue()


def _write(book: xlsxwriter.Workbook, sheet: Any, rows: Sequence[Row], formats: Mapping[tuple[int, int], str]) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            code = formats.get((row + 1, column + 1))
            style = book.add_format({"num_format": code}) if code else None
            match cell:
                case Formula(text, result):
                    sheet.write_formula(row, column, text, style, "" if result is None else result)
                case Broken(text):
                    sheet.write_formula(row, column, "=1/0", style, text)
                case str():
                    sheet.write_string(row, column, cell, style)
                case dt.date() | dt.time():
                    sheet.write_datetime(row, column, cell, style or day)
                case None:
                    pass
                case _:
                    sheet.write(row, column, cell, style)


def book_of(kind: str, rows: Sequence[Row], **about: Any) -> bytes:
    """A workbook of this kind; `about` as the writer of that kind takes it."""
    if kind in ("xlsx", "xlsm"):
        return xlsx(rows, macros=kind == "xlsm", **about)
    plain = [[cell.result if isinstance(cell, Formula) else cell for cell in row] for row in rows]
    places = {
        (r, c): cell for r, row in enumerate(rows, 1) for c, cell in enumerate(row, 1) if isinstance(cell, Formula)
    }
    if kind == "xls":
        return _with_results(xls_file([[_xls_cell(cell) for cell in row] for row in rows], **about), places.values())
    if kind == "ods" and (codes := about.pop("formats", None)):
        about["shown"] = {(r, c): str(plain[r - 1][c - 1]).zfill(len(code)) for (r, c), code in codes.items()}
    return {"xlsb": xlsb_file, "ods": ods_file}[kind](plain, formulas=list(places), **about)


def _xls_cell(cell: object) -> object:
    import xlwt

    return xlwt.Formula(cell.text.removeprefix("=")) if isinstance(cell, Formula) else cell


def _with_results(content: bytes, formulas: Collection[Formula]) -> bytes:
    """The xls with the results of its formulas, which its writer leaves open."""
    for formula in formulas:
        content = content.replace(struct.pack("<Q", 0xFFFF000000000003), struct.pack("<d", formula.result), 1)
    return content


def changed(content: bytes, *changes: tuple[bytes, bytes], part: str = SHEET) -> bytes:
    """The workbook with bytes of one part replaced; what is to be replaced must be there."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            for before, after in changes if name == part else ():
                if before not in body:
                    raise ValueError(f"{before!r} is not in {part}")
                body = body.replace(before, after)
            new.writestr(name, body)
    return made.getvalue()


# ── text ──────────────────────────────────────────────────────────────────────


def text(
    rows: Sequence[Row], separator: str = ",", end: str = "\r\n", encoding: str = "utf-8", head: str = ""
) -> bytes:
    """A CSV file as Excel writes it; `head` stands before everything."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=separator, lineterminator=end)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return (head + made.getvalue()).encode(encoding)

"""Sample sheets: one that is right, one with the mistakes people make, and an Arabic CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.columns import Field, Home, Kind, heading, offered
from batchinvoice.invoices.table import Cell
from batchinvoice.sheets import sample_rows, style
from batchinvoice.sheets.book import new_book
from batchinvoice.sheets.cells import write_cell
from batchinvoice.sheets.entry import add_entry_sheet
from batchinvoice.sheets.placing import put_in_place
from batchinvoice.sheets.sample_rows import Row
from batchinvoice.sheets.style import HEADING, Styles


def write_sample(name: str, path: Path) -> Path:
    """Write the sample `clean`, `mistakes` (both .xlsx) or `arabic` (.csv) to `path` and return it.

    Raises KeyError for another name, FileInUse or CannotWrite.
    """
    _WRITERS[name](path)
    return path


def _write_clean(path: Path) -> None:
    with new_book(path, title="Sample: invoices") as book:
        styles = Styles(book)
        _fill(add_entry_sheet(book, Home.INVOICES, "en", styles), Home.INVOICES, sample_rows.CLEAN, styles)
        _fill(add_entry_sheet(book, Home.ITEMS, "en", styles), Home.ITEMS, sample_rows.CLEAN_ITEMS, styles)


def _write_mistakes(path: Path) -> None:
    with new_book(path, title="Sample: mistakes people make") as book:
        styles = Styles(book)
        sheet = add_entry_sheet(book, Home.INVOICES, "en", styles)
        _fill(sheet, Home.INVOICES, sample_rows.MISTAKES, styles)
        extra = len(offered(Home.INVOICES))
        sheet.set_column(extra, extra, 14)
        sheet.write_string(0, extra, sample_rows.EXTRA_HEADING, styles.of(HEADING))
        for at, (row, person) in enumerate(zip(sample_rows.MISTAKES, cycle(sample_rows.EXTRA), strict=False), 1):
            if row is not None:
                sheet.write_string(at, extra, person)


def _fill(sheet: Worksheet, home: Home, rows: Iterable[Row | None], styles: Styles) -> None:
    for at, row in enumerate(rows, 1):
        for index, column in enumerate(offered(home)):
            value = (row or {}).get(column.field)
            if value is not None:
                write_cell(sheet, at, index, value, styles.of(num_format=_format(column.kind, value)))


def _format(kind: Kind, value: Cell) -> str:
    if isinstance(value, str):
        return style.TEXT
    # A mistake in the decimals must be seen, so it is not shown rounded.
    shows = isinstance(value, float) and value != round(value, 3)
    return "General" if shows else {Kind.AMOUNT: style.AMOUNT, Kind.DATE: style.DATE}.get(kind, "0")


_CSV_FIELDS: Sequence[Field] = (
    Field.REFERENCE,
    Field.CUSTOMER,
    Field.MOBILE,
    Field.EMAIL,
    Field.AMOUNT,
    Field.DESCRIPTION,
    Field.EXPIRY,
    Field.DELIVERY,
    Field.PAYMENT_METHODS,
    Field.LANGUAGE,
)


def _write_arabic(path: Path) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([heading(field, "ar") for field in _CSV_FIELDS])
    writer.writerows([row.get(field, "") for field in _CSV_FIELDS] for row in sample_rows.ARABIC)
    # With the mark at its beginning Excel knows that the file is UTF-8.
    content = text.getvalue().encode("utf-8-sig")
    put_in_place(path, lambda draft: draft.write_bytes(content))


_WRITERS: dict[str, Callable[[Path], None]] = {
    "clean": _write_clean,
    "mistakes": _write_mistakes,
    "arabic": _write_arabic,
}

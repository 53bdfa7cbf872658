"""The five formats of workbooks: the same sheet is read from each in the same way."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
from corpus_case import File, case, cases
from corpus_files import (
    ARABIC,
    HEADINGS,
    KINDS,
    Formula,
    amounts,
    book_of,
    changed,
    fill,
    good,
    goods,
    replaced,
    text,
    xlsx,
)
from hostile_files import with_password

from batchinvoice.invoices.table import Broken


@cases(
    KINDS,
    "pending pending",
    amount=("10.250", "5000.000"),
    reference=("INV-1", "1002"),
    customer=("Noura", "Ali"),
    mobile=("66100201", "66100202"),
)
def plain(kind: str) -> File:
    """Two invoices; of the second, reference and phone are numbers."""
    rows = [HEADINGS, ["INV-1", "Noura", "66100201", 10.25], [1002, "Ali", 66100202, 5000]]
    return f"november.{kind}", book_of(kind, rows)


@cases(KINDS, "invalid invalid pending", "D2 cell-error; B3 cell-error", amount=amounts(3))
def errors(kind: str) -> File:
    """Cells that show an error: never taken for empty ones."""
    rows = [HEADINGS, *goods(1, 2, 3)]
    rows[1][3], rows[2][1] = Broken("#N/A"), Broken("#REF!")
    return f"errors.{kind}", book_of(kind, rows)


@cases(KINDS, "pending pending pending", "3 rows-hidden", amount=amounts(1, 2, 3))
def hidden_row(kind: str) -> File:
    """A row that the sheet does not show would be invoiced: a question, before anything is sent."""
    return f"hidden.{kind}", book_of(kind, [HEADINGS, *goods(1, 2, 3)], hidden_rows=[3])


@cases(KINDS, "pending pending invalid", "E4 date-past", expires=("2026-12-31", "2027-01-01", "2026-11-21"))
def dates(kind: str) -> File:
    """Real dates; of the last one yesterday is past, so that its invoice is only told if it was sent before."""
    days = (dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2026, 11, 21))
    return f"dates.{kind}", book_of(kind, fill("Expiry Date", *days))


@cases(
    KINDS,
    "pending pending",
    reference=("ف-١".replace("١", "1"), "ف-2"),
    customer=("فاطمة الصباح", "شركة النور / فرع حولي"),
    mobile=("66100201", "66100202"),
    amount=("5.500", "1234.500"),
)
def arabic(kind: str) -> File:
    """Arabic headings, names and digits; a reference in Arabic digits is the same as one in ASCII digits."""
    rows = [
        ARABIC,
        ["ف-١", "فاطمة الصباح", "٦٦١٠٠٢٠١", "٥٫٥٠٠"],
        ["ف-2", "شركة النور / فرع حولي", "٦٦١٠٠٢٠٢", "١٬٢٣٤٫٥٠٠ د.ك"],
    ]
    return f"نوفمبر.{kind}", book_of(kind, rows)


@cases(KINDS, "pending pending", amount=("30.125", "20.250"))
def stored_results(kind: str) -> File:
    """A formula is what it came to when the sheet was saved."""
    rows = replaced(3, Formula("=20+10.125", 30.125), 20.25)
    return f"formulas.{kind}", book_of(kind, rows)


@cases(("xlsx", "xlsm", "ods"), "invalid pending", "D2 formula-empty", amount=amounts(2))
def never_stored(kind: str) -> File:
    """A formula whose result some program never stored: not an empty cell, and not nought."""
    never = Broken() if kind == "ods" else Formula("=20+10.125")
    return f"formulas.{kind}", book_of(kind, replaced(3, never, 20.25))


@cases(KINDS, "pending pending", reference=("00007", "00012"))
def zeros_of_a_format(kind: str) -> File:
    """The cells hold 7 and 12, but everybody sees 00007 and 00012: that is the reference."""
    codes = {(2, 1): "00000", (3, 1): "00000"}
    return f"zeros.{kind}", book_of(kind, replaced(0, 7, 12), formats=codes)


@cases(KINDS, "pending pending", "B1 column-hidden", customer=("Ali Hassan", "Sara & Sons"))
def hidden_column(kind: str) -> File:
    """A column that is used though nobody sees it is said."""
    return f"columns.{kind}", book_of(kind, [HEADINGS, *goods(1, 2)], hidden_columns=[2])


@case("pending", amount=amounts(1))
def old_workbook_named_xlsx() -> File:
    """An xls that somebody has renamed: what is in it counts."""
    return "renamed.xlsx", book_of("xls", [HEADINGS, good(1)])


@case("pending", amount=amounts(1))
def workbook_named_csv() -> File:
    """A workbook that is called .csv."""
    return "renamed.csv", xlsx([HEADINGS, good(1)])


@case("pending", amount=amounts(1))
def workbook_without_suffix() -> File:
    """A workbook whose name has no ending, as downloads may be."""
    return "download", xlsx([HEADINGS, good(1)])


@case("pending", amount=amounts(1))
def written_by_another_program() -> File:
    """The same by another writer: texts in the cells themselves."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (HEADINGS, good(1)):
        book.active.append(list(row))
    made = io.BytesIO()
    book.save(made)
    return "other.xlsx", made.getvalue()


@case("pending", amount=amounts(1))
def texts_in_the_cells() -> File:
    """Texts stored in the cells, not in a table of their own, as programs write that save memory."""
    return "inline.xlsx", xlsx([HEADINGS, good(1)], constant_memory=True)


@case("pending pending", amount=amounts(1, 2))
def cells_without_places() -> File:
    """Rows and cells that do not say where they are: each follows the one before, as the format allows."""
    content = xlsx([HEADINGS, *goods(1, 2)])
    places = [f' r="{c}{r}"'.encode() for r in (1, 2, 3) for c in "ABCD"]
    rows = [f'<row r="{r}"'.encode() for r in (1, 2, 3)]
    return "placeless.xlsx", changed(content, *((p, b"") for p in places), *((r, b"<row") for r in rows))


@case("pending invalid", "E3 date-serial", expires=("2026-12-31",), proposed={"E3": "2026-12-31"})
def days_from_1904() -> File:
    """A workbook from an old Mac counts its days from 1904: a date is right, a bare number only probably one."""
    days = (dt.date(2026, 12, 31) - dt.date(1904, 1, 1)).days
    return "mac.xlsx", xlsx(fill("Expiry Date", dt.date(2026, 12, 31), days), date_1904=True)


@case(refused="protected by a password")
def with_a_password() -> File:
    """A workbook with a password: said so."""
    return "locked.xlsx", with_password()


@case(refused="is not an Excel workbook")
def page_named_xls() -> File:
    """Banks and shops export a web page and call it xls."""
    return "export.xls", b"<html><table><tr><td>Reference Number</td><td>Amount</td></tr></table></html>"


@case(refused="damaged")
def cut_off() -> File:
    """A half-copied workbook."""
    content = xlsx([HEADINGS, *goods(*range(1, 9))])
    return "half.xlsx", content[: len(content) // 2]


@case(refused="is empty")
def nothing() -> File:
    """A file of no bytes."""
    return "nothing.xlsx", b""


@case(refused="is not an Excel workbook")
def text_named_xls() -> File:
    """Text with tabs that is called xls, as older programs export it, is no workbook, and nothing is guessed."""
    return "export.xls", text([HEADINGS, good(1)], "\t")

"""Invoice IDs, which make a row an update; and corrections that come back."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from corpus_case import File, case
from corpus_files import HEADINGS, amounts, fill, good, text, xlsx

from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.marks import RUN_PROPERTY


def _ids(*cells: Any) -> File:
    return "updates.xlsx", xlsx(fill("Invoice ID", *cells))


@case("pending " * 5, id=["12887", "12888", "12889", "12890", None])
def ids() -> File:
    """As a number, as text, in Arabic digits, with a decimal of some program; empty makes a new invoice."""
    return _ids(12887, " 12888 ", "١٢٨٨٩", "12890.0", None)


@case(
    "invalid " * 7,
    "E2 invoice-id-bad; E3 invoice-id-bad; E4 invoice-id-bad; E5 number-fraction; E6 number-lossy; E7 cell-error; "
    "E8 invoice-id-bad",
    proposed={"E3": "12888", "E4": "12889"},
)
def ids_that_are_none() -> File:
    """Words, a sign or zeros before it, a fraction, too many digits, an error, nought."""
    return _ids("INV-1", "#12888", "0012889", 12890.5, 1e15, Broken("#N/A"), 0)


@case("pending pending", "E1 column-unknown", id=[None, None])
def running_numbers() -> File:
    """A column ID that counts the rows from 1 is not the gateway's: nobody's invoice 1 and 2 are to be changed."""
    return "list.xlsx", xlsx(fill("ID", 1, 2))


@case("held held", "E2 id-repeated; E3 id-repeated")
def id_of_two_references() -> File:
    """One ID for two references: it belongs to one of them at most."""
    return _ids(12887, 12887)


@case("held held", "A2 repeat-differs; A3 repeat-differs")
def reference_of_two_ids() -> File:
    """One reference with two IDs."""
    return "updates.xlsx", xlsx([[*HEADINGS, "Invoice ID"], good(1, 12887), good(1, 12888)])


@case("held held", "A2 repeat-differs; A3 repeat-differs")
def reference_with_and_without_an_id() -> File:
    """One reference as an update and as a new invoice."""
    return "updates.xlsx", xlsx([[*HEADINGS, "Invoice ID"], good(1, 12887), good(1, None)])


@case("pending duplicate", "A3 repeat-identical", id=["12887", "12887"])
def update_twice() -> File:
    """The same update in two rows is one."""
    return "updates.xlsx", xlsx([[*HEADINGS, "Invoice ID"], good(1, 12887), good(1, "12887")])


@case("pending", id=["12887"], email=["n@example.com"], mobile=["66100201"])
def names_of_the_update_call() -> File:
    """A sheet that was made for the gateway's update call."""
    head = ["invoice_id", "merchantCode", "amount", "name", "email", "phone", "reference_number"]
    return "update.csv", text([head, ["12887", "842217", "10.250", "Noura", "n@example.com", "96566100201", "INV-1"]])


@case("pending pending", "E4 row-total", id=["12887", None], amount=amounts(1, 2))
def mixed_with_new_ones() -> File:
    """Updates and new invoices in one sheet, the ID in the first column, a total below."""
    rows = [["رقم الفاتورة لدى البوابة", *HEADINGS], [12887, *good(1)], [None, *good(2)]]
    return "updates.xlsx", xlsx([*rows, ["Total", None, None, None, 30.5]])


@case("pending invalid", "D3 amount-unreadable", amount=amounts(1))
def corrections_come_back() -> File:
    """A corrections workbook says which run it mends, in a property of the document."""

    def note(book: xlsxwriter.Workbook, sheet: Any) -> None:
        book.set_custom_property(RUN_PROPERTY, "20261122-093000-a1b2", "text")
        sheet.write_comment("D3", "“later” is not an amount.")

    rows = [HEADINGS, good(1), [*good(2)[:3], "later"]]
    return "november.corrections.xlsx", xlsx(rows, widths={1: 30}, more=note)

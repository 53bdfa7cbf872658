"""Items: on a sheet of their own, and in columns with the reference repeated."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from corpus_case import File, case
from corpus_files import HEADINGS, amounts, good, goods, text, xlsx

LINES = ("Reference Number", "Item", "Item Rate", "Item Quantity", "Item Amount")
IN_COLUMNS = (*HEADINGS, "Item", "Item Rate", "Item Quantity", "Item Amount")
FEES = ["Fees", "4.000", 2, "8.000"]
BOOKS = ["Books", "2.250", 1, "2.250"]


def _sheet(*lines: Any, headings: Any = LINES, invoices: Any = None) -> File:
    return "items.xlsx", xlsx([HEADINGS, *(invoices or goods(1, 2))], others={"Items": [headings, *lines]})


def _columns(*rows: Any, headings: Any = IN_COLUMNS, **about: Any) -> File:
    return "columns.xlsx", xlsx([headings, *rows], **about)


@case("pending pending", amount=amounts(1, 2), items=[[FEES, BOOKS], [["Pens", "20.250", 1, "20.250"]]])
def on_a_sheet() -> File:
    """Rate and quantity; the amount given, worked out, or the rate worked out of it."""
    return _sheet(["INV-1", *FEES], ["INV-1", "Books", 2.25, None, None], ["INV-2", "Pens", None, None, 20.25])


@case("pending pending", "D2 items-above-amount", items=[[["Lessons", "1.125", 10, "11.250"]], []])
def rate_of_an_amount() -> File:
    """The rate is the amount divided by the quantity, to the fils; items may come to more than the invoice."""
    return _sheet(["INV-1", "Lessons", None, 10, 11.25])


@case("invalid pending", "Items!C2 item-incomplete; A2 item-bad", items=[[]])
def rate_that_does_not_come_out() -> File:
    """Ten dinars for three pieces are no whole number of fils each."""
    return _sheet(["INV-1", "Lessons", None, 3, 10])


@case("invalid pending", "Items!E2 item-amount-differs; A2 item-bad", items=[[]])
def amount_that_differs() -> File:
    """Rate times quantity is something else."""
    return _sheet(["INV-1", "Fees", 4, 3, 11])


@case("invalid pending", "D2 items-below-amount", items=[[]])
def below_the_amount() -> File:
    """The items come to less than the invoice, which the gateway refuses."""
    return _sheet(["INV-1", "Fees", 4, 2, 8])


@case("pending pending", "Items!A3 item-orphan", items=[[FEES, BOOKS], []])
def orphan() -> File:
    """An item of an invoice that is not there."""
    return _sheet(["INV-1", *FEES], ["INV-9", *BOOKS], ["INV-1", *BOOKS])


@case(
    "invalid invalid",
    "Items!D2 quantity-bad; Items!B3 item-incomplete; Items!A4 cell-empty; A2 item-bad; A3 item-bad",
)
def bad_lines() -> File:
    """A quantity of half a piece, a line without a name, one without a reference."""
    return _sheet(["INV-1", "Fees", 4, 2.5, 10], ["INV-2", None, 20.25, 1], [None, *BOOKS])


@case("pending pending", "Items!5 row-note; Items!4 header-repeated", items=[[FEES, BOOKS], []])
def header_and_total_among_items() -> File:
    """On the sheet of items the header stands twice, and a total below."""
    total = ["Total", None, None, None, 10.25]
    return _sheet(["INV-1", *FEES], ["INV-1", *BOOKS], LINES, total)


@case("pending", amount=amounts(1), items=[[FEES, BOOKS]])
def sheet_in_arabic() -> File:
    """The same in Arabic, the sheet of items before that of the invoices."""
    lines = [("الرقم المرجعي", "الصنف", "سعر الوحدة", "الكمية", "مبلغ الصنف"), ["INV-1", *FEES], ["INV-1", *BOOKS]]
    heads = ("الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ")
    return "أصناف.xlsx", xlsx(lines, sheet="الأصناف", others={"الفواتير": [heads, good(1)]})


@case("pending pending", "Items!3 items-hidden")
def hidden_line() -> File:
    """A line of the sheet of items is hidden: it would stand on the customer's invoice, so it is asked about."""

    def hide(book: xlsxwriter.Workbook, sheet: Any) -> None:
        book.get_worksheet_by_name("Items").set_row(2, None, None, {"hidden": True})

    lines = [LINES, ["INV-1", *FEES], ["INV-1", *BOOKS]]
    return "items.xlsx", xlsx([HEADINGS, *goods(1, 2)], others={"Items": lines}, more=hide)


@case("pending", reference=["1001"], items=[[FEES, BOOKS]])
def references_as_numbers() -> File:
    """The reference is text on one sheet and a number on the other."""
    return _sheet([1001, *FEES], ["1001", *BOOKS], invoices=[["1001", *good(1)[1:]]])


@case(refused="there is no column “Item”")
def sheet_without_names() -> File:
    """A sheet of items whose names nobody can find."""
    return _sheet(["INV-1", "Fees", 4], headings=("Reference Number", "Thing", "Rate"))


@case(refused="has items on 2 sheets")
def two_sheets() -> File:
    """Two sheets of items."""
    items = [LINES, ["INV-1", *FEES]]
    return "items.xlsx", xlsx([HEADINGS, good(1)], others={"Items": items, "More items": items})


@case("pending duplicate pending", "A3 item-row", amount=amounts(1, 2), items=[[FEES, BOOKS], []])
def in_columns() -> File:
    """Item columns: the reference, and all else of the invoice, is repeated in each row."""
    return _columns([*good(1), *FEES], [*good(1), *BOOKS], good(2))


@case("pending duplicate", "A3 item-row", amount=amounts(1), items=[[FEES, BOOKS]])
def in_columns_first_row_filled() -> File:
    """Only the first row says whose invoice it is; the others repeat the reference."""
    return _columns([*good(1), *FEES], ["INV-1", None, None, None, *BOOKS])


@case("pending duplicate", "A3 item-row", amount=amounts(1), items=[[FEES, BOOKS]])
def in_columns_merged() -> File:
    """Reference, name, phone and amount are merged over the rows of the invoice."""

    def merge(book: xlsxwriter.Workbook, sheet: Any) -> None:
        for letter, cell in zip("ABCD", good(1), strict=True):
            sheet.merge_range(f"{letter}2:{letter}3", cell)

    empty = [None] * 4
    return _columns([*empty, *FEES], [*empty, *BOOKS], more=merge)


@case("held held", "D2 item-rows-differ; D3 item-rows-differ")
def in_columns_that_contradict() -> File:
    """The rows of one invoice say different amounts: which one is meant is not certain."""
    return _columns([*good(1), *FEES], ["INV-1", "Ali Hassan", "66100201", 99, *BOOKS])


@case("held held", "D2 item-rows-differ; D3 item-rows-differ")
def amounts_of_the_items() -> File:
    """Each row gives its own item's amount as Amount: said, and nothing is added up."""
    first, second = good(1), good(1)
    first[3], second[3] = 8, 2.25
    return _columns([*first, *FEES[:3]], [*second, *BOOKS[:3]], headings=IN_COLUMNS[:7])


@case("held held", "E2 item-row-repeated; E3 item-row-repeated")
def same_item_twice() -> File:
    """The same item in two rows, once or twice: the amount fits neither."""
    row = [*good(1)[:3], 5, "Pens", 3, 1, 3]
    return _columns(row, row)


@case("pending duplicate", "A3 item-row", items=[[["Pens", "3.000", 1, "3.000"]] * 2])
def same_item_meant_twice() -> File:
    """The same item in two rows, and the amount is that of both."""
    row = [*good(1)[:3], 6, "Pens", 3, 1, 3]
    return _columns(row, row)


@case("pending duplicate", "A3 repeat-identical", items=[[["Pens", "3.000", 1, "3.000"]]])
def same_row_twice() -> File:
    """The whole row was copied: the amount is that of one."""
    row = [*good(1)[:3], 3, "Pens", 3, 1, 3]
    return _columns(row, row)


@case("invalid invalid", "D2 items-below-amount; A3 item-bad")
def in_columns_below_the_amount() -> File:
    """Their items come to less than the invoice: both rows wait, to be mended together."""
    return _columns([*good(1), "Fees", 4, 1, 4], ["INV-1", None, None, None, *BOOKS])


@case("invalid invalid", "G3 quantity-bad; A2 item-bad")
def in_columns_a_bad_item() -> File:
    """One bad item keeps its whole invoice back."""
    return _columns([*good(1), *FEES], ["INV-1", None, None, None, "Books", 2.25, "some", None])


@case("pending duplicate", "A3 item-row", items=[[FEES, BOOKS]])
def in_columns_of_a_csv() -> File:
    """The same in a CSV file."""
    return "columns.csv", text([IN_COLUMNS, [*good(1), *FEES], [*good(1), *BOOKS]])

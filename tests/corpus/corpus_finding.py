"""Finding the table: titles, gaps, page headers, totals and notes."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from corpus_case import File, case
from corpus_files import HEADINGS, Formula, amounts, good, goods, text, xlsx


def _file(*rows: Any, **about: Any) -> File:
    return "table.xlsx", xlsx(rows, **about)


@case("pending pending", amount=amounts(1, 2))
def title_rows() -> File:
    """A company's name and a month above the header."""
    return _file(["Al Noor Trading Co."], ["Invoices for November 2026"], [], HEADINGS, *goods(1, 2))


@case("pending pending", amount=amounts(1, 2))
def merged_titles() -> File:
    """A title merged over all columns, one merged over two rows."""

    def merge(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.merge_range("A1:D1", "Al Noor Trading Co.")
        sheet.merge_range("A2:B3", "November 2026")

    return _file([], [], [], HEADINGS, *goods(1, 2), more=merge)


@case("pending pending", amount=amounts(1, 2))
def blank_rows() -> File:
    """Blank rows above, below the header and between the invoices."""
    return _file([], HEADINGS, [], good(1), [], [" ", None, "\u00a0"], good(2))


@case("pending invalid", "F8 cell-empty", amount=amounts(1))
def offset() -> File:
    """The table begins at C5: places are the sheet's own."""
    rows = [[None, None, *row] for row in (HEADINGS, good(1), [], [*good(2)[:3], None])]
    return _file([], [], [], [], *rows)


@case("pending", amount=amounts(1))
def blank_column_within() -> File:
    """A column without heading within the table, and a remark beside it."""
    head, row = list(HEADINGS), good(1)
    return _file([*head[:2], None, *head[2:]], [*row[:2], "see mail", *row[2:], None, "paid by cheque?"])


@case("pending pending pending", "4 header-repeated", amount=amounts(1, 2, 3))
def page_headers() -> File:
    """The header stands again on every printed page."""
    return _file(HEADINGS, *goods(1, 2), HEADINGS, good(3), HEADINGS)


@case("pending pending pending", "5 header-repeated", amount=amounts(1, 2, 3))
def second_block_with_the_same_header() -> File:
    """Two blocks of invoices with a gap between them, each with the header."""
    return _file(HEADINGS, *goods(1, 2), [], HEADINGS, good(3))


@case("pending pending", "5 header-other", amount=amounts(1, 2))
def another_table_below() -> File:
    """Another header below whose columns stand elsewhere, and nothing under it: what it means cannot be told."""
    return _file(HEADINGS, *goods(1, 2), [], ["Mobile Number", "Amount", "Reference Number", "Customer Name"])


@case("pending pending invalid", "5 header-other; C6 phone-unreadable; D6 amount-unreadable", amount=amounts(1, 2))
def another_table_below_with_rows() -> File:
    """The same with rows: nothing of the sheet is sent, and they are nobody's invoices."""
    other = [["Mobile Number", "Amount", "Reference Number", "Customer Name"], ["66100203", 30.25, "INV-3", "Sara"]]
    return _file(HEADINGS, *goods(1, 2), [], *other)


@case(refused="“Reference Number” (A) and “Reference Number” (F) both mean Reference Number")
def two_tables_of_invoices_side_by_side() -> File:
    """Two tables of invoices beside each other: refused, since one would be passed over."""
    return _file([*HEADINGS, None, *HEADINGS], [*good(1), None, *good(2)])


@case("pending pending", "D4 row-total", amount=amounts(1, 2))
def total_with_a_remark() -> File:
    """The row of the total says beside it how many there are."""
    return _file(HEADINGS, *goods(1, 2), ["Total", "2 invoices", None, 30.5])


@case("pending", amount=amounts(1))
def hidden_header() -> File:
    """The header's own row is hidden, and a prettier one in words drawn above it."""
    return _file(["Our customers, their phones, what they owe"], HEADINGS, good(1), hidden_rows=[2])


@case("pending pending", "D4 row-total", amount=amounts(1, 2))
def total() -> File:
    """A total in words and figures."""
    return _file(HEADINGS, *goods(1, 2), ["Total", None, None, 30.5])


@case("pending pending", "D4 row-total", amount=amounts(1, 2))
def total_as_formula() -> File:
    """The total is a formula with its result, its word stands right before it."""
    return _file(HEADINGS, *goods(1, 2), [None, None, "Grand Total (KWD):", Formula("=SUM(D2:D3)", 30.5)])


@case("pending pending", "D5 row-total", amount=amounts(1, 2))
def total_in_arabic() -> File:
    """A total in Arabic, below a gap."""
    return _file(HEADINGS, *goods(1, 2), [], ["الإجمالي", None, None, 30.5])


@case("pending pending", "D5 row-total", amount=amounts(1, 2))
def lone_total() -> File:
    """A lone number under the amounts."""
    return _file(HEADINGS, *goods(1, 2), [], [None, None, None, 30.5])


@case("pending pending pending", "D4 row-total; D6 row-total; D7 row-total", amount=amounts(1, 2, 3))
def subtotals() -> File:
    """Subtotals of groups, and the total of all."""
    rows = [*goods(1, 2), ["Subtotal", None, None, 30.5], good(3), ["Subtotal", None, None, 30.25]]
    return _file(HEADINGS, *rows, ["Grand total", None, None, 60.75])


@case("pending pending", "D4 total-differs", amount=amounts(1, 2))
def total_that_differs() -> File:
    """The total is another: a row is missing, doubled or changed, and nothing is sent."""
    return _file(HEADINGS, *goods(1, 2), ["Total", None, None, 300.5])


@case("pending pending", "B5 row-count; D6 row-total", amount=amounts(1, 2))
def count_and_total_below() -> File:
    """How many, and how much, below a gap."""
    return _file(HEADINGS, *goods(1, 2), [], ["Number of invoices", 2], ["Total amount", None, None, "30.500 KD"])


@case("pending pending", "5 row-note; 7 row-note; 8 row-note", amount=amounts(1, 2))
def signatures_below() -> File:
    """Who prepared and approved it, and a remark: no invoices."""
    notes = [["Prepared by: Huda"], [], ["Approved by", None, "_____________"], ["Sent on 22/11/2026 to the bank"]]
    return _file(HEADINGS, *goods(1, 2), [], *notes)


@case("pending pending invalid", "B4 cell-empty; C4 cell-empty; D4 cell-empty", amount=amounts(1, 2))
def note_without_gap() -> File:
    """A note right under the table may as well be a row that lacks everything: it is not passed over."""
    return _file(HEADINGS, *goods(1, 2), ["Prepared by Huda"])


@case("pending invalid pending", "A3 cell-empty; C3 cell-empty; D3 cell-empty", amount=amounts(1, 3))
def words_between_invoices() -> File:
    """Words among the invoices are a row that lacks everything, not a note."""
    return _file(HEADINGS, good(1), [None, "Hawalli branch"], good(3))


@case("pending pending", "D4 row-total", amount=amounts(1, 2))
def excel_table() -> File:
    """An Excel table with its row of totals."""

    def add(book: xlsxwriter.Workbook, sheet: Any) -> None:
        columns = [{"header": heading} for heading in HEADINGS]
        columns[0]["total_string"] = "Total"
        columns[3] |= {"total_function": "sum", "total_value": 30.5}  # type: ignore[dict-item]
        sheet.add_table("A1:D4", {"data": goods(1, 2), "columns": columns, "total_row": True})

    return _file(more=add)


@case("pending", "F1 column-unknown; G1 column-unknown; 3 rows-blank", amount=amounts(1))
def two_tables_side_by_side() -> File:
    """A list of prices stands beside the invoices, with a gap between: its columns are said, its rows are none."""
    return _file([*HEADINGS, None, "Code", "Tariff"], [*good(1), None, "A", 5], [None] * 5 + ["B", 7])


@case("pending", amount=amounts(1))
def decorated() -> File:
    """Comments, a link, a picture of a filter, frozen panes and colours change nothing."""

    def add(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write_comment("D2", "check with Ali")
        sheet.write_url("F2", "mailto:noura@example.com", string="noura@example.com")
        sheet.freeze_panes(1, 0)
        sheet.autofilter("A1:D2")
        sheet.conditional_format("D2:D9", {"type": "data_bar"})
        sheet.data_validation("D2:D9", {"validate": "decimal", "criteria": ">", "value": 0})

    return _file(HEADINGS, good(1), more=add)


@case("pending", amount=amounts(1))
def header_in_row_45() -> File:
    """A cover page above the table."""
    return _file(*[["Dear colleagues, see below"]] * 44, HEADINGS, good(1))


@case(refused="No header row was found")
def header_in_row_60() -> File:
    """Nobody looks that far; it is said that no header was found."""
    return _file(*[["."]] * 59, HEADINGS, good(1))


@case(refused="nothing stands below the header")
def no_rows() -> File:
    """A header without invoices."""
    return _file(HEADINGS)


@case(refused="row 1: there is no column “Amount”")
def header_over_two_rows() -> File:
    """A heading cut over two rows is none: said, not guessed."""
    return _file(
        ["Reference", "Customer", "Mobile", "Invoice"], ["of invoice", "of account", "of owner", "value"], good(1)
    )


@case("pending pending", "D5 row-total", amount=amounts(1, 2))
def totals_in_text() -> File:
    """The same in a CSV file, where everything is text."""
    return "table.csv", text([HEADINGS, *goods(1, 2), [], ["Total", None, None, "30.500"]])


@case("pending pending pending", amount=amounts(1, 2, 3))
def customer_called_total() -> File:
    """A customer may be called Total: its invoice is one."""
    rows = goods(1, 2, 3)
    rows[1][1] = "Total Energies Kuwait"
    return _file(HEADINGS, *rows)


@case("pending pending", "D4 total-differs", amount=amounts(1, 2))
def total_that_is_an_error() -> File:
    """The total cannot be compared: it is no number."""
    return _file(HEADINGS, *goods(1, 2), ["Total", None, None, "thirty dinars 30.5 or so"])

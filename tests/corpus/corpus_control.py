"""Control slips: what the sheet or the user says that all comes to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from corpus_case import File, case
from corpus_files import HEADINGS, Formula, amounts, good, goods, text, xlsx

from batchinvoice.invoices.asked import Asked


def _above(*titles: Any, rows: Any = None) -> File:
    return "slip.xlsx", xlsx([*titles, HEADINGS, *(rows or goods(1, 2))])


def _below(*totals: Any, rows: Any = None) -> File:
    return "slip.xlsx", xlsx([HEADINGS, *(rows or goods(1, 2)), [], *totals])


@case("pending pending", amount=amounts(1, 2))
def above_and_right() -> File:
    """A slip above the table that agrees."""
    return _above(["Number of invoices", 2, "Total KWD", 30.5], [])


@case("pending pending", "B1 count-differs; D1 total-differs", amount=amounts(1, 2))
def above_and_wrong() -> File:
    """A slip above that says three invoices over 60.750: nothing is sent."""
    return _above(["Number of invoices", 3, "Total KWD", 60.75], [])


@case("pending pending", amount=amounts(1, 2))
def above_in_one_cell() -> File:
    """Word and figure in one cell, in both languages."""
    return _above(["Total: 30.500 KD"], ["عدد الفواتير: ٢"], [])


@case("pending pending", "A1 total-differs; A2 count-differs", amount=amounts(1, 2))
def above_in_one_cell_and_wrong() -> File:
    """The same, both wrong."""
    return _above(["الإجمالي: ٣٠٠٫٥٠٠"], ["Count = 20"], [])


@case("pending pending", "A5 row-total; A6 row-count", amount=amounts(1, 2))
def below_in_one_cell() -> File:
    """Below the table in one cell."""
    return _below(["Total: 30.500"], ["No. of invoices: 2"])


@case("pending pending", "A5 total-differs", amount=amounts(1, 2))
def below_in_one_cell_and_wrong() -> File:
    """Below the table, another total."""
    return _below(["Total: 1,234.500"])


@case("pending pending", "D5 row-total", amount=("1000.000", "234.000"))
def total_with_thousands() -> File:
    """A total as text that could be read in two ways is compared by the likelier one."""
    rows = [[*good(1)[:3], "1000"], [*good(2)[:3], "234"]]
    return _below(["Total", None, None, "1,234"], rows=rows)


@case("pending invalid", "D3 amount-unreadable; D5 total-unsure", amount=amounts(1))
def unreadable_amounts() -> File:
    """One amount cannot be read, so that the total cannot be compared: nothing is sent."""
    return _below(["Total", None, None, 30.5], rows=[good(1), [*good(2)[:3], "about 20"]])


@case("pending invalid", "C3 cell-empty; D5 row-total", amount=amounts(1))
def bad_row_with_a_good_amount() -> File:
    """A row that cannot be sent still belongs to the total."""
    return _below(["Total", None, None, 30.5], rows=[good(1), [*good(2)[:2], None, 20.25]])


@case("pending duplicate", "A3 repeat-identical; D5 total-differs", amount=("10.250", "10.250"))
def repeats_in_the_total() -> File:
    """A row that is there twice is twice in the sheet's sum, but is sent once: the slip is there to say so."""
    return _below(["Total", None, None, 20.5], rows=[good(1), good(1)])


@case("pending duplicate", "A3 item-row; D5 row-total", amount=amounts(1))
def items_in_rows_counted_once() -> File:
    """An invoice of two rows counts once in a total of invoices."""
    rows = [[*good(1), "Fees", 8], [*good(1), "Books", 2.25]]
    return "slip.xlsx", xlsx([[*HEADINGS, "Item", "Item Rate"], *rows, [], ["Total", None, None, 10.25]])


@case("pending duplicate", "A3 item-row; D5 row-total", amount=amounts(1))
def items_in_rows_as_excel_adds() -> File:
    """The same, and SUM has added what is written in both rows."""
    rows = [[*good(1), "Fees", 8], [*good(1), "Books", 2.25]]
    total = ["Total", None, None, Formula("=SUM(D2:D3)", 20.5)]
    return "slip.xlsx", xlsx([[*HEADINGS, "Item", "Item Rate"], *rows, [], total])


@case("pending pending", asked=Asked(count=2, total=Decimal("30.5")), amount=amounts(1, 2))
def expected() -> File:
    """`--expect-count 2 --expect-total 30.500`."""
    return _above()


@case(
    "pending pending",
    "count-differs; total-differs",
    asked=Asked(count=3, total=Decimal("30.499")),
    amount=amounts(1, 2),
)
def expected_otherwise() -> File:
    """One invoice more, one fils less."""
    return _above()


@case("pending invalid", "D3 amount-ambiguous; total-unsure", asked=Asked(count=2, total=Decimal("1244.250")))
def expected_and_unreadable() -> File:
    """What the user expects cannot be compared while an amount is open."""
    return _above(rows=[good(1), [*good(2)[:3], "1,234"]])


@case("pending", asked=Asked(count=1, total=Decimal("10.250")), amount=amounts(1))
def expected_of_a_csv() -> File:
    """The same for a CSV file."""
    return "slip.csv", text([HEADINGS, good(1)])


@case("pending pending", "D4 row-total-unread", amount=amounts(1, 2))
def total_is_never_stored() -> File:
    """The total is a formula that was never worked out: it says nothing that could be compared, but is no invoice."""
    return "slip.xlsx", xlsx([HEADINGS, *goods(1, 2), ["Total", None, None, Formula("=SUM(D2:D3)")]])

"""Hidden rows, filters and hidden columns: counted, said, and never invoiced without an answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import xlsxwriter
from corpus_case import File, case
from corpus_files import HEADINGS, amounts, book_of, changed, good, goods, xlsx

from batchinvoice.invoices.asked import Asked, Hidden

SKIP, INCLUDE = Asked(hidden=Hidden.SKIP), Asked(hidden=Hidden.INCLUDE)
ROWS = [HEADINGS, *goods(1, 2, 3, 4)]


def _hidden(*rows: int, content: Any = ROWS, **about: Any) -> File:
    return "hidden.xlsx", xlsx(content, hidden_rows=rows, **about)


@case("pending pending pending pending", "3 rows-hidden", amount=amounts(1, 2, 3, 4))
def asked() -> File:
    """Nobody said what is to be done: a question, which keeps all from being sent."""
    return _hidden(3, 4)


@case("pending pending", "3 hidden-skipped", asked=SKIP, amount=amounts(1, 4))
def skipped() -> File:
    """`--skip-hidden`."""
    return _hidden(3, 4)


@case("pending pending pending pending", "3 hidden-included", asked=INCLUDE, amount=amounts(1, 2, 3, 4))
def included() -> File:
    """`--include-hidden`."""
    return _hidden(3, 4)


def _filter(book: xlsxwriter.Workbook, sheet: Any) -> None:
    sheet.autofilter("A1:D5")
    sheet.filter_column("B", "x == Badr")
    for row in (1, 2, 4):
        sheet.set_row(row, None, None, {"hidden": True})


@case("pending pending pending pending", "2 rows-hidden", amount=amounts(1, 2, 3, 4))
def filtered() -> File:
    """A filter shows one customer only: the others would go along."""
    return _hidden(more=_filter)


@case("pending", "2 hidden-skipped", asked=SKIP, amount=amounts(3))
def filtered_and_skipped() -> File:
    """The same, and only what is seen is meant."""
    return _hidden(more=_filter)


@case("pending pending", amount=amounts(1, 2))
def filter_that_hides_nothing() -> File:
    """A filter that is only switched on."""
    return _hidden(content=ROWS[:3], more=lambda book, sheet: sheet.autofilter("A1:D3"))


@case("pending pending pending pending", "3 rows-hidden")
def collapsed_group() -> File:
    """A group of rows that is folded away."""

    def fold(book: xlsxwriter.Workbook, sheet: Any) -> None:
        for row in (2, 3):
            sheet.set_row(row, None, None, {"level": 1, "hidden": True})
        sheet.set_row(4, None, None, {"collapsed": True})

    return _hidden(more=fold)


@case("pending pending pending pending", "3 rows-hidden")
def row_of_no_height() -> File:
    """A row that was drawn to nothing is as hidden as any."""
    content = changed(xlsx(ROWS), (b'<row r="3"', b'<row ht="0" customHeight="1" r="3"'))
    return "flat.xlsx", content


@case("pending pending", amount=amounts(1, 2))
def hidden_empty_rows() -> File:
    """Hidden rows that hold nothing concern nobody."""
    return _hidden(4, 5, 6, content=ROWS[:3])


@case("pending", "D3 row-total", amount=amounts(1))
def hidden_total() -> File:
    """A hidden total is no invoice."""
    return _hidden(3, content=[HEADINGS, good(1), ["Total", None, None, 10.25]])


@case("pending duplicate", "A3 repeat-identical", amount=("10.250", "10.250"))
def hidden_repeat() -> File:
    """A hidden row that repeats another would not be invoiced: no question."""
    return _hidden(3, content=[HEADINGS, good(1), good(1)])


@case("pending invalid", "D3 amount-unreadable", amount=amounts(1))
def hidden_bad_row() -> File:
    """A hidden row that cannot be sent is said for what it is, and asks nothing."""
    return _hidden(3, content=[HEADINGS, good(1), [*good(2)[:3], "later"]])


@case("pending pending pending", "D6 row-total; 3 hidden-skipped", asked=SKIP, amount=amounts(1, 3, 4))
def total_of_what_is_shown() -> File:
    """The total below is that of the visible rows (SUBTOTAL), as Excel works it out under a filter."""
    return _hidden(3, content=[*ROWS, ["Total", None, None, 80.75]])


@case("pending pending pending", "D6 row-total; 3 hidden-skipped", asked=SKIP, amount=amounts(1, 3, 4))
def total_of_all() -> File:
    """The total below is that of all rows, the hidden one among them."""
    return _hidden(3, content=[*ROWS, ["Total", None, None, 101.0]])


@case(
    "pending pending pending",
    "3 hidden-skipped",
    asked=Asked(hidden=Hidden.SKIP, count=3, total=Decimal("80.750")),
    amount=amounts(1, 3, 4),
)
def control_slip_of_what_goes() -> File:
    """What the user expects is what goes, without the rows that were left out."""
    return _hidden(3)


@case("pending pending", "D1 column-hidden", amount=amounts(1, 2))
def hidden_amounts() -> File:
    """The amounts are hidden: used, and said."""
    return _hidden(content=ROWS[:3], hidden_columns=[4])


@case("pending", "E1 column-unknown", amount=amounts(1))
def hidden_unknown_column() -> File:
    """A hidden column that is not used anyway."""
    return _hidden(content=[[*HEADINGS, "Cost"], good(1, 7)], hidden_columns=[5])


@case("pending pending pending pending", "3 rows-hidden")
def hidden_by_a_filter_in_ods() -> File:
    """LibreOffice keeps apart what a filter hides; it is hidden all the same."""
    return "filter.ods", book_of("ods", ROWS, filtered_rows=[3])

"""The control slip: what the sheet and the user say that the rows come to, to the fils, or nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from table_making import GOOD, RULES

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.check import Checked, check
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.table import Cell, Table

ROWS: list[list[Cell]] = [
    ["INV-1", "Noura", "66666666", 5.125],
    ["INV-2", "Ali", "66666667", 7.5],
    ["INV-3", "Badr", "66666668", 0.375],
]


def checked(
    *below: Sequence[Cell],
    rows: Sequence[Sequence[Cell]] = ROWS,
    above: Sequence[Sequence[Cell]] = (),
    hidden: frozenset[int] = frozenset(),
    asked: Asked = Asked(),  # noqa: B008
) -> Checked:
    every = [*rows, *below]
    numbers = range(10, 10 + len(every))
    slip = list(enumerate(above, 1))
    return check(Table("S", tuple(GOOD), numbers, every, 9, hidden=hidden, above=slip), None, RULES, asked)


def stops(found: Checked) -> list[tuple[str, str]]:
    return [(str(issue.code), issue.place.cell) for issue in found.stops]


def total(amount: Cell) -> list[Cell]:
    return ["Total", None, None, amount]


@pytest.mark.parametrize("amount", [13, 13.0, "13.000", "KD 13", "١٣٫٠٠٠"])
def test_a_total_that_agrees_is_said_and_stops_nothing(amount: Cell) -> None:
    found = checked(total(amount))
    assert stops(found) == []
    assert [(note.code, note.params["row"], note.params["value"]) for note in found.notes] == [
        (Code.ROW_TOTAL, "13", "13.000")
    ]
    assert len(found.rows) == 3


@pytest.mark.parametrize("amount", [13.001, 12.999, "12,999", "about 13", 0])
def test_a_total_that_differs_by_one_fils_stops(amount: Cell) -> None:
    found = checked(total(amount))
    assert stops(found) == [("total-differs", "D13")]
    assert found.stops[0].params["amount"] == "13.000"


def test_the_difference_is_told_with_its_sign() -> None:
    [issue] = checked(total(13.5)).stops
    assert issue.params | {} == {"said": "sheet", "value": "13.500", "amount": "13.000", "difference": "-0.500"}


def test_subtotals_and_their_total() -> None:
    rows = [ROWS[0], total(5.125), *ROWS[1:], total(7.875), ["Grand total", None, None, 13]]
    assert stops(checked(rows=rows)) == []
    wrong = [ROWS[0], total(5.125), *ROWS[1:], total(7.874)]
    assert stops(checked(rows=wrong)) == [("total-differs", "D14")]


def test_an_amount_that_cannot_be_read_leaves_the_total_open() -> None:
    rows = [*ROWS[:2], ["INV-3", "Badr", "66666668", "12.3456"]]
    found = checked(total(13), rows=rows)
    assert stops(found) == [("total-unsure", "D13")]
    assert found.stops[0].params["rows"] == "12"


def test_a_total_made_of_amounts_as_they_were_probably_meant_agrees() -> None:
    rows = [*ROWS[:2], ["INV-3", "Badr", "66666668", "1,234"]]
    assert stops(checked(total(1246.625), rows=rows)) == []
    assert stops(checked(total(13.859), rows=rows)) == [("total-unsure", "D13")]
    assert stops(checked(total(12.625), rows=rows)) == [("total-unsure", "D13")]


def test_a_row_that_is_there_twice_counts_once_and_a_slip_says_so() -> None:
    rows = [ROWS[0], ROWS[0], ROWS[1]]
    assert stops(checked(total(12.625), rows=rows)) == []
    [issue] = checked(total(17.75), rows=rows).stops
    assert (issue.code, issue.params["repeated"]) == (Code.TOTAL_DIFFERS, "11")
    assert "the rows 11 repeat others" in issue.message
    twice = Asked(count=3, total=Decimal("17.750"))
    assert [i.code for i in checked(rows=rows, asked=twice).stops] == [Code.COUNT_DIFFERS, Code.TOTAL_DIFFERS]
    assert checked(rows=rows, asked=Asked(count=2, total=Decimal("12.625"))).stops == []


def test_what_the_user_says_counts_for_more_than_what_the_sheet_says() -> None:
    above = [["Total", 620.5], ["Number of invoices", 4]]
    assert stops(checked(above=above, asked=Asked(total=Decimal(13)))) == [("count-differs", "B2")]
    found = checked(above=above, asked=Asked(total=Decimal(13), count=3))
    assert found.stops == []
    assert [note.code for note in found.notes] == [Code.SLIP_OVERRULED, Code.SLIP_OVERRULED]
    assert [i.code for i in checked(above=above[:1], asked=Asked(total=Decimal(12))).stops] == [
        Code.TOTAL_DIFFERS,
        Code.TOTAL_DIFFERS,
    ]


def test_a_sum_of_something_else_is_no_slip() -> None:
    assert stops(checked(["Total paid", None, None, 5], ["Total outstanding", None, None, 8])) == []


def test_many_totals_are_compared_at_once() -> None:
    rows = [row for n in range(3000) for row in ([f"INV-{n}", "Noura", "66666666", 5.125], total(5.125))]
    assert stops(checked(rows=rows)) == []


def test_the_slip_above_the_header() -> None:
    agrees = [["Total amount", 13], ["Number of invoices", "3"]]
    assert stops(checked(above=agrees)) == []
    differs = [["Total amount", 13.5], ["Number of invoices", "4"]]
    assert stops(checked(above=differs)) == [("total-differs", "B1"), ("count-differs", "B2")]


def test_a_count_below() -> None:
    assert [note.code for note in checked(["Count", 3, None, None]).notes] == [Code.ROW_COUNT]
    assert stops(checked(["Count", 4, None, None])) == [("count-differs", "B13")]
    assert stops(checked(["عدد الفواتير", "كثير ٢", None, None])) == [("count-differs", "B13")]


@pytest.mark.parametrize(
    ("count", "amount", "codes"),
    [
        (3, "13.000", []),
        (4, None, ["count-differs"]),
        (None, "13.001", ["total-differs"]),
        (0, "0", ["count-differs", "total-differs"]),
    ],
)
def test_what_the_user_expects(count: int | None, amount: str | None, codes: list[str]) -> None:
    asked = Asked(count=count, total=Decimal(amount) if amount else None)
    found = checked(asked=asked)
    assert [str(issue.code) for issue in found.stops] == codes
    assert all(issue.params["said"] == "asked" for issue in found.stops)


def test_what_the_user_expects_where_an_amount_cannot_be_read() -> None:
    rows = [*ROWS[:2], ["INV-3", "Badr", "66666668", "1,234"]]
    assert [i.code for i in checked(rows=rows, asked=Asked(total=Decimal(13))).stops] == [Code.TOTAL_UNSURE]


@pytest.mark.parametrize(("amount", "fits"), [(5.5, True), (13, True), (13.1, False), (7.5, False)])
def test_a_total_may_speak_of_all_rows_or_of_those_that_are_shown(amount: float, fits: bool) -> None:
    found = checked(total(amount), hidden=frozenset({11}), asked=Asked(hidden=Hidden.SKIP))
    assert (stops(found) == []) == fits


def test_the_user_speaks_of_the_rows_that_are_to_go() -> None:
    without = Asked(hidden=Hidden.SKIP, count=2, total=Decimal("5.500"))
    found = checked(hidden=frozenset({11}), asked=without)
    assert stops(found) == []
    assert [(note.code, note.params["rows"], note.params["amount"]) for note in found.notes] == [
        (Code.HIDDEN_SKIPPED, "11", "7.500")
    ]
    assert [row.row for row in found.rows] == [10, 12]
    everything = Asked(hidden=Hidden.INCLUDE, count=3, total=Decimal(13))
    assert stops(checked(hidden=frozenset({11}), asked=everything)) == []


def test_hidden_rows_are_a_question_if_they_would_be_invoiced() -> None:
    assert stops(checked(hidden=frozenset({11, 12}))) == [("rows-hidden", "11")]
    bad = [ROWS[0], ["INV-2", "Ali", None, 7.5]]
    assert stops(checked(rows=bad, hidden=frozenset({11}))) == []
    assert stops(checked(total(13), hidden=frozenset({13}))) == []


def test_rows_that_are_left_out_hold_back_no_others() -> None:
    rows = [ROWS[0], [*ROWS[0][:3], 6]]
    found = checked(rows=rows, hidden=frozenset({11}), asked=Asked(hidden=Hidden.SKIP))
    assert [(row.row, str(row.status)) for row in found.rows] == [(10, "pending")]


def test_what_the_sheet_says_of_its_shown_rows_agrees_while_the_hidden_ones_are_asked_about() -> None:
    slip = [["Number of invoices", 2]]
    hidden = frozenset({11})
    asked = checked(total(5.5), above=slip, hidden=hidden)
    assert [code for code, _ in stops(asked)] == [Code.ROWS_HIDDEN]
    included = checked(total(5.5), above=slip, hidden=hidden, asked=Asked(hidden=Hidden.INCLUDE))
    assert [code for code, _ in stops(included)] == [Code.COUNT_DIFFERS, Code.TOTAL_DIFFERS]

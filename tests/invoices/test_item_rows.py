"""Items in columns, the reference repeated: one invoice of several rows, or none at all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from table_making import GOOD, Row, said, table

from batchinvoice.invoices.check import Checked, check
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell

PENDING, DUPLICATE, HELD, INVALID = RowStatus.PENDING, RowStatus.DUPLICATE, RowStatus.HELD, RowStatus.INVALID
RULES = Rules("842217", dt.date(2026, 11, 22))
PEN: Row = {"Item": "Pen", "Item Rate": 80, "Item Quantity": 1}
INK: Row = {"Item": "Ink", "Item Rate": "100.000", "Item Quantity": 2}
NOTHING: Row = dict.fromkeys(GOOD)


def of(*rows: Row) -> Checked:
    return check(table(*rows), None, RULES)


def statuses(checked: Checked) -> list[RowStatus]:
    return [row.status for row in checked.rows]


def items(checked: Checked, row: int = 0) -> list[tuple[str, Decimal, int, Decimal]]:
    invoice = checked.rows[row].invoice
    assert invoice is not None, [issue.message for issue in checked.issues]
    return [(item.title, item.rate, item.quantity, item.amount) for item in invoice.items]


BOTH = [("Pen", Decimal(80), 1, Decimal(80)), ("Ink", Decimal(100), 2, Decimal(200))]


def test_what_each_row_repeats_is_one_invoice() -> None:
    checked = of(GOOD | PEN, GOOD | INK)
    assert statuses(checked) == [PENDING, DUPLICATE]
    assert items(checked) == BOTH
    assert said(checked.rows[1].issues) == [("A3", "item-row")]
    assert [row.amount for row in checked.rows] == [Decimal(280), Decimal(0)]


def test_what_only_the_first_row_says_holds_for_all() -> None:
    rest = NOTHING | {"Reference Number": "INV-1"}
    checked = of(GOOD | {"Expiry Date": "2026-12-31", "Delivery": "link"} | PEN, rest | INK)
    assert statuses(checked) == [PENDING, DUPLICATE]
    assert items(checked) == BOTH


def test_a_first_row_without_an_item_and_what_a_later_row_alone_says() -> None:
    first = GOOD | {"Email": None, **dict.fromkeys(PEN)}
    checked = of(first, GOOD | {"Email": "a@example.com"} | PEN, GOOD | INK)
    assert statuses(checked) == [PENDING, DUPLICATE, DUPLICATE]
    assert items(checked) == BOTH
    assert checked.rows[0].invoice
    assert checked.rows[0].invoice.email == "a@example.com"


@pytest.mark.parametrize(
    ("change", "cell", "fields"),
    [
        ({"Amount": 281}, "D2", "amount"),
        ({"Customer Name": "Ali"}, "B2", "customer"),
        ({"Mobile Number": "66666667", "Amount": 281}, "C2", "mobile,amount"),
    ],
)
def test_rows_that_contradict_each_other_are_held(change: Row, cell: str, fields: str) -> None:
    checked = of(GOOD | PEN, GOOD | INK | change)
    assert statuses(checked) == [HELD, HELD]
    assert said(checked.rows[0].issues)[0] == (cell, "item-rows-differ")
    assert checked.rows[0].issues[0].params["rows"] == "2–3"
    assert set(checked.rows[0].issues[0].params["fields"].split(",")) == set(fields.split(","))


@pytest.mark.parametrize("amount", [50, 100])
def test_an_amount_that_each_line_repeats_may_be_that_of_a_line(amount: Cell) -> None:
    rows = [GOOD | {"Amount": amount, "Item": name, "Item Rate": 50} for name in ("Desk", "Chair")]
    checked = of(*rows)
    if amount == 100:
        assert statuses(checked) == [PENDING, DUPLICATE]
    else:
        assert statuses(checked) == [HELD, HELD]
        assert said(checked.rows[1].issues) == [("D3", "item-rows-total")]
        assert checked.rows[0].issues[0].proposal == "100.000"


def test_items_of_more_than_the_amount_are_said() -> None:
    rest = NOTHING | {"Reference Number": "INV-1"}
    checked = of(GOOD | {"Amount": 250} | PEN, rest | INK)
    assert statuses(checked) == [PENDING, DUPLICATE]
    assert said(checked.rows[0].issues) == [("D2", "items-above-amount")]


def test_an_item_alone_costs_what_the_invoice_does() -> None:
    assert items(of(GOOD | {"Item": "Pen", "Item Quantity": 2})) == [("Pen", Decimal(140), 2, Decimal(280))]
    assert items(of(GOOD | {"Item": "Pen"})) == [("Pen", Decimal(280), 1, Decimal(280))]


def test_a_number_of_pieces_without_a_name_is_no_item() -> None:
    checked = of(GOOD | {"Qty": 3})
    assert statuses(checked) == [PENDING]
    assert [str(note.code) for note in checked.notes] == ["column-unknown"]


def test_a_bad_row_keeps_all_rows_of_its_invoice_back_and_no_other() -> None:
    other = GOOD | {"Reference Number": "INV-2", "Mobile Number": "66666667"}
    checked = of(GOOD | PEN, GOOD | INK | {"Item Rate": "1,234"}, other | PEN | {"Item Rate": 280})
    assert statuses(checked) == [INVALID, INVALID, PENDING]
    assert said(checked.rows[0].issues) == [("A2", "item-bad")]
    assert said(checked.rows[1].issues) == [("F3", "amount-ambiguous")]


def test_what_all_rows_lack_is_said_once() -> None:
    checked = of(GOOD | PEN | {"Customer Name": None}, GOOD | INK | {"Customer Name": None})
    assert statuses(checked) == [INVALID, INVALID]
    assert [said(row.issues) for row in checked.rows] == [[("B2", "cell-empty")], [("A3", "item-bad")]]


def test_items_that_come_to_less_than_the_amount() -> None:
    checked = of(GOOD | PEN, GOOD | INK | {"Item Quantity": 1})
    assert statuses(checked) == [INVALID, INVALID]
    assert ("D2", "items-below-amount") in said(checked.rows[0].issues)


@pytest.mark.parametrize(
    ("amount", "expected", "count"),
    [(80, [PENDING, DUPLICATE], 1), (160, [PENDING, DUPLICATE], 2), (100, [HELD, HELD], 0)],
)
def test_the_same_item_twice_is_what_the_amount_says(amount: Cell, expected: list[RowStatus], count: int) -> None:
    checked = of(GOOD | PEN | {"Amount": amount}, GOOD | PEN | {"Amount": amount})
    assert statuses(checked) == expected
    if count:
        assert len(items(checked)) == count
        assert said(checked.rows[1].issues) == [("A3", "repeat-identical" if count == 1 else "item-row")]
    else:
        assert [said(row.issues) for row in checked.rows] == [
            [("E2", "item-row-repeated")],
            [("E3", "item-row-repeated")],
        ]


def test_amounts_that_contradict_each_other_are_all_counted() -> None:
    checked = of(GOOD | PEN, GOOD | INK | {"Amount": 281})
    assert [row.amount for row in checked.rows] == [Decimal(280), Decimal(281)]


def test_one_row_without_an_item_is_no_further_item() -> None:
    first, second = GOOD | PEN | {"Item Rate": 280}, GOOD | INK | {"Item Rate": 140}
    assert statuses(of(first, second, GOOD | dict.fromkeys(PEN))) == [HELD, HELD, HELD]


def test_rows_without_items_are_repeats_as_before() -> None:
    assert statuses(of(GOOD, GOOD)) == [PENDING, DUPLICATE]
    assert statuses(of(GOOD | PEN | {"Item Rate": 280}, GOOD)) == [HELD, HELD]


def test_an_old_sheet_keeps_its_invoice_so_that_it_can_be_seen_to_be_sent() -> None:
    past = {"Expiry Date": "2020-01-31"}
    checked = of(GOOD | PEN | past, GOOD | INK | past)
    assert statuses(checked) == [INVALID, DUPLICATE]
    assert items(checked) == BOTH


@pytest.mark.parametrize(
    ("item", "rate"),
    [
        ({"Item Rate": None, "Item Amount": 280}, "280.000"),
        ({"Item Rate": None, "Item Quantity": 7, "Item Amount": "280"}, "40.000"),
    ],
)
def test_a_rate_is_worked_out_where_it_is_certain(item: Row, rate: str) -> None:
    assert items(of(GOOD | {"Item": "Pen", "Item Quantity": None} | item))[0][1] == Decimal(rate)


def test_a_rate_that_is_no_whole_number_of_fils_is_asked_for() -> None:
    [row] = of(GOOD | {"Item": "Pen", "Item Rate": None, "Item Quantity": 3, "Item Amount": 280}).rows
    assert said(row.issues) == [("F2", "item-incomplete")]

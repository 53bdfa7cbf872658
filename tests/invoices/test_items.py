"""Items: rate times quantity to the fils, each belonging to an invoice, none passed over."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_making import Row, said, sheet

from batchinvoice.invoices.check import Checked
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.invoice import Item
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.table import Broken, Cell

PHONE = {"Reference Number": "INV-1", "Item": "Iphone", "Item Rate": "120.000", "Item Quantity": "1"}
PHONE_13 = {"Reference Number": "INV-1", "Item": "Iphone 13", "Item Rate": 160, "Item Amount": 160}


def with_items(*items: Row, amount: Cell = "280.000") -> Checked:
    return sheet({"Amount": amount}, {}, items=items)


def test_items_of_their_own_sheet_go_to_their_invoice_in_their_order() -> None:
    first, second = with_items(PHONE, PHONE_13).rows
    assert first.invoice
    assert first.invoice.items == (
        Item("Iphone", Decimal("120.000"), 1, Decimal("120.000")),
        Item("Iphone 13", Decimal("160.000"), 1, Decimal("160.000")),
    )
    assert second.invoice
    assert second.invoice.items == ()


def test_a_reference_is_the_same_as_number_and_as_text() -> None:
    [row] = sheet(
        {"Reference Number": 1001.0}, items=({"Reference Number": "١٠٠١", "Item": "A", "Item Rate": 280},)
    ).rows
    assert row.invoice
    assert len(row.invoice.items) == 1


def test_an_item_beside_its_invoice() -> None:
    beside: Row = {"Item": "Pen", "Item Rate": "0.250", "Item Quantity": 2, "Amount": "0.500"}
    row, other = sheet(beside, {}).rows
    assert row.invoice
    assert row.invoice.items == (Item("Pen", Decimal("0.250"), 2, Decimal("0.500")),)
    assert other.invoice
    assert other.invoice.items == ()


def test_items_of_both_places_are_taken_together() -> None:
    [row] = sheet({"Item": "Pen", "Item Rate": "160.000"}, items=(PHONE,)).rows
    assert row.invoice
    assert [item.title for item in row.invoice.items] == ["Iphone", "Pen"]


@pytest.mark.parametrize(
    ("change", "cell", "code"),
    [
        ({"Item Rate": None, "Item Amount": None}, "C2", Code.ITEM_INCOMPLETE),
        ({"Item Rate": None, "Item Quantity": 3}, "C2", Code.ITEM_INCOMPLETE),
        ({"Item": None}, "B2", Code.ITEM_INCOMPLETE),
        ({"Item": None, "Item Rate": None, "Item Quantity": None, "Item Amount": None}, "B2", Code.ITEM_INCOMPLETE),
        ({"Item Rate": "-1"}, "C2", Code.AMOUNT_NOT_POSITIVE),
        ({"Item Rate": "1,234"}, "C2", Code.AMOUNT_AMBIGUOUS),
        ({"Item Rate": 0.0005}, "C2", Code.AMOUNT_DECIMALS),
        ({"Item Quantity": "1.5"}, "D2", Code.QUANTITY_BAD),
        ({"Item Quantity": 0}, "D2", Code.QUANTITY_BAD),
        ({"Item Amount": "280.001"}, "E2", Code.ITEM_AMOUNT_DIFFERS),
        ({"Item Amount": Broken("#REF!")}, "E2", Code.CELL_ERROR),
        ({"Item": "x" * 251}, "B2", Code.TEXT_LONG),
    ],
)
def test_a_bad_item_is_found_at_its_cell_and_holds_back_its_invoice_alone(change: Row, cell: str, code: Code) -> None:
    good: Row = {"Reference Number": "INV-1", "Item": "A", "Item Rate": 280, "Item Quantity": 1, "Item Amount": 280}
    checked = with_items(good | change)
    [line] = checked.item_lines
    assert said(line.issues) == [(cell, code)]
    assert line.issues[0].place.sheet == "Items"
    assert line.item is None
    assert [row.status for row in checked.rows] == [RowStatus.INVALID, RowStatus.PENDING]
    assert Code.ITEM_BAD in [issue.code for issue in checked.rows[0].issues]
    assert "sheet Items, row 2" in next(i for i in checked.rows[0].issues if i.code is Code.ITEM_BAD).message


def test_a_bad_item_beside_its_invoice_is_found_at_its_cell() -> None:
    [row] = sheet({"Item": "Pen", "Item Rate": 280, "Item Amount": 281}).rows
    assert said(row.issues) == [("G2", "item-amount-differs")]
    assert row.issues[0].message == "The item's amount is 281.000, but rate × quantity is 280.000."


def test_items_of_less_than_the_amount() -> None:
    checked = with_items(PHONE, amount="280.001")
    [issue] = checked.rows[0].issues
    assert (issue.code, issue.place.cell) == (Code.ITEMS_BELOW_AMOUNT, "D2")
    assert issue.message == "The items come to 120.000 KWD, less than the invoice's 280.001 KWD."


@pytest.mark.parametrize("amount", ["280.000", "279.999"])
def test_items_of_as_much_or_more(amount: str) -> None:
    assert with_items(PHONE, PHONE_13, amount=amount).rows[0].status is RowStatus.PENDING


def test_an_item_of_no_invoice() -> None:
    checked = with_items(PHONE | {"Reference Number": "INV-100"}, PHONE | {"Reference Number": None})
    assert said(checked.issues) == [("A2", "item-orphan"), ("A3", "cell-empty")]


def test_a_line_with_two_faults_has_two_issues() -> None:
    checked = with_items({"Reference Number": None, "Item": "A", "Item Rate": "x"})
    assert sorted(said(checked.issues)) == [("A2", "cell-empty"), ("C2", "amount-unreadable")]


def test_a_free_item_and_one_without_quantity() -> None:
    free: Row = {"Reference Number": "INV-1", "Item": "Gift", "Item Rate": 0}
    [row, _] = with_items(PHONE, PHONE_13, free).rows
    assert row.invoice
    assert row.invoice.items[-1] == Item("Gift", Decimal("0.000"), 1, Decimal("0.000"))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.decimals(0, 1000, places=3), st.integers(1, 500), st.booleans()), min_size=1, max_size=6))
def test_rate_times_quantity_is_exact(lines: list[tuple[Decimal, int, bool]]) -> None:
    items: list[Row] = [
        {
            "Reference Number": "INV-1",
            "Item": f"No {n}",
            "Item Rate": float(rate),
            "Item Quantity": float(quantity),
            "Item Amount": float(rate * quantity) if stated else None,
        }
        for n, (rate, quantity, stated) in enumerate(lines)
    ]
    checked = with_items(*items, amount="0.001")
    total = sum(rate * quantity for rate, quantity, _ in lines)
    assert [line.issues for line in checked.item_lines] == [()] * len(lines)
    [row, _] = checked.rows
    assert (row.invoice is None) == (total < Decimal("0.001"))
    if row.invoice:
        assert sum(item.amount for item in row.invoice.items) == total


def test_an_invoice_does_not_go_without_an_item_whose_reference_was_written_in_another_way() -> None:
    rows = [{"Amount": 5}, {"Amount": 5}]
    lost: Row = {"Reference Number": "inv 0001", "Item": "Pen", "Item Rate": 5}
    checked = sheet(*rows, items=(lost,))
    assert [row.status for row in checked.rows] == [RowStatus.INVALID, RowStatus.PENDING]
    assert said(checked.rows[0].issues) == [("A2", "item-bad")]
    assert said(checked.item_lines[0].issues) == [("A2", "item-orphan")]

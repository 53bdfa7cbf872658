"""What the settings, a heading or the workbook say of figures: used where the cells are read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from table_making import GOOD, RULES, said, sheet, table

from batchinvoice.invoices.check import check
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.invoices.table import Cell

DMY, MDY = DateOrder


@pytest.mark.parametrize(
    ("heading", "order", "expires"),
    [
        ("Expiry Date", None, None),
        ("Expiry Date", DMY, dt.date(2027, 4, 3)),
        ("Expiry Date", MDY, dt.date(2027, 3, 4)),
        ("Expiry Date (dd/mm/yyyy)", None, dt.date(2027, 4, 3)),
        ("Expiry Date (dd/mm/yyyy)", MDY, dt.date(2027, 4, 3)),
        ("Expiry Date (mm/dd/yyyy)", DMY, dt.date(2027, 3, 4)),
        ("تاريخ الانتهاء (يوم/شهر/سنة)", MDY, dt.date(2027, 4, 3)),
    ],
)
def test_the_heading_says_the_order_before_the_settings_do(
    heading: str, order: DateOrder | None, expires: dt.date | None
) -> None:
    [row] = sheet({heading: "3/4/2027"}, rules=replace(RULES, date_order=order)).rows
    assert (row.invoice.expires if row.invoice else None) == expires
    assert [code for _, code in said(row.issues)] == ([] if expires else ["date-ambiguous"])


@pytest.mark.parametrize(("cell", "amount"), [("1,234", "1.234"), ("1.234", "1234.000"), (1.234, "1.234")])
def test_a_declared_decimal_mark_is_that_of_text_alone(cell: Cell, amount: str) -> None:
    items = ({"Reference Number": "INV-1", "Item": "Fees", "Item Rate": cell},)
    [row] = sheet({"Amount": cell}, items=items, rules=replace(RULES, decimal_mark=",")).rows
    assert row.amount == Decimal(amount)
    assert row.invoice is not None
    assert [str(item.rate) for item in row.invoice.items] == [amount]


def test_a_bare_number_is_a_date_unless_the_workbook_counts_from_1904() -> None:
    one = table(GOOD | {"Expiry Date": 46387.0})
    [row] = check(one, None, RULES).rows
    assert row.invoice is not None
    assert row.invoice.expires == dt.date(2026, 12, 31)
    [row] = check(replace(one, serial_dates=False), None, RULES).rows
    assert [code for _, code in said(row.issues)] == ["date-serial"]


def test_an_issue_says_how_an_amount_is_written_where_a_comma_is_declared() -> None:
    [row] = sheet({"Amount": "12.5"}, rules=replace(RULES, decimal_mark=",")).rows
    assert "as 120,500 (perhaps 12,500)" in row.issues[0].remedy


def test_a_comma_before_the_fils_in_one_cell_puts_the_points_of_its_column_in_doubt() -> None:
    amounts = ["1.250,000", "1.500", "12.50", "1500", 1.5]
    rows = [row.issues for row in sheet(*({"Amount": amount} for amount in amounts)).rows]
    assert [[str(issue.code) for issue in issues] for issues in rows][1:] == [["amount-ambiguous"], [], [], []]
    assert "(1500.000 or 1.500)" in rows[1][0].message
    alone = sheet(*({"Amount": amount} for amount in amounts[1:])).rows
    assert not alone[0].issues

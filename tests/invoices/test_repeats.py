"""Rows that speak of the same invoice: identical repeats count once, rows that differ wait for a person."""

from __future__ import annotations

from table_making import Row, said, sheet

from batchinvoice.invoices.check import Checked
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.lifecycle import RowStatus

PENDING, DUPLICATE, HELD, INVALID = RowStatus.PENDING, RowStatus.DUPLICATE, RowStatus.HELD, RowStatus.INVALID


def of(*rows: Row) -> Checked:
    """Rows that all have the reference INV-7, unless they say another."""
    return sheet(*({"Reference Number": "INV-7", "Email": "a@example.com"} | row for row in rows))


def statuses(checked: Checked) -> list[RowStatus]:
    return [row.status for row in checked.rows]


def test_an_identical_repeat_counts_once() -> None:
    checked = of({}, {}, {"Reference Number": "INV-8", "Amount": 7}, {})
    assert statuses(checked) == [PENDING, DUPLICATE, PENDING, DUPLICATE]
    assert said(checked.issues) == [("A3", "repeat-identical"), ("A5", "repeat-identical")]
    assert checked.rows[3].issues[0].message == "The same as row 2."


def test_identical_is_what_it_means_and_not_how_it_is_written() -> None:
    checked = of(
        {"Amount": 5, "Mobile Number": "66666666", "Delivery": "sms", "Language": "en"},
        {"Amount": "KD 5.000", "Mobile Number": "+965 6666 6666", "Delivery": None, "Language": "English"},
    )
    assert statuses(checked) == [PENDING, DUPLICATE]


def test_one_reference_has_one_spelling_in_any_digits() -> None:
    assert statuses(of({"Reference Number": "1001"}, {"Reference Number": "١٠٠١"}, {"Reference Number": 1001.0})) == [
        PENDING,
        DUPLICATE,
        DUPLICATE,
    ]


def test_rows_that_differ_are_all_held_identical_ones_too() -> None:
    checked = of({}, {}, {"Amount": "1.000"})
    assert statuses(checked) == [HELD, HELD, HELD]
    assert {issue.code for issue in checked.issues} == {Code.REPEAT_DIFFERS}
    assert "rows 2, 3, 4 " in checked.rows[0].issues[0].message


def test_a_row_that_cannot_be_read_differs_from_all_others() -> None:
    checked = of({}, {"Amount": "x"})
    assert statuses(checked) == [HELD, INVALID]
    assert said(checked.issues) == [("A2", "repeat-differs"), ("A3", "repeat-differs"), ("D3", "amount-unreadable")]


def test_many_rows_are_not_all_listed() -> None:
    checked = of(*({"Amount": n} for n in range(1, 15)))
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4 more " in checked.rows[0].issues[0].message


def test_rows_without_a_reference_are_not_repeats_of_each_other() -> None:
    checked = of({"Reference Number": None}, {"Reference Number": None})
    assert {issue.code for issue in checked.issues} == {Code.CELL_EMPTY}


def test_an_invoice_id_under_two_references_is_held() -> None:
    checked = of({"Invoice ID": "5"}, {"Invoice ID": 5.0, "Reference Number": "INV-8"}, {"Invoice ID": "6"})
    assert statuses(of({"Invoice ID": "5"}, {"Invoice ID": 5.0, "Reference Number": "INV-8"})) == [HELD, HELD]
    # the third row has the first one's reference with another ID
    assert statuses(checked) == [HELD, HELD, HELD]


def test_an_invoice_id_is_held_also_where_a_row_of_it_is_held_already() -> None:
    checked = of(
        {"Invoice ID": "5", "Reference Number": "A"},
        {"Invoice ID": "5", "Reference Number": "B"},
        {"Invoice ID": None, "Reference Number": "B"},
    )
    assert statuses(checked) == [HELD, HELD, HELD]
    assert said(checked.rows[0].issues) == [("F2", "id-repeated")]


def test_an_invoice_id_of_a_row_without_reference_is_held_too() -> None:
    checked = of({"Invoice ID": "5"}, {"Invoice ID": "5", "Reference Number": None})
    assert statuses(checked) == [HELD, INVALID]
    assert [issue.code for issue in checked.rows[1].issues] == [Code.CELL_EMPTY, Code.ID_REPEATED]


def test_an_identical_repeat_with_its_id_counts_once() -> None:
    checked = of({"Invoice ID": "5"}, {"Invoice ID": "5"})
    assert statuses(checked) == [PENDING, DUPLICATE]
    assert [issue.code for issue in checked.issues] == [Code.REPEAT_IDENTICAL]


def test_a_repeat_with_and_without_an_id_differs() -> None:
    assert statuses(of({"Invoice ID": "5"}, {})) == [HELD, HELD]

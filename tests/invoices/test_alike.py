"""Rows of one sheet that look like one invoice under two references."""

from __future__ import annotations

import time
from decimal import Decimal

from batchinvoice.invoices.alike import Named, alike
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field

NOURA, ALI = "96566000001", "96566000002"


def sheet(*rows: tuple[str | None, str | None, str | None], invalid: int | None = None) -> list[Named]:
    return [
        Named(i + 2, reference, phone, Decimal(amount) if amount else None, i != invalid)
        for i, (reference, phone, amount) in enumerate(rows)
    ]


def told(rows: list[Named]) -> list[tuple[int, Field, Code, str, str, bool]]:
    found = [
        (*each[:2], each.problem.code, *map(each.problem.params.get, ("other", "row")), each[3]) for each in alike(rows)
    ]
    return sorted(found)  # type: ignore[arg-type]


def test_references_of_one_likeness_for_one_customer_hold_both() -> None:
    assert told(sheet(("007", NOURA, "5"), ("X", NOURA, "6"), ("7", NOURA, "5"))) == [
        (0, Field.REFERENCE, Code.REFERENCE_LIKE_SAME, "7", "4", True),
        (2, Field.REFERENCE, Code.REFERENCE_LIKE_SAME, "007", "2", True),
    ]


def test_for_two_customers_they_are_only_said() -> None:
    assert told(sheet(("INV-1", NOURA, "5"), ("inv 1", ALI, "5"))) == [
        (0, Field.REFERENCE, Code.REFERENCE_LIKE, "inv 1", "3", False),
        (1, Field.REFERENCE, Code.REFERENCE_LIKE, "INV-1", "2", False),
    ]


def test_of_several_that_look_alike_the_same_customers_is_named() -> None:
    rows = sheet(("7", NOURA, "5"), ("07", ALI, "6"), ("007", NOURA, "7"), ("7", NOURA, "5"))
    assert [(at, other) for at, _, _, other, _, _ in told(rows)] == [(0, "007"), (1, "7"), (2, "7"), (3, "007")]
    assert [holds for *_, holds in told(rows)] == [True, False, True, True]


def test_a_row_that_is_not_right_is_held_against_a_right_one_all_the_same() -> None:
    rows = sheet(("007", NOURA, None), ("7", NOURA, "5"), invalid=0)
    assert [(at, holds) for at, *_, holds in told(rows)] == [(0, True), (1, True)]


def test_a_phone_that_cannot_be_read_is_nobodys() -> None:
    assert [holds for *_, holds in told(sheet(("007", None, "5"), ("7", None, "5")))] == [False, False]


def test_one_reference_in_several_rows_is_not_like_another() -> None:
    assert told(sheet(("7", NOURA, "5"), ("7", NOURA, "5"), (None, NOURA, "9"))) == []


def test_the_same_customer_and_amount_again_names_the_first() -> None:
    rows = sheet(("A", NOURA, "5.000"), ("B", ALI, "5"), ("C", NOURA, "5"), ("D", NOURA, "6"), ("E", NOURA, "5"))
    assert told(rows) == [
        (2, Field.AMOUNT, Code.AMOUNT_SAME, "A", "2", False),
        (4, Field.AMOUNT, Code.AMOUNT_SAME, "A", "2", False),
    ]
    assert alike(rows)[0].problem.params["value"] == "5.000"


def test_a_row_that_will_not_be_sent_has_no_same_amount() -> None:
    assert told(sheet(("A", NOURA, "5"), ("B", NOURA, "5"), invalid=0)) == []
    assert told(sheet(("A", NOURA, "5"), ("B", NOURA, "5"), invalid=1)) == []


def test_a_hundred_thousand_rows_take_no_time() -> None:
    """Each of them looks like all the others: the worst there is."""
    rows = [Named(i, f"INV-{'0' * (i % 9)}{i % 7}", NOURA, Decimal(5), True) for i in range(100_000)]
    began = time.process_time()
    assert len(alike(rows)) == len(rows)
    assert time.process_time() - began < 3  # a rule that compares all with all would take hours

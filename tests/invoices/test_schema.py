"""The schema: every row that breaks a rule is told, and no other, whoever else has the same value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from batchinvoice.invoices.coded import Coded
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, REQUIRED, Field
from batchinvoice.invoices.invoice import Delivery
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.schema import failures

RULES = Rules(merchant_code="842217", today=dt.date(2026, 11, 2))
_TEXTS = ["a", "b" * 25, "c" * 26, "d" * 60, "e" * 300]
_VALUES: dict[str, list[Any]] = {
    Field.REFERENCE: _TEXTS,
    Field.CUSTOMER: _TEXTS,
    Field.EMAIL: [*_TEXTS, "n@example.com"],
    Field.DESCRIPTION: _TEXTS,
    Field.AMOUNT: [Decimal(each) for each in ("-1.000", "0.000", "0.001", "5.000", "100000.000", "100000.001")],
    Field.EXPIRY: [dt.date(2026, 11, 1), dt.date(2026, 11, 2), dt.date(2027, 1, 1), dt.date(2090, 1, 1)],
    Field.MERCHANT_CODE: ["842217", "1"],
    Field.DELIVERY: list(Delivery),
}
_ROWS = st.lists(
    st.fixed_dictionaries({field: st.none() | st.sampled_from(_VALUES.get(field, ["x"])) for field in BY_FIELD}),
    max_size=12,
)


def broken_rules(row: dict[Field, Any]) -> Iterator[tuple[Field, Code]]:
    """What the rules say of one row, told without a schema."""
    for field, value in row.items():
        if value is None and field in REQUIRED:
            yield field, Code.CELL_EMPTY
        if _VALUES.get(field, [])[:1] == ["a"] and value is not None and len(value) > (BY_FIELD[field].max_length or 0):
            yield field, Code.TEXT_LONG
    if row[Field.DELIVERY] is Delivery.EMAIL and row[Field.EMAIL] is None:
        yield Field.EMAIL, Code.EMAIL_NEEDED
    amount, expiry, merchant = row[Field.AMOUNT], row[Field.EXPIRY], row[Field.MERCHANT_CODE]
    if amount is not None and not RULES.amount_min <= amount <= RULES.amount_max:
        yield Field.AMOUNT, Code.AMOUNT_NOT_POSITIVE if amount < RULES.amount_min else Code.AMOUNT_LARGE
    if expiry is not None and not RULES.today <= expiry <= RULES.last_expiry:
        yield Field.EXPIRY, Code.DATE_PAST if expiry < RULES.today else Code.DATE_FAR
    if merchant not in (None, RULES.merchant_code):
        yield Field.MERCHANT_CODE, Code.MERCHANT_OTHER


@settings(max_examples=20, deadline=None)
@given(_ROWS, st.data())
def test_every_row_that_breaks_a_rule_is_told_and_no_other(rows: list[dict[Field, Any]], data: st.DataObject) -> None:
    # Values that only rows had which were taken out since are nobody's.
    kept = data.draw(st.sets(st.integers(0, len(rows) - 1)).map(sorted)) if rows else []
    columns = {field: Coded.of(row[field] for row in rows).take(kept) for field in BY_FIELD}
    told = sorted((each.row, each.field, each.problem.code) for each in failures(columns, RULES))
    assert told == sorted((at, *each) for at, position in enumerate(kept) for each in broken_rules(rows[position]))


def test_what_is_said_of_a_value_is_said_at_each_row_that_has_it() -> None:
    columns = {field: Coded.same(None, 3) for field in BY_FIELD}
    columns[Field.CUSTOMER] = Coded.of(["e" * 60, "a", "e" * 60])
    said = [each for each in failures(columns, RULES) if each.field is Field.CUSTOMER]
    assert [(each.row, each.problem.params["length"]) for each in said] == [(0, "60"), (2, "60")]

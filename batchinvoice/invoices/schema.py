"""The pandera schema: what must hold of a sheet's columns once every cell has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.coded import Coded
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, REQUIRED, Field
from batchinvoice.invoices.invoice import Delivery
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.rules import Rules

# Columns that are worked out from others, and the column at which their failure is shown.
EMAIL_NEEDED = "email_needed"
SHOWN_AT: dict[str, Field] = {EMAIL_NEEDED: Field.EMAIL}

_BOUNDED = (Field.REFERENCE, Field.CUSTOMER, Field.EMAIL, Field.DESCRIPTION)


class Failure(NamedTuple):
    """A value that breaks the schema: `row` is its position."""

    row: int
    field: Field
    problem: Problem


def failures(columns: Mapping[str, Coded], rules: Rules) -> Iterator[Failure]:
    """Every failure of the columns, one for each Field, in one pass (pandera's lazy validation)."""
    try:
        schema(rules).validate(_frame(columns), lazy=True, inplace=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        explain = _explainers(rules)
        for column, check, value, row in zip(
            cases["column"], cases["check"], cases["failure_case"], cases["index"], strict=True
        ):
            code = Code.CELL_EMPTY if check == "not_nullable" else Code(check)
            yield Failure(
                int(row), SHOWN_AT.get(column) or Field(column), problem(code, **explain[code](value, column))
            )


def _frame(columns: Mapping[str, Coded]) -> pd.DataFrame:
    by_email = columns[Field.DELIVERY].zipped(columns[Field.EMAIL])
    needed = by_email.map(lambda said: said[0] is Delivery.EMAIL and said[1] is None)
    frame = pd.DataFrame({str(field): columns[field].objects() for field in BY_FIELD}, dtype=object)
    frame[EMAIL_NEEDED] = needed.objects().astype(bool)
    return frame


def schema(rules: Rules) -> pa.DataFrameSchema:
    """The schema of a frame with one column of plain objects for each Field; None is an empty cell.

    Each check is named by the issue code it raises.
    """
    checks: dict[str, list[pa.Check]] = {field: [_at_most(BY_FIELD[field].max_length or 0)] for field in _BOUNDED}
    checks[Field.AMOUNT] = [
        pa.Check(lambda s: s >= rules.amount_min, name=Code.AMOUNT_NOT_POSITIVE),
        pa.Check(lambda s: s <= rules.amount_max, name=Code.AMOUNT_LARGE),
    ]
    checks[Field.EXPIRY] = [
        pa.Check(lambda s: s >= rules.today, name=Code.DATE_PAST),
        pa.Check(lambda s: s <= rules.last_expiry, name=Code.DATE_FAR),
    ]
    if rules.merchant_code:  # a check alone needs no settings
        checks[Field.MERCHANT_CODE] = [pa.Check(lambda s: s == rules.merchant_code, name=Code.MERCHANT_OTHER)]
    columns = {
        str(field): pa.Column(object, checks.get(field, []), nullable=field not in REQUIRED) for field in BY_FIELD
    }
    columns[EMAIL_NEEDED] = pa.Column(bool, pa.Check(lambda s: ~s, name=Code.EMAIL_NEEDED))
    return pa.DataFrameSchema(columns)


def _at_most(limit: int) -> pa.Check:
    return pa.Check(lambda s: s.str.len() <= limit, name=Code.TEXT_LONG)


def _explainers(rules: Rules) -> dict[Code, Callable[[Any, str], dict[str, object]]]:
    """What each failed check's words need."""
    return {
        Code.CELL_EMPTY: lambda _, __: {},
        Code.EMAIL_NEEDED: lambda _, __: {},
        Code.TEXT_LONG: lambda value, column: {"length": len(value), "limit": BY_FIELD[Field(column)].max_length},
        Code.AMOUNT_NOT_POSITIVE: lambda value, _: {"value": money(value), "limit": money(rules.amount_min)},
        Code.AMOUNT_LARGE: lambda value, _: {"value": money(value), "limit": money(rules.amount_max)},
        Code.DATE_PAST: lambda value, _: {"value": value, "today": rules.today},
        Code.DATE_FAR: lambda value, _: {"value": value, "years": rules.expiry_years},
        Code.MERCHANT_OTHER: lambda value, _: {"value": value, "merchant": rules.merchant_code},
    }

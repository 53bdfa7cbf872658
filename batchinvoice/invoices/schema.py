"""The pandera schema: what must hold of a sheet's columns once every cell has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
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
    """Every failure of the columns, one for each Field, column by column; each distinct value is looked at once."""
    explain = _explainers(rules)
    whole = {**columns, EMAIL_NEEDED: _email_needed(columns)}
    for name, of_column in schema(rules).columns.items():
        coded = whole[name]
        for code, failed in _failed(of_column, coded):
            problems = {at: problem(code, **explain[code](value, name)) for at, value in failed.items()}
            for row in np.flatnonzero(np.isin(coded.numbers, list(problems))).tolist():
                yield Failure(row, SHOWN_AT.get(name) or Field(name), problems[coded.codes[row]])


def _failed(of_column: pa.Column, coded: Coded) -> Iterator[tuple[Code, dict[int, Any]]]:
    """Each check that fails, with the values that fail it by their codes (pandera's lazy validation)."""
    codes, values = coded.distinct()
    frame = pd.DataFrame({of_column.name: values}, index=codes, dtype=object)
    try:
        of_column.validate(frame, lazy=True, inplace=True)
    except SchemaErrors as errors:
        for check, cases in errors.failure_cases.groupby("check", sort=False):
            code = Code.CELL_EMPTY if check == "not_nullable" else Code(check)
            yield code, dict(zip(map(int, cases["index"]), cases["failure_case"], strict=True))


def make_ready() -> None:
    """Let pandera load now what it loads for the first column that it looks at."""
    pa.Column(object, _at_most(1), name="any").validate(pd.DataFrame({"any": ["-"]}, dtype=object))


def _email_needed(columns: Mapping[str, Coded]) -> Coded:
    by_email = columns[Field.DELIVERY].mask(lambda delivery: delivery is Delivery.EMAIL)
    return Coded.of_mask(by_email & columns[Field.EMAIL].mask(lambda address: address is None))


def schema(rules: Rules) -> pa.DataFrameSchema:
    """The schema of a sheet: a column of plain objects for each Field; None is an empty cell.

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
    columns[EMAIL_NEEDED] = pa.Column(object, pa.Check(lambda s: ~s.astype(bool), name=Code.EMAIL_NEEDED))
    return pa.DataFrameSchema(columns)


def _at_most(limit: int) -> pa.Check:
    return pa.Check(lambda s: s.map(len) <= limit, name=Code.TEXT_LONG)


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

"""Rows of one sheet that look like one invoice under two references: by the reference, or by customer and amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.likeness import likeness


class Named(NamedTuple):
    """A row by what tells invoices apart. `phone`: country code and number, digits; `amount` in KWD.

    Each is None where it could not be read; `valid` if nothing keeps the row from being sent (an error, a repeat).
    """

    row: int
    reference: str | None
    phone: str | None
    amount: Decimal | None
    valid: bool


class Alike(NamedTuple):
    """A row that looks like another: what is said of it, at which field, and whether the row is held for it."""

    position: int
    field: Field
    problem: Problem
    holds: bool


def alike(rows: Sequence[Named]) -> list[Alike]:
    """Find the rows of different references that look alike; time grows with the number of rows only.

    References of one likeness hold both rows if they have the same phone, and are only said if not. A valid row of the
    same phone and amount as an earlier one is said, naming the first.
    """
    found = [each for group in _of_one_likeness(rows) for each in _alike(rows, group)]
    held = {each.position for each in found if each.holds}
    return found + [each for each in _same_amounts(rows) if each.position not in held]


def _of_one_likeness(rows: Sequence[Named]) -> Iterator[list[int]]:
    """The positions of rows whose references differ and fold to the same key."""
    groups: dict[str, list[int]] = {}
    for position, row in enumerate(rows):
        if row.reference:
            groups.setdefault(likeness(row.reference), []).append(position)
    return (group for group in groups.values() if len({rows[i].reference for i in group}) > 1)


def _alike(rows: Sequence[Named], group: Sequence[int]) -> Iterator[Alike]:
    by_phone: dict[str | None, list[int]] = {}
    for i in group:
        by_phone.setdefault(rows[i].phone, []).append(i)
    whole = _two(rows, group)
    customers = {phone: _two(rows, own) if phone else () for phone, own in by_phone.items()}
    for i in group:
        same = _other(rows, i, customers[rows[i].phone])
        code = Code.REFERENCE_LIKE if same is None else Code.REFERENCE_LIKE_SAME
        other = _other(rows, i, whole) if same is None else same
        if other is not None:
            said = problem(code, other=rows[other].reference, row=rows[other].row)
            yield Alike(i, Field.REFERENCE, said, holds=same is not None)


def _two(rows: Sequence[Named], group: Iterable[int]) -> tuple[int, ...]:
    """The first positions of two different references: whichever of the group a row is, one of them is another."""
    first: dict[str | None, int] = {}
    for i in group:
        first.setdefault(rows[i].reference, i)
    return tuple(first.values())[:2]


def _other(rows: Sequence[Named], i: int, among: Iterable[int]) -> int | None:
    return next((j for j in among if rows[j].reference != rows[i].reference), None)


def _same_amounts(rows: Sequence[Named]) -> Iterator[Alike]:
    first: dict[tuple[str, Decimal], Named] = {}
    for position, row in enumerate(rows):
        if row.valid and row.phone and row.amount is not None:
            other = first.setdefault((row.phone, row.amount), row)
            if other.reference != row.reference:
                said = problem(Code.AMOUNT_SAME, value=money(row.amount), other=other.reference, row=other.row)
                yield Alike(position, Field.AMOUNT, said, holds=False)

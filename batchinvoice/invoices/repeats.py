"""Rows of one sheet that speak of the same invoice: an identical repeat is a duplicate, rows that differ are held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import RowStatus


class Said(NamedTuple):
    """What a row says about its identity, and its invoice if it can be told; `valid` if it has no errors."""

    row: int
    reference: str | None
    invoice_id: str | None
    invoice: Invoice | None
    valid: bool


class Repeat(NamedTuple):
    """A row that is not alone: its new status, and why."""

    position: int
    status: RowStatus
    field: Field
    problem: Problem


def repeats(rows: Sequence[Said]) -> list[Repeat]:
    """Find the repeats of a sheet. An invalid row differs from any other: what it meant is not known."""
    found = [r for group in _groups(row.reference for row in rows) for r in _of_reference(rows, group)]
    for group in _groups(row.invoice_id for row in rows):
        if len({rows[i].reference or i for i in group}) > 1:  # rows of one reference are judged by it
            found += _hold(rows, group, Field.INVOICE_ID, Code.ID_REPEATED, rows[group[0]].invoice_id)
    return found


def _groups(keys: Iterable[str | None]) -> list[list[int]]:
    by_key: dict[str, list[int]] = {}
    for position, key in enumerate(keys):
        if key is not None:
            by_key.setdefault(key, []).append(position)
    return [group for group in by_key.values() if len(group) > 1]


def _of_reference(rows: Sequence[Said], group: Sequence[int]) -> list[Repeat]:
    meanings = {(rows[i].invoice, rows[i].invoice_id) for i in group}
    if len(meanings) > 1:
        return _hold(rows, group, Field.REFERENCE, Code.REPEAT_DIFFERS, rows[group[0]].reference)
    if rows[group[0]].invoice is None:
        return []
    identical = problem(Code.REPEAT_IDENTICAL, first=rows[group[0]].row)
    return [Repeat(i, RowStatus.DUPLICATE, Field.REFERENCE, identical) for i in group[1:] if rows[i].valid]


def _hold(rows: Sequence[Said], group: Sequence[int], field: Field, code: Code, value: str | None) -> list[Repeat]:
    numbers = [str(rows[i].row) for i in group]
    more = {"more": len(numbers) - 10} if len(numbers) > 10 else {}
    what = problem(code, value=value, rows=", ".join(numbers[:10]), **more)
    return [Repeat(i, RowStatus.HELD if rows[i].valid else RowStatus.INVALID, field, what) for i in group]

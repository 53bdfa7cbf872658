"""The lines of invoices: read from an Items sheet or from item columns, and checked to the fils."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, ITEM_FIELDS, Field
from batchinvoice.invoices.findings import Findings
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.invoice import Item
from batchinvoice.invoices.issue import Issue, Problem, problem
from batchinvoice.invoices.normalise import normalise
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Table


class ItemLine(NamedTuple):
    """One row of the Items sheet: `item` is None where it has issues."""

    row: int
    reference: str | None
    item: Item | None
    issues: tuple[Issue, ...]


def read_items(table: Table, references: Container[str], rules: Rules) -> list[ItemLine]:
    """The lines of an Items sheet, in its order; `references` are those of the invoices."""
    columns = match(table.headings, table.mapping).columns
    found = Findings(table, columns)
    read, problems = normalise(table, columns, rules)
    for position, field, what in problems:
        found.add(position, field, what)
    lines = []
    for position in range(len(table.rows)):
        values = {field: read[field][position] for field in (Field.REFERENCE, *ITEM_FIELDS)}
        item = checked_item(position, values, found)
        if all(values[field] is None for field in ITEM_FIELDS) and not found.bad(position, *ITEM_FIELDS):
            found.add(position, Field.ITEM_TITLE, problem(Code.ITEM_INCOMPLETE))
        reference = values[Field.REFERENCE]
        if reference is None:
            found.add(position, Field.REFERENCE, problem(Code.CELL_EMPTY))
        elif reference not in references:
            found.add(position, Field.REFERENCE, problem(Code.ITEM_ORPHAN, value=reference))
        lines.append(ItemLine(table.rows[position], reference, item, found.of(position)))
    return lines


def checked_item(
    position: int, values: Mapping[Any, Any], found: Findings, invoice: Decimal | None = None
) -> Item | None:
    """The item of a row's item columns; None if they are empty or wrong, which is then found.

    invoice: the amount in KWD of an invoice that has this item alone; it is the item's, too, if the row says no other.
    """
    if found.bad(position, *ITEM_FIELDS) or all(values[field] is None for field in ITEM_FIELDS):
        return None
    title, rate, quantity, amount = (values[field] for field in ITEM_FIELDS)
    item = _item(title, rate, quantity, invoice if rate is None and amount is None else amount)
    if isinstance(item, Item):
        return item
    found.add(position, *item)
    return None


def _item(
    title: str | None, rate: Decimal | None, quantity: int | None, amount: Decimal | None
) -> Item | tuple[Field, Problem]:
    limit = BY_FIELD[Field.ITEM_TITLE].max_length or 0
    rate = _worked_out(amount, quantity or 1) if rate is None else rate
    if title is None or rate is None:
        return Field.ITEM_TITLE if title is None else Field.ITEM_RATE, problem(Code.ITEM_INCOMPLETE)
    if len(title) > limit:
        return Field.ITEM_TITLE, problem(Code.TEXT_LONG, length=len(title), limit=limit)
    if rate < 0:
        return Field.ITEM_RATE, problem(Code.AMOUNT_NOT_POSITIVE, value=money(rate), limit="0.000")
    expected = rate * (quantity or 1)
    if amount is not None and amount != expected:
        return Field.ITEM_AMOUNT, problem(Code.ITEM_AMOUNT_DIFFERS, value=money(amount), expected=money(expected))
    return Item(title, rate, quantity or 1, expected)


def _worked_out(amount: Decimal | None, quantity: int) -> Decimal | None:
    """The price of one, from what they cost together, if that is a whole number of fils."""
    if amount is None:
        return None
    fils, rest = divmod(int(amount.scaleb(3)), quantity)
    return None if rest else Decimal(fils).scaleb(-3)


def shortfall(items: Sequence[Item], amount: Decimal | None) -> Problem | None:
    """The gateway wants items of at least the invoice's amount (seed 004)."""
    total = _total(items)
    if items and amount is not None and total < amount:
        return problem(Code.ITEMS_BELOW_AMOUNT, value=money(total), amount=money(amount))
    return None


def surplus(items: Sequence[Item], amount: Decimal) -> Problem | None:
    """Items of more than the invoice's amount are taken, but worth a look."""
    total = _total(items)
    return problem(Code.ITEMS_ABOVE_AMOUNT, value=money(total), amount=money(amount)) if total > amount else None


def _total(items: Sequence[Item]) -> Decimal:
    return sum((item.amount for item in items), Decimal("0.000"))

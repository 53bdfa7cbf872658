"""Invoices whose items stand in several rows: item columns, with the reference repeated in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from batchinvoice.invoices.coded import Coded
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, ITEM_FIELDS, Field
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.invoice import Item
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.normalise import RAW_TYPES
from batchinvoice.invoices.row_list import row_list
from batchinvoice.invoices.table import Table, filled

# These say one thing together: what one of them leaves open, the others may have settled.
_DELIVERY = (Field.DELIVERY, Field.INVOICE_TYPE, Field.INVOICE_SUB_TYPE)
_OF_INVOICE = tuple(field for field in BY_FIELD if field not in (*ITEM_FIELDS, *_DELIVERY, Field.REFERENCE))


class Group(NamedTuple):
    """Rows of one invoice by their position: the first one counts, the others are further items of it."""

    first: int
    others: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """Every row of it."""
        return (self.first, *self.others)


def find_groups(table: Table, columns: Mapping[Field, int], references: Coded) -> list[Group]:
    """Rows that repeat a reference, each but perhaps the first with an item of its own."""
    indexes = [columns[field] for field in ITEM_FIELDS if field in columns]
    by_reference: dict[str, list[int]] = {}
    for position in references.repeated() if indexes else ():
        by_reference.setdefault(references[position], []).append(position)
    return [
        Group(first, tuple(others))
        for first, *others in by_reference.values()
        if all(any(filled(table.cells[position][i]) for i in indexes) for position in others)
    ]


def fill(groups: Sequence[Group], table: Table, columns: Mapping[Field, int], read: dict[str, Coded]) -> None:
    """What only one row of an invoice says holds for all of them: empty cells are filled in the columns of `read`."""
    if not groups:
        return
    for field in _OF_INVOICE:
        _fill(groups, table, columns, read, (field,), (field,))
    _fill(groups, table, columns, read, _DELIVERY, (*_DELIVERY, RAW_TYPES))


def _fill(
    groups: Sequence[Group],
    table: Table,
    columns: Mapping[Field, int],
    read: dict[str, Coded],
    sayers: Sequence[Field],
    filled_in: Sequence[str],
) -> None:
    indexes = [columns[field] for field in sayers if field in columns]
    if not indexes:
        return
    cells = [table.column(index) for index in indexes]
    edits: dict[str, dict[int, Any]] = {name: {} for name in filled_in}
    for group in groups:
        said = [p for p in group.all if any(filled(column[p]) for column in cells)]
        for position in set(group.all) - set(said) if said else ():
            for name in filled_in:
                edits[name][position] = read[name][said[0]]
    for name in filled_in:
        read[name] = read[name].edited(edits[name])


def differing(group: Group, read: Mapping[str, Coded]) -> list[Field]:
    """The fields in which the rows of an invoice contradict each other."""
    fields = [f for f in (*_OF_INVOICE, *_DELIVERY) if len({read[f][p] for p in group.all}) > 1]
    if not fields and len({read[RAW_TYPES][p] for p in group.all}) > 1:
        return [Field.INVOICE_TYPE]
    return fields


class Items(NamedTuple):
    """The items of one invoice; `repeats` are rows that say an earlier one again, each with that one's position.

    `unsure`: whether a row that is there twice means one item or two.
    """

    items: tuple[Item, ...]
    repeats: Mapping[int, int]
    unsure: bool


def gather(group: Group, items: Mapping[int, Item], amount: Decimal | None) -> Items:
    """The items of a group: where a row is there twice, the invoice's amount tells whether both are meant."""
    of_rows = [(position, item) for position in group.all if (item := items.get(position))]
    seen: dict[Item, int] = {}
    repeats = {p: seen[item] for p, item in of_rows if seen.setdefault(item, p) != p}
    every, once = tuple(item for _, item in of_rows), tuple(seen)
    if not repeats or _total(every) == amount:
        return Items(every, {}, unsure=False)
    if _total(once) == amount:
        return Items(once, repeats, unsure=False)
    return Items(every, repeats, unsure=True)


def _total(items: Sequence[Item]) -> Decimal:
    return sum((item.amount for item in items), Decimal("0.000"))


def contradiction(group: Group, fields: Sequence[Field], table: Table, reference: str) -> Problem:
    """Says in what the rows of one invoice differ."""
    rows = row_list([table.rows[position] for position in group.all])
    return problem(Code.ITEM_ROWS_DIFFER, rows=rows, value=reference, fields=",".join(fields))


def amounts_of_lines(
    group: Group, gathered: Items, table: Table, reference: str, amount: Decimal | None
) -> Problem | None:
    """Says that an amount which several rows repeat may be that of each line: their items come to something else."""
    index = match(table.headings, table.mapping).columns[Field.AMOUNT]
    repeated = sum(filled(table.cells[position][index]) for position in group.all) > 1
    total = _total(gathered.items)
    if amount is None or not repeated or not gathered.items or total == amount:
        return None
    rows = row_list([table.rows[position] for position in group.all])
    said = {"rows": rows, "value": reference, "amount": f"{amount:.3f}", "total": f"{total:.3f}"}
    return problem(Code.ITEM_ROWS_TOTAL, **said, proposed=f"{total:.3f}")


def unsure(group: Group, gathered: Items, table: Table) -> Iterator[tuple[int, Problem]]:
    """Says which rows may be one item or several."""
    rows = {*gathered.repeats, *gathered.repeats.values()}
    said = problem(Code.ITEM_ROW_REPEATED, rows=row_list([table.rows[position] for position in rows]))
    return ((position, said) for position in group.all if position in rows)

"""Rows of exact values → invoices and their statuses: items gathered, repeats found, contradictions held."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from batchinvoice.invoices.alike import Named, alike
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import ITEM_FIELDS, Field
from batchinvoice.invoices.done import done_rows
from batchinvoice.invoices.findings import Findings
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.invoice import Invoice, Item
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.item_rows import Group, Items, amounts_of_lines, contradiction, differing, gather, unsure
from batchinvoice.invoices.items import ItemLine, checked_item, shortfall, surplus
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.likeness import likeness
from batchinvoice.invoices.normalise import RAW_TYPES
from batchinvoice.invoices.phone import Phone
from batchinvoice.invoices.repeats import Said, repeats
from batchinvoice.invoices.table import Table

_Values = Mapping[Any, Any]


class Built(NamedTuple):
    """By position: invoices and statuses. `further`: rows that are a further item of the invoice of another row."""

    invoices: Sequence[Invoice | None]
    statuses: Sequence[RowStatus]
    further: Mapping[int, int]


def build(
    table: Table, records: Sequence[_Values], groups: Sequence[Group], lines: Sequence[ItemLine], found: Findings
) -> Built:
    """Make the invoices; what is wrong goes into `found`."""
    listed: dict[str | None, list[ItemLine]] = {}
    for line in lines:
        listed.setdefault(line.reference, []).append(line)
    strays = _strays(lines, {values[Field.REFERENCE] for values in records})
    group_of = {position: group for group in groups for position in group.all}
    beside = {
        position: checked_item(position, values, found, None if position in group_of else values[Field.AMOUNT])
        for position, values in enumerate(records)
    }
    invoices: list[Invoice | None] = []
    for position, values in enumerate(records):
        group = group_of.get(position, Group(position, ()))
        if position != group.first:
            invoices.append(None)
            continue
        own = gather(group, beside, values[Field.AMOUNT]).items
        whole = not any(found.bad(other, *ITEM_FIELDS) for other in group.all)
        of_invoice = [*listed.get(values[Field.REFERENCE], ()), *strays.get(values[Field.REFERENCE], ())]
        invoices.append(_invoice(position, values, of_invoice, own, found, whole=whole))
    _spread(groups, table, found)
    statuses = [RowStatus.INVALID if found.bad(i) else RowStatus.PENDING for i in range(len(records))]
    further = _settle_groups(groups, table, records, beside, statuses, found)
    for position, invoice in enumerate(invoices):
        if invoice and statuses[position] is RowStatus.PENDING and (more := surplus(invoice.items, invoice.amount)):
            found.add(position, Field.AMOUNT, more)
    _settle_repeats(table, records, invoices, statuses, further, found)
    _settle_likenesses(table, records, statuses, further, found)
    for position, issue in done_rows(table, match(table.headings, table.mapping).columns):
        found.note(position, issue)
        if statuses[position] is RowStatus.PENDING:
            statuses[position] = RowStatus.HELD
    return Built(invoices, statuses, further)


def _strays(lines: Sequence[ItemLine], references: Collection[str | None]) -> dict[str | None, list[ItemLine]]:
    """Lines of no invoice, by the references that theirs looks like: that invoice must not go without its item."""
    lost = [line for line in lines if line.reference and line.reference not in references]
    if not lost:
        return {}
    alike: dict[str, list[str]] = {}
    for reference in filter(None, references):
        alike.setdefault(likeness(reference), []).append(reference)
    found: dict[str | None, list[ItemLine]] = {}
    for line in lost:
        for reference in alike.get(likeness(line.reference or ""), ()):
            found.setdefault(reference, []).append(line)
    return found


def _invoice(
    position: int,
    values: _Values,
    lines: Sequence[ItemLine],
    own: tuple[Item, ...],
    found: Findings,
    *,
    whole: bool,
) -> Invoice | None:
    """The row's invoice; None if anything is wrong with the row or with one of its items.

    whole: the items beside it could all be read.
    """
    if bad := next((line for line in lines if any(issue.is_error for issue in line.issues)), None):
        where = problem(Code.ITEM_BAD, sheet=bad.issues[0].place.sheet, item_row=bad.row)
        found.add(position, Field.REFERENCE, where)
    items = (*(line.item for line in lines if line.item), *own)
    if set(own) & {line.item for line in lines}:
        found.add(position, Field.ITEM_TITLE, problem(Code.ITEMS_TWICE))
    if whole and not bad and (short := shortfall(items, values[Field.AMOUNT])):
        found.add(position, Field.AMOUNT, short)
    return _from_values(values, items) if not found.bad(position) or found.only(position, Code.DATE_PAST) else None


def _from_values(values: _Values, items: tuple[Item, ...]) -> Invoice:
    number: Phone = values[Field.MOBILE]
    return Invoice(
        reference=values[Field.REFERENCE],
        customer=values[Field.CUSTOMER],
        country=number.country,
        mobile=number.national,
        amount=values[Field.AMOUNT],
        email=values[Field.EMAIL],
        description=values[Field.DESCRIPTION],
        expires=values[Field.EXPIRY],
        delivery=values[Field.DELIVERY],
        raw_types=values[RAW_TYPES],
        payment_types=values[Field.PAYMENT_METHODS],
        language=values[Field.LANGUAGE],
        subscription=values[Field.SUBSCRIPTION],
        items=items,
        invoice_id=values[Field.INVOICE_ID],
    )


def _spread(groups: Sequence[Group], table: Table, found: Findings) -> None:
    """One bad row of an invoice keeps all its rows back, so that it is mended as a whole."""
    for group in groups:
        bad = [p for p in group.all if found.bad(p) and not (p == group.first and found.only(p, Code.DATE_PAST))]
        for position in set(group.all) - set(bad) if bad else ():
            where = problem(Code.ITEM_BAD, sheet=table.sheet, item_row=table.rows[bad[0]])
            found.add(position, Field.REFERENCE, where)


def _settle_groups(
    groups: Sequence[Group],
    table: Table,
    records: Sequence[_Values],
    beside: Mapping[int, Item | None],
    statuses: list[RowStatus],
    found: Findings,
) -> dict[int, int]:
    """Hold the rows of invoices that contradict themselves; returns the further rows of those that do not."""
    further: dict[int, int] = {}
    for group in groups:
        fields = differing(group, records)
        gathered = gather(group, beside, records[group.first][Field.AMOUNT])
        if Field.AMOUNT not in fields:
            further |= dict.fromkeys(group.others, group.first)
        if any(statuses[position] is RowStatus.INVALID for position in group.others):
            continue
        if doubts := list(_doubts(group, fields, gathered, table, records[group.first])):
            for position, field, what in doubts:
                found.add(position, field, what)
            for position in group.all:
                statuses[position] = RowStatus.HELD
            continue
        for position in group.others:
            same = gathered.repeats.get(position)
            code = Code.ITEM_ROW if same is None else Code.REPEAT_IDENTICAL
            found.add(position, Field.REFERENCE, problem(code, first=table.rows[group.first if same is None else same]))
            statuses[position] = RowStatus.DUPLICATE
    return further


def _doubts(
    group: Group, fields: Sequence[Field], gathered: Items, table: Table, values: _Values
) -> Iterator[tuple[int, Field, Problem]]:
    """What keeps the rows of an invoice from being one, at each of them."""
    if fields:
        said = contradiction(group, fields, table, values[Field.REFERENCE])
        yield from ((position, fields[0], said) for position in group.all)
    elif gathered.unsure:
        yield from ((position, Field.ITEM_TITLE, what) for position, what in unsure(group, gathered, table))
    elif said_ := amounts_of_lines(group, gathered, table, values[Field.REFERENCE], values[Field.AMOUNT]):
        yield from ((position, Field.AMOUNT, said_) for position in group.all)


def _settle_repeats(
    table: Table,
    records: Sequence[_Values],
    invoices: Sequence[Invoice | None],
    statuses: list[RowStatus],
    further: Mapping[int, int],
    found: Findings,
) -> None:
    alone = [i for i in range(len(records)) if i not in further and statuses[i] is not RowStatus.HELD]
    said = [
        Said(table.rows[i], records[i][Field.REFERENCE], records[i][Field.INVOICE_ID], invoices[i], not found.bad(i))
        for i in alone
    ]
    for repeat in repeats(said):
        position = alone[repeat.position]
        statuses[position] = repeat.status
        found.add(position, repeat.field, repeat.problem)


def _settle_likenesses(
    table: Table,
    records: Sequence[_Values],
    statuses: list[RowStatus],
    further: Mapping[int, int],
    found: Findings,
) -> None:
    own = [i for i in range(len(records)) if i not in further]
    named = [
        Named(
            table.rows[i],
            records[i][Field.REFERENCE],
            records[i][Field.MOBILE].digits if records[i][Field.MOBILE] else None,
            records[i][Field.AMOUNT],
            statuses[i] is RowStatus.PENDING,
        )
        for i in own
    ]
    for like in alike(named):
        position = own[like.position]
        found.add(position, like.field, like.problem)
        if like.holds and statuses[position] is RowStatus.PENDING:
            statuses[position] = RowStatus.HELD

"""Rows of exact values → invoices and their statuses: items gathered, repeats found, contradictions held."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from batchinvoice.invoices.alike import Named, alike
from batchinvoice.invoices.coded import Coded
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
from batchinvoice.invoices.likeness import likeness, likenesses
from batchinvoice.invoices.normalise import RAW_TYPES
from batchinvoice.invoices.phone import Phone
from batchinvoice.invoices.repeats import Said, repeats
from batchinvoice.invoices.table import Table

_Read = Mapping[str, Coded]


@dataclass(frozen=True, slots=True)
class Built:
    """What the rows came to, by position. `further`: rows that are a further item of the invoice of another row.

    `items` are those of the invoices that have any; `without` the rows that have no invoice.
    """

    read: _Read
    items: Mapping[int, tuple[Item, ...]]
    without: Collection[int]
    statuses: list[RowStatus]
    further: dict[int, int]

    def invoice(self, position: int) -> Invoice | None:
        """The row's invoice, made when it is asked for; None if anything is wrong with the row or one of its items."""
        if position in self.without:
            return None
        own = {name: self.read[field][position] for name, field in _OF_INVOICE.items()}
        number: Phone = self.read[Field.MOBILE][position]
        items = self.items.get(position, ())
        return Invoice(**own, country=number.country, mobile=number.national, items=items)

    def alone(self) -> list[int]:
        """The rows that are an invoice of their own."""
        return [position for position in range(len(self.statuses)) if position not in self.further]


def build(table: Table, read: _Read, groups: Sequence[Group], lines: Sequence[ItemLine], found: Findings) -> Built:
    """Make the invoices; what is wrong goes into `found`."""
    beside = _beside(read, groups, found)
    items = _items(read, groups, lines, beside, found)
    without = {position for group in groups for position in group.others}
    without |= {p for p in found.positions() if found.bad(p) and not found.only(p, Code.DATE_PAST)}
    _spread(groups, table, found)
    statuses = [RowStatus.PENDING] * len(table.rows)
    for position in filter(found.bad, found.positions()):
        statuses[position] = RowStatus.INVALID
    further = _settle_groups(groups, table, read, beside, statuses, found)
    built = Built(read, items, without, statuses, further)
    for position, own in items.items():
        goes = position not in without and statuses[position] is RowStatus.PENDING
        if goes and (more := surplus(own, read[Field.AMOUNT][position])):
            found.add(position, Field.AMOUNT, more)
    _settle_repeats(table, built, found)
    _settle_likenesses(table, built, found)
    for position, issue in done_rows(table, match(table.headings, table.mapping).columns):
        found.note(position, issue)
        if statuses[position] is RowStatus.PENDING:
            statuses[position] = RowStatus.HELD
    return built


def _beside(read: _Read, groups: Sequence[Group], found: Findings) -> dict[int, Item]:
    """The items of the rows' own item columns, by position."""
    in_groups = {position for group in groups for position in group.all}
    filled_ = {position for field in ITEM_FIELDS for position in read[field].where(lambda value: value is not None)}
    items = {}
    for position in sorted(filled_):
        values = {field: read[field][position] for field in ITEM_FIELDS}
        amount = None if position in in_groups else read[Field.AMOUNT][position]
        if item := checked_item(position, values, found, amount):
            items[position] = item
    return items


def _items(
    read: _Read,
    groups: Sequence[Group],
    lines: Sequence[ItemLine],
    beside: Mapping[int, Item],
    found: Findings,
) -> dict[int, tuple[Item, ...]]:
    """The items of every invoice that has any, by its position; what is wrong with them goes into `found`."""
    references, amounts = read[Field.REFERENCE], read[Field.AMOUNT]
    listed: dict[str | None, list[ItemLine]] = {}
    for line in lines:
        listed.setdefault(line.reference, []).append(line)
    strays = _strays(lines, set(references)) if lines else {}
    speak = references.where(lambda reference: reference in listed or reference in strays) if lines else ()
    group_of = {position: group for group in groups for position in group.all}
    items = {}
    for position in sorted({*beside, *group_of, *speak}):
        group = group_of.get(position, Group(position, ()))
        if position != group.first:
            continue
        own = gather(group, beside, amounts[position]).items
        whole = not any(found.bad(other, *ITEM_FIELDS) for other in group.all)
        of_invoice = [*listed.get(references[position], ()), *strays.get(references[position], ())]
        items[position] = _all_items(position, amounts[position], of_invoice, own, found, whole=whole)
    return items


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


def _all_items(
    position: int,
    amount: Decimal | None,
    lines: Sequence[ItemLine],
    own: tuple[Item, ...],
    found: Findings,
    *,
    whole: bool,
) -> tuple[Item, ...]:
    """The items of an invoice, listed ones first. whole: those beside it could all be read."""
    if bad := next((line for line in lines if any(issue.is_error for issue in line.issues)), None):
        where = problem(Code.ITEM_BAD, sheet=bad.issues[0].place.sheet, item_row=bad.row)
        found.add(position, Field.REFERENCE, where)
    items = (*(line.item for line in lines if line.item), *own)
    if set(own) & {line.item for line in lines}:
        found.add(position, Field.ITEM_TITLE, problem(Code.ITEMS_TWICE))
    if whole and not bad and (short := shortfall(items, amount)):
        found.add(position, Field.AMOUNT, short)
    return items


# As an invoice has them. The phone is two of its fields, and its items are gathered.
_OF_INVOICE = {
    "reference": Field.REFERENCE,
    "customer": Field.CUSTOMER,
    "amount": Field.AMOUNT,
    "email": Field.EMAIL,
    "description": Field.DESCRIPTION,
    "expires": Field.EXPIRY,
    "delivery": Field.DELIVERY,
    "raw_types": RAW_TYPES,
    "payment_types": Field.PAYMENT_METHODS,
    "language": Field.LANGUAGE,
    "subscription": Field.SUBSCRIPTION,
    "invoice_id": Field.INVOICE_ID,
}


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
    read: _Read,
    beside: Mapping[int, Item],
    statuses: list[RowStatus],
    found: Findings,
) -> dict[int, int]:
    """Hold the rows of invoices that contradict themselves; returns the further rows of those that do not."""
    further: dict[int, int] = {}
    for group in groups:
        fields = differing(group, read)
        gathered = gather(group, beside, read[Field.AMOUNT][group.first])
        if Field.AMOUNT not in fields:
            further |= dict.fromkeys(group.others, group.first)
        if any(statuses[position] is RowStatus.INVALID for position in group.others):
            continue
        if doubts := list(_doubts(group, fields, gathered, table, read)):
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
    group: Group, fields: Sequence[Field], gathered: Items, table: Table, read: _Read
) -> Iterator[tuple[int, Field, Problem]]:
    """What keeps the rows of an invoice from being one, at each of them."""
    reference, amount = read[Field.REFERENCE][group.first], read[Field.AMOUNT][group.first]
    if fields:
        said = contradiction(group, fields, table, reference)
        yield from ((position, fields[0], said) for position in group.all)
    elif gathered.unsure:
        yield from ((position, Field.ITEM_TITLE, what) for position, what in unsure(group, gathered, table))
    elif said_ := amounts_of_lines(group, gathered, table, reference, amount):
        yield from ((position, Field.AMOUNT, said_) for position in group.all)


def _settle_repeats(table: Table, built: Built, found: Findings) -> None:
    """Find the rows that repeat others; those of which nothing is to be said are not looked at."""
    references, ids = built.read[Field.REFERENCE], built.read[Field.INVOICE_ID]
    held = built.statuses.count(RowStatus.HELD)
    among = [p for p in built.alone() if built.statuses[p] is not RowStatus.HELD] if built.further or held else None
    positions = sorted({*references.repeated(among), *ids.repeated(among)})
    said = [Said(table.rows[i], references[i], ids[i], built.invoice(i), not found.bad(i)) for i in positions]
    for repeat in repeats(said):
        position = positions[repeat.position]
        built.statuses[position] = repeat.status
        found.add(position, repeat.field, repeat.problem)


def _settle_likenesses(table: Table, built: Built, found: Findings) -> None:
    """Find the rows that look like others; only rows are looked at that share a likeness, or a phone and an amount."""
    read = built.read
    references, numbers, amounts = read[Field.REFERENCE], read[Field.MOBILE], read[Field.AMOUNT]
    among = built.alone() if built.further else None
    phones = numbers.map(lambda number: number and (number.country, number.national))
    of_phones = phones.repeated(among)
    pairs = phones.take(of_phones).zipped(amounts.take(of_phones)).repeated()
    told = list(filter(None, references.values))
    of_likenesses = references.map(dict(zip(told, likenesses(told), strict=True)).get).repeated(among)
    positions = sorted({*of_likenesses, *(of_phones[at] for at in pairs)})
    named = [
        Named(
            table.rows[i],
            references[i],
            numbers[i].digits if numbers[i] else None,
            amounts[i],
            built.statuses[i] is RowStatus.PENDING,
        )
        for i in positions
    ]
    for like in alike(named):
        position = positions[like.position]
        found.add(position, like.field, like.problem)
        if like.holds and built.statuses[position] is RowStatus.PENDING:
            built.statuses[position] = RowStatus.HELD

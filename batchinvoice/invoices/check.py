"""The check: a table → one checked row for each input row, with its invoice or with all its issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from batchinvoice.invoices import schema
from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.columns import Field, heading
from batchinvoice.invoices.findings import Findings
from batchinvoice.invoices.headings import Match, likely, match
from batchinvoice.invoices.invoice import Invoice, Item
from batchinvoice.invoices.issue import Code, Issue, problem
from batchinvoice.invoices.items import ItemLine, checked_item, read_items, shortfall
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.normalise import RAW_TYPES, normalise
from batchinvoice.invoices.phone import Phone
from batchinvoice.invoices.repeats import Said, repeats
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell, Table

_Values = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One input row. `status` is pending (it can go), invalid, duplicate or held.

    `reference`, `customer`, `mobile` and `typed_amount` are as read, or as typed where they could not be read; `amount`
    is KWD, None where it could not be read. `invoice` is None for an invalid row, unless all that is wrong with it is
    an expiry date that has passed: such a row may have been sent when its date was still to come.
    """

    row: int
    reference: str
    customer: str
    mobile: str
    amount: Decimal | None
    typed_amount: str
    invoice: Invoice | None
    status: RowStatus
    issues: tuple[Issue, ...]
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked sheet: every input row in its order, the Items sheet's lines, and the notes on the sheet as a whole."""

    table: Table
    items: Table | None
    rows: Sequence[CheckedRow]
    item_lines: Sequence[ItemLine]
    notes: Sequence[Issue]

    @property
    def issues(self) -> list[Issue]:
        """Everything found: the sheet's notes, then the rows in their order, then the items."""
        of_rows = [issue for row in self.rows for issue in row.issues]
        return [*self.notes, *of_rows, *(issue for line in self.item_lines for issue in line.issues)]


def check(table: Table, items: Table | None, rules: Rules) -> Checked:
    """Check a sheet of invoices, with its Items sheet if it has one: every issue of every row in this one pass."""
    matched = match(table.headings)
    found = Findings(table, matched.columns)
    records = _read(table, matched, rules, found)
    references = {values[Field.REFERENCE] for values in records}
    lines = read_items(items, references, rules) if items else []
    invoices = [_invoice(i, values, own, found) for i, (values, own) in enumerate(_with_items(records, lines))]
    statuses = [RowStatus.INVALID if found.bad(i) else RowStatus.PENDING for i in range(len(records))]
    said = [
        Said(table.rows[i], values[Field.REFERENCE], values[Field.INVOICE_ID], invoices[i], not found.bad(i))
        for i, values in enumerate(records)
    ]
    for repeat in repeats(said):
        statuses[repeat.position] = repeat.status
        found.add(repeat.position, repeat.field, repeat.problem)
    rows = [
        _row(table, i, matched.columns, values, invoices[i], statuses[i], found.of(i))
        for i, values in enumerate(records)
    ]
    notes = [note for sheet in (table, items) if sheet for note in _notes(sheet)]
    return Checked(table, items, rows, lines, notes)


def _read(table: Table, matched: Match, rules: Rules, found: Findings) -> list[dict[Any, Any]]:
    """The rows as exact values; what is wrong with them goes into `found`."""
    frame, problems = normalise(table, matched.columns, rules)
    for position, field, what in problems:
        found.add(position, field, what)
    for failure in schema.failures(frame, rules):
        found.add(failure.row, failure.field, failure.problem)
    for position, number in enumerate(frame[Field.MOBILE]):
        if isinstance(number, Phone) and number.unusual:
            warning = problem(Code.PHONE_UNUSUAL, value=number.national, country=number.country)
            found.add(position, Field.MOBILE, warning)
    return frame.to_dict("records")


def _with_items(records: Sequence[_Values], lines: Sequence[ItemLine]) -> list[tuple[_Values, list[ItemLine]]]:
    by_reference: dict[str | None, list[ItemLine]] = {}
    for line in lines:
        by_reference.setdefault(line.reference, []).append(line)
    return [(values, by_reference.get(values[Field.REFERENCE], [])) for values in records]


def _invoice(position: int, values: _Values, lines: Sequence[ItemLine], found: Findings) -> Invoice | None:
    """The row's invoice; None if anything is wrong with the row or with one of its items."""
    if bad := next((line for line in lines if any(issue.is_error for issue in line.issues)), None):
        where = problem(Code.ITEM_BAD, sheet=bad.issues[0].place.sheet, item_row=bad.row)
        found.add(position, Field.REFERENCE, where)
    beside = checked_item(position, values, found)
    items = tuple(item for item in (*(line.item for line in lines), beside) if item)
    if short := shortfall(items, values[Field.AMOUNT]):
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


def _row(
    table: Table,
    position: int,
    columns: Mapping[Field, int],
    values: _Values,
    invoice: Invoice | None,
    status: RowStatus,
    issues: tuple[Issue, ...],
) -> CheckedRow:
    cells = table.cells[position]

    def said(field: Field) -> str:
        value = values[field]
        return str(value) if value is not None else shown(cells[columns[field]]) if field in columns else ""

    return CheckedRow(
        row=table.rows[position],
        reference=said(Field.REFERENCE),
        customer=said(Field.CUSTOMER),
        mobile=said(Field.MOBILE),
        amount=values[Field.AMOUNT],
        typed_amount=shown(cells[columns[Field.AMOUNT]]) if Field.AMOUNT in columns else "",
        invoice=invoice,
        status=status,
        issues=issues,
        cells=cells,
    )


def _notes(table: Table) -> list[Issue]:
    notes = []
    for index in match(table.headings).unknown:
        meant = likely(table.headings[index])
        near = f" (perhaps “{heading(meant)}”)" if meant else ""
        params = {"value": table.headings[index], "near": near}
        notes.append(Issue(Code.COLUMN_UNKNOWN, table.place(table.header_row, index), params))
    return notes

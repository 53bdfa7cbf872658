"""The check: a table → one checked row for each input row, with its invoice or with all its issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from batchinvoice.invoices import schema
from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.build import Built, build
from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.codes import STOPS, Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.control import Line, expected, overruled, probable, stated
from batchinvoice.invoices.findings import Findings
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue, problem
from batchinvoice.invoices.item_rows import Group, fill, find_groups
from batchinvoice.invoices.items import ItemLine, read_items
from batchinvoice.invoices.layout import Layout, hidden_positions, lay_out, lay_out_items, without
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.normalise import normalise
from batchinvoice.invoices.notes import of_columns, of_hidden, of_hidden_items
from batchinvoice.invoices.phone import Phone
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell, Table, filled

_Values = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One input row. `status` is pending (it can go), invalid, duplicate or held.

    `reference`, `customer`, `mobile` and `typed_amount` are as read, or as typed where they could not be read; `amount`
    is KWD, None where it could not be read, 0 for a further item of an invoice, which counts with its first row.
    `invoice` is None for an invalid row, unless all that is wrong with it is an expiry date that has passed: such a
    row may have been sent when its date was still to come.
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
    """A checked sheet: every input row in its order, the Items sheet's lines, and the notes on the sheet as a whole.

    `table` has only the rows that are meant as invoices, and of them only those that are not left out.
    """

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

    @property
    def stops(self) -> list[Issue]:
        """What must be answered or mended before anything of the sheet is sent."""
        return [issue for issue in self.notes if issue.code in STOPS]


def check(table: Table, items: Table | None, rules: Rules, asked: Asked = Asked()) -> Checked:  # noqa: B008 (frozen)
    """Check a sheet of invoices, with its Items sheet if it has one: every issue of every row in this one pass."""
    layout = lay_out(table)
    kept = without(layout.table, hidden_positions(layout.table)) if asked.hidden is Hidden.SKIP else layout.table
    columns = match(kept.headings, kept.mapping).columns
    found = Findings(kept, columns)
    records, groups = _read(kept, columns, rules, found)
    of_items = lay_out_items(items) if items else None
    own_items = of_items.table if of_items else None
    if own_items and asked.hidden is Hidden.SKIP:
        own_items = without(own_items, hidden_positions(own_items))
    lines = read_items(own_items, {values[Field.REFERENCE] for values in records}, rules) if own_items else []
    built = build(kept, records, groups, lines, found)
    rows = [_row(kept, i, columns, values, built, found) for i, values in enumerate(records)]
    counted = _counted(layout, kept, rows, built, rules, asked)
    by_user = list(expected(kept, counted, asked))
    notes = [
        *layout.notes,
        *of_hidden(kept, counted, [row.row for row in rows if row.status is RowStatus.PENDING], asked.hidden),
        *overruled(list(stated(layout.stated, counted, rules)), by_user, asked),
        *by_user,
        *(of_items.notes if of_items else ()),
        *(of_hidden_items(of_items.table, asked.hidden) if of_items else ()),
        *(note for sheet in (table, items) if sheet for note in of_columns(sheet)),
    ]
    return Checked(kept, own_items, rows, lines, notes)


def _read(
    table: Table, columns: Mapping[Field, int], rules: Rules, found: Findings
) -> tuple[list[dict[Any, Any]], list[Group]]:
    """The rows as exact values, and which of them are items of one invoice; what is wrong goes into `found`."""
    frame, problems = normalise(table, columns, rules)
    for position, field, what in problems:
        found.add(position, field, what)
    for position in (p for p, row in enumerate(table.rows) if row in table.merged_amounts):
        found.add(position, Field.AMOUNT, problem(Code.AMOUNT_MERGED))
    groups = find_groups(table, columns, frame[Field.REFERENCE].tolist())
    fill(groups, table, columns, frame)
    first_of = {other: group.first for group in groups for other in group.others}
    for failure in schema.failures(frame, rules):
        first = first_of.get(failure.row)
        own: Any = frame.at[failure.row, failure.field]
        if first is None or own != frame.at[first, failure.field]:
            found.add(failure.row, failure.field, failure.problem)
    for position, number in enumerate(frame[Field.MOBILE]):
        if isinstance(number, Phone) and number.unusual and position not in first_of:
            warning = problem(Code.PHONE_UNUSUAL, value=number.national, country=number.country)
            found.add(position, Field.MOBILE, warning)
    # Not by way of to_dict, which looks at every value for types that are none of ours.
    names = frame.columns.tolist()
    columns_ = (frame[name].tolist() for name in names)
    return [dict(zip(names, row, strict=True)) for row in zip(*columns_, strict=True)], groups


def _counted(
    layout: Layout, kept: Table, rows: Sequence[CheckedRow], built: Built, rules: Rules, asked: Asked
) -> list[Line]:
    """Every row as it counts for the control totals, those that are left out among them."""
    amount_at = match(kept.headings, kept.mapping).columns.get(Field.AMOUNT)

    def written(cells: Sequence[Cell]) -> Decimal | None:
        cell = cells[amount_at] if amount_at is not None else None
        return probable(cell, rules) if filled(cell) else Decimal(0)

    lines = []
    for position, row in enumerate(rows):
        further = position in built.further
        repeats = any(issue.code is Code.REPEAT_IDENTICAL for issue in row.issues)
        own = row.amount if row.amount is not None or row.typed_amount.strip() else Decimal(0)
        own = Decimal(0) if repeats else own
        as_written = written(row.cells) if (further or own is None) and not repeats else own
        is_open = asked.hidden is Hidden.ASK and row.row in kept.hidden
        lines.append(Line(row.row, own, as_written, counts=not further and not repeats, repeats=repeats, open=is_open))
    shown_rows = set(kept.rows)
    left_out = [(r, c) for r, c in zip(layout.table.rows, layout.table.cells, strict=True) if r not in shown_rows]
    lines += [Line(row, written(cells), written(cells), left_out=True) for row, cells in left_out]
    return sorted(lines, key=lambda line: line.row)


def _row(
    table: Table, position: int, columns: Mapping[Field, int], values: _Values, built: Built, found: Findings
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
        amount=Decimal("0.000") if position in built.further else values[Field.AMOUNT],
        typed_amount=shown(cells[columns[Field.AMOUNT]]) if Field.AMOUNT in columns else "",
        invoice=built.invoices[position],
        status=built.statuses[position],
        issues=found.of(position),
        cells=cells,
    )

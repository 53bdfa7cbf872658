"""The check: a table → one checked row for each input row, with its invoice or with all its issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import overload

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.build import Built, build
from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.coded import Coded
from batchinvoice.invoices.codes import STOPS, Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.control import Line, expected, overruled, probable, stated
from batchinvoice.invoices.findings import Findings
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue, problem
from batchinvoice.invoices.item_rows import Group, fill, find_groups
from batchinvoice.invoices.items import ItemLine, read_items
from batchinvoice.invoices.layout import Layout, hidden_positions, lay_out, lay_out_items
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.normalise import normalise
from batchinvoice.invoices.notes import of_columns, of_hidden, of_hidden_items
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell, Table, filled

_NO_KWD = Decimal("0.000")


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


class CheckedRows(Sequence[CheckedRow]):
    """The rows of a checked sheet, each made when it is looked at: a million of them are not there at once."""

    def __init__(self, table: Table, columns: Mapping[Field, int], built: Built, found: Findings) -> None:
        self._table, self._columns, self._built, self._found = table, columns, built, found

    def __len__(self) -> int:
        return len(self._table.rows)

    @overload
    def __getitem__(self, position: int) -> CheckedRow: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[CheckedRow]: ...
    def __getitem__(self, position: int | slice) -> CheckedRow | Sequence[CheckedRow]:
        if isinstance(position, slice):
            return [self._row(each) for each in range(*position.indices(len(self)))]
        return self._row(range(len(self))[position])

    def of(self, *statuses: RowStatus) -> Iterator[CheckedRow]:
        """The rows of these statuses."""
        return (self._row(position) for position, status in enumerate(self.statuses) if status in statuses)

    @property
    def statuses(self) -> Sequence[RowStatus]:
        """Each row's status."""
        return self._built.statuses

    @property
    def issues(self) -> Iterator[Issue]:
        """What was found of the rows, in their order."""
        return (issue for position in self._found.positions() for issue in self._found.of(position))

    def found(self, position: int) -> tuple[Issue, ...]:
        """What was found of one row."""
        return self._found.of(position)

    def typed(self, position: int) -> str:
        """A row's amount as it was typed."""
        index = self._columns.get(Field.AMOUNT)
        return shown(self._table.column(index)[position]) if index is not None else ""

    def amount(self, position: int) -> Decimal | None:
        """A row's amount in KWD."""
        amount: Decimal | None = self._built.read[Field.AMOUNT][position]
        return _NO_KWD if position in self._built.further else amount

    def tallies(self) -> dict[RowStatus, tuple[int, Decimal]]:
        """How many rows of each status there are, and their sum in KWD; an amount that could not be read counts 0."""
        return dict(self._tallies)

    @cached_property
    def _tallies(self) -> dict[RowStatus, tuple[int, Decimal]]:
        counts = dict.fromkeys(RowStatus, 0)
        sums = dict.fromkeys(RowStatus, _NO_KWD)
        amounts = self._built.read[Field.AMOUNT].map(lambda amount: amount or _NO_KWD)
        further = self._built.further
        for position, (status, amount) in enumerate(zip(self.statuses, amounts, strict=True)):
            counts[status] += 1
            if position not in further:
                sums[status] += amount  # exact: of 28 digits, a million amounts below 10¹² need 21
        return {status: (counts[status], sums[status]) for status in RowStatus}

    def _row(self, position: int) -> CheckedRow:
        cells, columns, read = self._table.cells[position], self._columns, self._built.read

        def said(field: Field) -> str:
            value = read[field][position]
            return str(value) if value is not None else shown(cells[columns[field]]) if field in columns else ""

        return CheckedRow(
            row=self._table.rows[position],
            reference=said(Field.REFERENCE),
            customer=said(Field.CUSTOMER),
            mobile=said(Field.MOBILE),
            amount=self.amount(position),
            typed_amount=self.typed(position),
            invoice=self._built.invoice(position),
            status=self.statuses[position],
            issues=self._found.of(position),
            cells=cells,
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked sheet: every input row in its order, the Items sheet's lines, and the notes on the sheet as a whole.

    `table` has only the rows that are meant as invoices, and of them only those that are not left out.
    """

    table: Table
    items: Table | None
    rows: CheckedRows
    item_lines: Sequence[ItemLine]
    notes: Sequence[Issue]

    @property
    def issues(self) -> list[Issue]:
        """Everything found: the sheet's notes, then the rows in their order, then the items."""
        return [*self.notes, *self.rows.issues, *(issue for line in self.item_lines for issue in line.issues)]

    @property
    def stops(self) -> list[Issue]:
        """What must be answered or mended before anything of the sheet is sent."""
        return [issue for issue in self.notes if issue.code in STOPS]


def check(table: Table, items: Table | None, rules: Rules, asked: Asked = Asked()) -> Checked:  # noqa: B008 (frozen)
    """Check a sheet of invoices, with its Items sheet if it has one: every issue of every row in this one pass."""
    layout = lay_out(table)
    kept = layout.table
    kept = kept.without(hidden_positions(kept)) if asked.hidden is Hidden.SKIP else kept
    columns = match(kept.headings, kept.mapping).columns
    found = Findings(kept, columns)
    read, groups = _read(kept, columns, rules, found)
    of_items = lay_out_items(items) if items else None
    own_items = of_items.table if of_items else None
    if own_items and asked.hidden is Hidden.SKIP:
        own_items = own_items.without(hidden_positions(own_items))
    lines = read_items(own_items, set(read[Field.REFERENCE]), rules) if own_items else []
    built = build(kept, read, groups, lines, found)
    rows = CheckedRows(kept, columns, built, found)
    counted = _counted(layout, kept, rows, built, rules, asked) if _is_counted(layout, asked) else []
    by_user = list(expected(kept, counted, asked))
    can_go = [kept.rows[p] for p, status in enumerate(rows.statuses) if status is RowStatus.PENDING]
    notes = [
        *layout.notes,
        *of_hidden(kept, counted, can_go, asked.hidden),
        *overruled(list(stated(layout.stated, counted, rules)), by_user, asked),
        *by_user,
        *(of_items.notes if of_items else ()),
        *(of_hidden_items(of_items.table, asked.hidden) if of_items else ()),
        *(note for sheet in (table, items) if sheet for note in of_columns(sheet)),
    ]
    return Checked(kept, own_items, rows, lines, notes)


def _read(
    table: Table, columns: Mapping[Field, int], rules: Rules, found: Findings
) -> tuple[dict[str, Coded], list[Group]]:
    """The columns of exact values, and which rows are items of one invoice; what is wrong goes into `found`."""
    read, problems = normalise(table, columns, rules)
    for position, field, what in problems:
        found.add(position, field, what)
    for position in (p for p, row in enumerate(table.rows) if row in table.merged_amounts):
        found.add(position, Field.AMOUNT, problem(Code.AMOUNT_MERGED))
    groups = find_groups(table, columns, read[Field.REFERENCE])
    fill(groups, table, columns, read)
    first_of = {other: group.first for group in groups for other in group.others}
    from batchinvoice.invoices import schema  # with pandas and pandera: where a sheet is checked, and nowhere else

    for failure in schema.failures(read, rules):
        first = first_of.get(failure.row)
        column = read[failure.field]
        if first is None or column[failure.row] != column[first]:
            found.add(failure.row, failure.field, failure.problem)
    numbers = read[Field.MOBILE]
    for position in numbers.where(lambda number: number is not None and number.unusual):
        if position not in first_of:
            said = {"value": numbers[position].national, "country": numbers[position].country}
            found.add(position, Field.MOBILE, problem(Code.PHONE_UNUSUAL, **said))
    return read, groups


def _is_counted(layout: Layout, asked: Asked) -> bool:
    """Whether anybody asks what the rows come to: the sheet, the user, or rows that it does not show."""
    return bool(layout.stated or layout.table.hidden or asked.count is not None or asked.total is not None)


def _counted(layout: Layout, kept: Table, rows: CheckedRows, built: Built, rules: Rules, asked: Asked) -> list[Line]:
    """Every row as it counts for the control totals, those that are left out among them."""
    amount_at = match(kept.headings, kept.mapping).columns.get(Field.AMOUNT)

    def written(cells: Sequence[Cell]) -> Decimal | None:
        cell = cells[amount_at] if amount_at is not None else None
        return probable(cell, rules) if filled(cell) else Decimal(0)

    lines = []
    for position, row_number in enumerate(kept.rows):
        further = position in built.further
        repeats = any(issue.code is Code.REPEAT_IDENTICAL for issue in rows.found(position))
        own = rows.amount(position)
        own = own if own is not None or rows.typed(position).strip() else Decimal(0)
        own = Decimal(0) if repeats else own
        as_written = written(kept.cells[position]) if (further or own is None) and not repeats else own
        is_open = asked.hidden is Hidden.ASK and row_number in kept.hidden
        lines.append(
            Line(row_number, own, as_written, counts=not further and not repeats, repeats=repeats, open=is_open)
        )
    shown_rows = set(kept.rows)
    left_out = [(r, c) for r, c in zip(layout.table.rows, layout.table.cells, strict=True) if r not in shown_rows]
    lines += [Line(row, written(cells), written(cells), left_out=True) for row, cells in left_out]
    return sorted(lines, key=lambda line: line.row)

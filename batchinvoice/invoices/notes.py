"""What is said of a sheet as a whole: headings that mean nothing, and what the sheet does not show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from batchinvoice.invoices.asked import Hidden
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.control import Line
from batchinvoice.invoices.headings import key, likely, match
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.row_list import row_list
from batchinvoice.invoices.table import Table

_HIDDEN = {
    Hidden.ASK: Code.ROWS_HIDDEN,
    Hidden.SKIP: Code.HIDDEN_SKIPPED,
    Hidden.INCLUDE: Code.HIDDEN_INCLUDED,
}

_HIDDEN_ITEMS = {
    Hidden.ASK: Code.ITEMS_HIDDEN,
    Hidden.SKIP: Code.ITEMS_SKIPPED,
    Hidden.INCLUDE: Code.ITEMS_INCLUDED,
}


def of_columns(table: Table) -> Iterator[Issue]:
    """Headings that are not used, were confirmed, or are hidden; and sheets that could have been meant."""
    matched = match(table.headings, table.mapping)
    for index in matched.unknown:
        heading, place = table.headings[index], table.place(table.header_row, index)
        meant = likely(heading) if key(heading) not in table.mapping else None
        near = meant if meant and meant not in matched.columns else ""
        yield Issue(Code.COLUMN_UNKNOWN, place, {"value": place.heading or "", "near": near})
    for field, index in matched.columns.items():
        place = table.place(table.header_row, index)
        if table.mapping.get(key(table.headings[index])):
            yield Issue(Code.COLUMN_CONFIRMED, place, {"value": place.heading or "", "field": field})
        if index in table.hidden_columns:
            yield Issue(Code.COLUMN_HIDDEN, place, {"value": place.heading or ""})
    for sheet, hidden in table.others:
        yield Issue(Code.SHEET_UNUSED, Place(sheet), {"value": sheet, "hidden": "yes" if hidden else ""})


def of_hidden_items(items: Table, asked: Hidden) -> Iterator[Issue]:
    """The lines of the sheet of items that it does not show."""
    rows = sorted(items.hidden)
    if rows:
        code = _HIDDEN_ITEMS[asked]
        yield Issue(code, items.place(rows[0], None), {"count": str(len(rows)), "rows": row_list(rows)})


def of_hidden(table: Table, lines: Sequence[Line], can_go: Collection[int], asked: Hidden) -> Iterator[Issue]:
    """The rows that the sheet does not show: a question if some of them would be invoiced, `can_go`."""
    if asked is Hidden.SKIP:
        hidden = [line for line in lines if line.left_out]
    else:
        hidden = [line for line in lines if line.row in table.hidden]
    if not hidden or (asked is Hidden.ASK and not table.hidden & set(can_go)):
        return
    amounts = [line.counted for line in hidden]
    total = money(sum((amount for amount in amounts if amount is not None), Decimal(0)))
    params = {
        "count": str(len(hidden)),
        "rows": row_list([line.row for line in hidden]),
        "amount": "?" if None in amounts else total,
    }
    yield Issue(_HIDDEN[asked], table.place(hidden[0].row, None), params)

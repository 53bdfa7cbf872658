"""What is said of a sheet as a whole: headings that mean nothing, and what the sheet does not show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from batchinvoice.invoices.asked import Hidden
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.control import Line
from batchinvoice.invoices.headings import key, likely, match
from batchinvoice.invoices.issue import Code, Issue, Place
from batchinvoice.invoices.layout import row_list
from batchinvoice.invoices.table import Table

_HIDDEN = {
    Hidden.ASK: Code.ROWS_HIDDEN,
    Hidden.SKIP: Code.HIDDEN_SKIPPED,
    Hidden.INCLUDE: Code.HIDDEN_INCLUDED,
}


def of_columns(table: Table) -> Iterator[Issue]:
    """Headings that are not used, were confirmed, or are hidden; and sheets that could have been meant."""
    matched = match(table.headings, table.mapping)
    for index in matched.unknown:
        heading = table.headings[index]
        meant = likely(heading) if key(heading) not in table.mapping else None
        params = {"value": heading, "near": meant or ""}
        yield Issue(Code.COLUMN_UNKNOWN, table.place(table.header_row, index), params)
    for field, index in matched.columns.items():
        heading = table.headings[index]
        if table.mapping.get(key(heading)):
            yield Issue(Code.COLUMN_CONFIRMED, table.place(table.header_row, index), {"value": heading, "field": field})
        if index in table.hidden_columns:
            yield Issue(Code.COLUMN_HIDDEN, table.place(table.header_row, index), {"value": heading})
    for sheet, hidden in table.others:
        yield Issue(Code.SHEET_UNUSED, Place(sheet), {"value": sheet, "hidden": "yes" if hidden else ""})


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

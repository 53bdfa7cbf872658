"""What is kept of a checked sheet besides its rows: its headers, and the lines of its items."""

from __future__ import annotations

from collections.abc import Iterator

from batchinvoice.invoices.check import Checked
from batchinvoice.ledger.records import ItemRow, TableShape


def shapes(checked: Checked) -> tuple[TableShape, ...]:
    """The headers of the sheet of invoices and, if there is one, of the Items sheet."""
    tables = (checked.table, checked.items)
    return tuple(
        TableShape(table.sheet, table.headings, table.first_column, table.mapping, table.widths)
        for table in tables
        if table
    )


def item_rows(checked: Checked) -> Iterator[ItemRow]:
    """The lines of the Items sheet as the ledger keeps them."""
    cells = checked.items.cells if checked.items else []
    for position, (line, own) in enumerate(zip(checked.item_lines, cells, strict=True)):
        yield ItemRow(position, line.row, line.reference, own, line.issues)

"""Sheets of invoices for tests: rows as dictionaries by heading."""

from __future__ import annotations

import datetime as dt

from batchinvoice.invoices.check import Checked, check
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Cell, Table

TODAY = dt.date(2026, 11, 22)
RULES = Rules("842217", TODAY)
GOOD: dict[str, Cell] = {
    "Reference Number": "INV-1",
    "Customer Name": "Noura",
    "Mobile Number": "66666666",
    "Amount": "280.000",
}

Row = dict[str, Cell]


def table(*rows: Row, name: str = "Invoices", header_row: int = 1, first_column: int = 1) -> Table:
    """The rows below one header that has all their headings."""
    headings = tuple(dict.fromkeys(heading for row in rows for heading in row))
    cells = [[row.get(heading) for heading in headings] for row in rows]
    numbers = range(header_row + 1, header_row + 1 + len(rows))
    return Table(name, headings, numbers, cells, header_row, first_column)


def sheet(*rows: Row, items: tuple[Row, ...] = (), rules: Rules = RULES) -> Checked:
    """A checked sheet whose rows differ from a good one as said; without a reference, INV-n and a phone of its own."""
    own = [{"Reference Number": f"INV-{n}", "Mobile Number": str(66666665 + n)} for n in range(1, len(rows) + 1)]
    full = [GOOD | ({} if "Reference Number" in row else mine) | row for mine, row in zip(own, rows, strict=True)]
    return check(table(*full), table(*items, name="Items") if items else None, rules)


def invoice(**other: Cell) -> Invoice:
    """The invoice of a good row that differs as said, which must be without errors."""
    [row] = sheet({name.replace("_", " "): cell for name, cell in other.items()}).rows
    assert row.invoice is not None, [issue.message for issue in row.issues]
    return row.invoice


def said(issues: tuple[Issue, ...] | list[Issue]) -> list[tuple[str, str]]:
    """Issues as (cell, code)."""
    return [(issue.place.cell, str(issue.code)) for issue in issues]

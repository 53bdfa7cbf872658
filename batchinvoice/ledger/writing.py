"""How an entry writes: many lines of the ledger at once, and none that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Update, bindparam, update

from batchinvoice.invoices.invoice import Invoice, fingerprint_of
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.records import Row
from batchinvoice.ledger.tables import invoices, rows

Values = dict[str, Any]

# Each statement is built once and carried out for all rows of an entry together: building it takes longer than SQLite.
OF_INVOICE = update(invoices).where(invoices.c.id == bindparam("key"))
OF_ROW = update(rows).where(rows.c.run_id == bindparam("of_run"), rows.c.position == bindparam("at"))


def write_each(connection: Connection, statement: Update, records: Iterable[Values]) -> None:
    """Carry the statement out for each record, those with the same columns at once.

    Raises LedgerBusy if one meets no line.
    """
    alike: dict[tuple[str, ...], list[Values]] = {}
    for record in records:
        alike.setdefault(tuple(record), []).append(record)
    for group in alike.values():
        if connection.execute(statement, group).rowcount != len(group):
            raise LedgerBusy(OVERTAKEN)


def line_of(row: Row) -> Values:
    """Which line of `OF_ROW` is meant."""
    return {"of_run": row.run_id, "at": row.position}


def kept(invoice: Invoice) -> Values:
    """What is kept of what an invoice says."""
    content = invoice.content()
    return {
        "content": content,
        "phone": invoice.phone,
        "fingerprint": fingerprint_of(content),
        "forgotten_at": None,
    }

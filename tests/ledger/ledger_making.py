"""Runs and rows for tests of the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import NewRow, NewRun, Row, Run, TableShape

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


def invoice(reference: str = "R-1", **other: Any) -> Invoice:
    return replace(Invoice(reference, "Noura", "965", "66000001", Decimal("5.000"), payment_types=(1, 2)), **other)


def new_run(**other: Any) -> NewRun:
    run = NewRun(
        source="/in/sheet.xlsx",
        source_name="sheet.xlsx",
        sha256="ab" * 32,
        sheet="Invoices",
        shapes=(TableShape("Invoices", ("Reference Number", "Amount"), 1),),
        notes=(),
        options={"sms": "yes"},
        started_by="fatima@desk",
        version="0.1.0",
        planned_at=NOW,
        input_count=1,
        input_amount=Decimal("5.000"),
    )
    return replace(run, **other)


def new_row(position: int = 0, said: Invoice | None = None, **other: Any) -> NewRow:
    meant = said or invoice(f"R-{position + 1}")
    row = NewRow(
        position=position,
        row=position + 2,
        reference=meant.reference,
        customer=meant.customer,
        mobile=meant.mobile,
        amount=meant.amount,
        typed_amount=str(meant.amount),
        cells=[meant.reference, float(meant.amount)],
        invoice=meant,
        action=Action.CREATE,
        status=RowStatus.PENDING,
        issues=(),
        sms=SmsStatus.PENDING,
    )
    return replace(row, **other)


def planned(ledger: Ledger, rows: Sequence[NewRow] | None = None, **other: Any) -> tuple[Run, list[Row]]:
    """Store a run of these rows, one if not said otherwise; returns it with its rows."""
    run = ledger.run(ledger.add_run(new_run(**other), [new_row()] if rows is None else rows, []))
    return run, list(ledger.rows(run))

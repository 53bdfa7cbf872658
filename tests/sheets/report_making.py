"""Reports for tests: rows of every kind, with totals that agree unless a test says otherwise."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from batchinvoice.invoices.lifecycle import AT_GATEWAY, Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.sheets.report import Report, ReportRow, SmsCall, Tally

WHEN = dt.datetime(2026, 11, 22, 22, 30, 5, tzinfo=dt.UTC)  # the next day in Kuwait


def row(number: int, status: RowStatus = RowStatus.CREATED, **other: Any) -> ReportRow:
    """A row whose invoice, if it has one, is just as the sheet says."""
    there = status in AT_GATEWAY
    made = ReportRow(
        row=number,
        reference=f"00{number}",
        customer="Noura Al-Mutairi",
        mobile="+96566100201",
        amount=Decimal("10.500"),
        typed_amount="10.5",
        action=Action.CREATE if there else Action.NONE,
        status=status,
        reason="",
        remedy="",
        gateway_amount=Decimal("10.500") if there else None,
        invoice_id=f"7100{number}" if there else "",
        link=f"https://pay.example.com/{number}" if there else "",
        sms=SmsStatus.SENT if there else SmsStatus.NOT_WANTED,
        attempts=1 if there else 0,
        updated_at=WHEN if there else None,
        needs_person=False,
    )
    return replace(made, **other)


def report(rows: Iterable[ReportRow], **other: Any) -> Report:
    """A report of these rows; reading and ledger agree with them."""
    listed = list(rows)
    statuses: dict[RowStatus, Tally] = {}
    for each in listed:
        statuses[each.status] = statuses.get(each.status, Tally()).plus(each.amount)
    made = Report(
        run="r-0001",
        status=RunStatus.PARTIAL,
        source="november & co.xlsx",
        sheet="Invoices",
        sha256="ab" * 32,
        environment="sandbox",
        merchant_code="842217",
        started_by="fatima",
        started_at=WHEN,
        finished_at=None,
        version="0.1.0",
        options={"strict": "no"},
        input=Tally(len(listed), sum((each.amount or Decimal(0) for each in listed), Decimal(0))),
        statuses=statuses,
        sms=Counter(each.sms for each in listed),
        calls=(SmsCall(1, ("71001", "71002"), SmsStatus.SENT, "Accepted", WHEN),),
        rows=iter(listed),
    )
    return replace(made, **other)

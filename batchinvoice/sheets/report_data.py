"""What the reconciliation workbook tells: a run, its rows, its bulk sends, and three independent sets of totals."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the sheet and what came of it. Amounts in KWD, three decimals; times aware.

    `amount` is None where the cell could not be read; then `typed_amount` is shown as it was typed.
    `needs_person` puts the row on the Attention sheet.
    """

    row: int
    reference: str
    customer: str
    mobile: str
    amount: Decimal | None
    typed_amount: str
    action: Action
    status: RowStatus
    reason: str
    remedy: str
    gateway_amount: Decimal | None
    invoice_id: str
    link: str
    sms: SmsStatus
    attempts: int
    updated_at: dt.datetime | None
    needs_person: bool

    @property
    def difference(self) -> Decimal | None:
        """Amount at the gateway less amount in the sheet; None unless both are known."""
        if self.amount is None or self.gateway_amount is None:
            return None
        return self.gateway_amount - self.amount


@dataclass(frozen=True, slots=True)
class SmsCall:
    """One bulk send: the invoice IDs that were in it and what came of it."""

    number: int
    ids: tuple[str, ...]
    outcome: SmsStatus
    message: str
    at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows, and their sum in KWD. Rows without a readable amount count with 0."""

    count: int = 0
    amount: Decimal = Decimal(0)

    def plus(self, amount: Decimal | None) -> Tally:
        """The tally with one row more."""
        return Tally(self.count + 1, self.amount + (amount or 0))


@dataclass(frozen=True, slots=True)
class Report:
    """A run as it is reported.

    `input` was counted when the sheet was read, `statuses` and `sms` by the ledger; the rows are counted once more
    while they are written, and the three must agree. `rows` is gone through once. `notes`: places, and what is said of
    the sheet there. `environment` is `sandbox` or `live`. `ask`: what whoever reads it is asked for, if it is a plan.
    `audit_mark`: number and hash of the latest record of the run in the audit log, `17:9f86d08…`. `forgotten_at`: when
    the run's personal data was removed.
    """

    run: str
    status: RunStatus
    source: str
    sheet: str
    sha256: str
    environment: str
    merchant_code: str
    started_by: str
    started_at: dt.datetime
    finished_at: dt.datetime | None
    version: str
    options: Mapping[str, str]
    input: Tally
    statuses: Mapping[RowStatus, Tally]
    sms: Mapping[SmsStatus, int]
    calls: Sequence[SmsCall]
    rows: Iterable[ReportRow]
    notes: Sequence[tuple[str, str]] = ()
    ask: str = ""
    audit_mark: str = ""
    forgotten_at: dt.datetime | None = None


@dataclass(slots=True)
class Written:
    """Totals of the rows as they are written: the third count, independent of reading and ledger."""

    statuses: dict[RowStatus, Tally] = field(default_factory=lambda: dict.fromkeys(RowStatus, Tally()))
    sms: Counter[SmsStatus] = field(default_factory=Counter)
    at_gateway: dict[RowStatus, Tally] = field(default_factory=lambda: dict.fromkeys(RowStatus, Tally()))
    untold: dict[RowStatus, Tally] = field(default_factory=lambda: dict.fromkeys(RowStatus, Tally()))
    unreadable: int = 0
    need_person: int = 0

    @property
    def count(self) -> int:
        """How many rows were written."""
        return total(self.statuses.values()).count

    def add(self, row: ReportRow) -> None:
        """Count one row."""
        status = row.status
        self.statuses[status] = self.statuses[status].plus(row.amount)
        if row.gateway_amount is None:
            self.untold[status] = self.untold[status].plus(row.amount)
        else:
            self.at_gateway[status] = self.at_gateway[status].plus(row.gateway_amount)
        self.sms[row.sms] += 1
        self.unreadable += row.amount is None
        self.need_person += row.needs_person


def total(tallies: Iterable[Tally]) -> Tally:
    """The tallies added up."""
    parts = tuple(tallies)
    return Tally(sum(part.count for part in parts), sum((part.amount for part in parts), Decimal(0)))


def disagreements(report: Report, written: Written) -> tuple[str, ...]:
    """Where reading, ledger and workbook do not agree, in plain words; empty when every row and every fils is there."""
    found = []
    listed = total(written.statuses.values())
    if listed != report.input:
        found.append(f"the sheet had {_said(report.input)}, but the workbook lists {_said(listed)}")
    for status in RowStatus:
        ledger, rows = report.statuses.get(status, Tally()), written.statuses[status]
        if ledger != rows:
            found.append(f"{status.value}: the ledger counts {_said(ledger)}, but the workbook lists {_said(rows)}")
    for sms in SmsStatus:
        counted, listed_sms = report.sms.get(sms, 0), written.sms[sms]
        if counted != listed_sms:
            found += [f"SMS {sms.value}: the ledger counts {counted}, but the workbook lists {listed_sms}"]
    return tuple(found)


def _said(tally: Tally) -> str:
    return f"{tally.count} rows with {tally.amount:.3f} KWD"

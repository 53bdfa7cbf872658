"""What a run, a row or a reference went through: lines with a name before each, for the terminal, and JSON values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from batchinvoice.invoices.cells import money, shown
from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.audit import Event, Record
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Attempt, Row, Run, SmsCallRecord
from batchinvoice.summary import Summary, summarise
from batchinvoice.to_do import Texts, row_to_do, to_do

Line = tuple[str, str]  # a name and what is said; nothing before it where it goes on

_MOST_RECORDS = 15
_DECIDED = {
    Action.CREATE: "to make a new invoice: none of this reference was known",
    Action.UPDATE: "to change an invoice that is there and differs",
    Action.UNCHANGED: "nothing to send: the invoice is there as the sheet says",
    Action.NONE: "nothing to send",
}


@dataclass(frozen=True, slots=True)
class Story:
    """A run with its figures and what remains to be done."""

    summary: Summary
    left: tuple[str, ...]

    @property
    def run(self) -> Run:
        """The run."""
        return self.summary.run

    @classmethod
    def of(cls, ledger: Ledger, run: Run, tool: str) -> Story:
        """As the ledger tells it now. tool: how the tool is called, for the commands to type."""
        summary = summarise(ledger, run)
        return cls(summary, tuple(to_do(summary, Texts.of(ledger, summary), ledger.attention_count(run), tool)))

    def as_json(self) -> dict[str, Any]:
        """Amounts as text in KWD, times in UTC."""
        run = self.run
        return {
            "run": run.id,
            "environment": run.environment,
            "merchant": run.merchant_code,
            "status": str(run.status),
            "file": run.source_name,
            "path": run.source,
            "sha256": run.sha256,
            "who": run.started_by,
            "planned": run.planned_at.isoformat(),
            "finished": run.finished_at.isoformat() if run.finished_at else None,
            "personal_data_removed": run.forgotten_at.isoformat() if run.forgotten_at else None,
            "options": dict(run.options),
            "rows": {"total": run.input_count} | {str(status): n for status, n in self.summary.rows.items()},
            "amount": {"total": money(run.input_amount)}
            | {str(status): money(kwd) for status, kwd in self.summary.amounts.items()},
            "sms": {str(status): n for status, n in self.summary.sms.items()},
            "to_do": list(self.left),
        }


def clock(at: dt.datetime) -> str:
    """`2026-11-22 12:30:05 (Kuwait)`."""
    return f"{at.astimezone(KUWAIT):%Y-%m-%d %H:%M:%S} (Kuwait)"


def in_short(story: Story) -> list[str]:
    """A run in three lines or a few more: what it was, with which file, what came of it, what remains to be done."""
    run, rows = story.run, story.summary.rows
    counts = ", ".join(f"{count:,} {status}" for status, count in rows.items() if count)
    live = "LIVE" if run.environment == "live" else "sandbox"
    removed = "  (personal data removed)" if run.forgotten_at else ""
    return [
        f"{run.id}  {run.status:<8}  {live:<7}  {run.planned_at.astimezone(KUWAIT):%Y-%m-%d %H:%M}  {run.started_by}",
        f"    {run.source_name}  (SHA-256 {run.sha256[:16]}…){removed}",
        f"    {_rows(run.input_count)}, {run.input_amount:,.3f} KWD{': ' if counts else ''}{counts}",
        *(f"    → {left}" for left in story.left),
    ]


def of_run(run: Run) -> Iterator[Line]:
    """Who ran what, when, with which file and how."""
    yield "By", f"{run.started_by}, with batchinvoice {run.version}"
    yield "Merchant", f"{run.merchant_code}, {run.environment}"
    yield "Planned", clock(run.planned_at)
    yield "Finished", clock(run.finished_at) if run.finished_at else "not yet"
    yield "File", run.source
    yield "SHA-256", run.sha256
    yield "Sheet", run.sheet
    yield "Options", ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sorted(run.options.items()))
    if run.forgotten_at:
        yield "Personal data", f"removed on {clock(run.forgotten_at)}"


def of_records(records: Sequence[Record]) -> Iterator[Line]:
    """What the audit log tells of a run: of very many records the last, and how many there are before."""
    before = len(records) - _MOST_RECORDS
    for number, record in enumerate(records[-_MOST_RECORDS:]):
        name = "" if number else "What happened"
        if not number and before > 0:
            yield name, f"… {before:,} records before these"
            name = ""
        said = _said(record.event, record.told)
        yield name, f"{clock(record.at)[:19]}  {record.event}{': ' if said else ''}{said}  ({record.who})"


def _said(event: str, told: Mapping[str, Any]) -> str:
    match event:
        case Event.PLANNED:
            return f"{_rows(told['count'])}, {told['amount']} KWD"
        case Event.BEGUN:
            return ""
        case Event.STOPPED | Event.CONCLUDED:
            return str(told.get("why") or told["status"])
        case Event.TEXTED:
            return f"call {told['call']}, {told['customers']:,} customers, {told['outcome']}"
        case Event.REPORTED:
            return str(told["report"])
        case Event.GIVEN_UP:
            return f"rows {', '.join(map(str, told['sheet_rows']))}"
        case Event.SETTLED:
            return f"by run {told['by']}"
        case Event.FORGOTTEN:
            return f"personal data of {_rows(told['count'])}, being older than {told['older_than']}"
    return ", ".join(f"{name} {value}" for name, value in told.items())


def of_left(left: Iterable[str]) -> Iterator[Line]:
    """What remains to be done, one thing a line."""
    for number, each in enumerate(left or ["nothing"]):
        yield "" if number else "To do", each


def of_row(run: Run, row: Row) -> Iterator[Line]:
    """What the sheet said, what was decided, and what came of it."""
    yield "Row", f"{row.row} of {run.source_name}"
    yield "Run", f"{run.id}, by {run.started_by}, planned {clock(run.planned_at)}"
    if run.forgotten_at:
        yield "Personal data", f"removed on {clock(run.forgotten_at)}"
    else:
        yield from _cells(run, row)
    yield "Reference", row.reference
    yield "Customer", row.customer
    yield "Mobile", row.mobile
    yield "Amount", f"{row.amount:,.3f} KWD" if row.amount is not None else row.typed_amount
    yield "Decided", _DECIDED[row.action] + (f" ({row.status})" if row.action is Action.NONE else "")
    yield "Status", str(row.status)
    yield "Amount at gateway", f"{row.gateway_amount:,.3f} KWD" if row.gateway_amount is not None else ""
    yield "Invoice ID", row.gateway_id
    yield "Payment link", row.link
    yield "Attempts", str(row.attempts)
    yield "Updated at", clock(row.updated_at) if row.updated_at else ""


def _cells(run: Run, row: Row) -> Iterator[Line]:
    headings = run.shapes[0].headings
    said = [
        f"{' '.join((name or '?').split())}: {shown(cell)}"
        for name, cell in zip_longest(headings, row.cells)
        if cell is not None
    ]
    for number, each in enumerate(said):
        yield "" if number else "The sheet said", each


def of_calls(attempts: Sequence[Attempt], texts: Sequence[SmsCallRecord], row: Row, tool: str) -> Iterator[Line]:
    """Every call that was made for the row, and every bulk send that its invoice was in."""
    for number, call in enumerate(attempts, 1):
        told = " ".join(filter(None, [call.outcome or "no answer is known", call.detail and f"({call.detail})"]))
        yield f"Call {number}", f"{clock(call.started_at)} {call.action}: {told}"
    yield "Text message", _sms(row)
    for send in texts:
        if row.gateway_id and row.gateway_id in send.gateway_ids:
            told = " ".join(filter(None, [str(send.outcome), send.message and f"({send.message})"]))
            yield f"Bulk send {send.number}", f"{clock(send.started_at)} {told}"
    yield "To do", row_to_do(row, tool) or ("see below" if any(issue.is_error for issue in row.issues) else "nothing")


def _sms(row: Row) -> str:
    if row.sms is SmsStatus.PENDING and row.status in (RowStatus.PENDING, RowStatus.UNKNOWN):
        return "wanted, once the invoice is made"
    return {SmsStatus.PENDING: "not sent yet", SmsStatus.UNKNOWN: "it is not certain that it was sent"}.get(
        row.sms, str(row.sms)
    )


def of_reference(spoken: Sequence[tuple[Run, Row]], tool: str) -> Iterator[str]:
    """Each run and row that spoke of a reference, the oldest first."""
    for run, row in spoken:
        amount = f"{row.amount:,.3f} KWD" if row.amount is not None else "amount not read"
        invoice = f"  invoice {row.gateway_id}" if row.gateway_id else ""
        when = f"{run.planned_at.astimezone(KUWAIT):%Y-%m-%d %H:%M}"
        yield f"{run.id}  {when}  row {row.row}  {row.status}  {amount}{invoice}"
        yield f"    {run.source_name}, by {run.started_by}: {tool} show {run.id} --row {row.row}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def row_as_json(row: Row, tool: str, attempts: Sequence[Attempt] = ()) -> dict[str, Any]:
    """A row and its calls; times in UTC."""
    return {
        "run": row.run_id,
        "row": row.row,
        "reference": row.reference,
        "amount": money(row.amount) if row.amount is not None else None,
        "action": str(row.action),
        "status": str(row.status),
        "invoice_id": row.gateway_id or None,
        "amount_at_gateway": money(row.gateway_amount) if row.gateway_amount is not None else None,
        "sms": str(row.sms),
        "issues": [{"code": str(issue.code), "message": issue.message, "remedy": issue.remedy} for issue in row.issues],
        "calls": [
            {
                "action": str(call.action),
                "at": call.started_at.isoformat(),
                "outcome": call.outcome,
                "detail": call.detail,
            }
            for call in attempts
        ],
        "to_do": row_to_do(row, tool) or None,
    }

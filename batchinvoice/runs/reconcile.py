"""Reconcile: the ledger's account of a run → the reconciliation workbook and the corrections workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from batchinvoice.invoices.invoice import SmsMode
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import WELL_ENDED, RowStatus, SmsStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row, Run
from batchinvoice.sheets.naming import workbook_path
from batchinvoice.sheets.report import Report, ReportRow, SmsCall, Tally, write_report

_TOLD_EVERY = 500  # rows


def report_path(run: Run, folder: Path) -> Path:
    """Where the run's reconciliation workbook goes by default."""
    return workbook_path(folder, run.source_name, run.id, "report")


def reconcile(
    ledger: Ledger, run: Run, path: Path, progress: Callable[[int], None] = lambda _: None
) -> tuple[str, ...]:
    """Write the reconciliation workbook; returns where its totals disagree, which is nowhere if all is well.

    progress: told how many more rows are written. Raises FileInUse or CannotWrite.
    """
    return write_report(path, report(ledger, run, progress))


def report(ledger: Ledger, run: Run, progress: Callable[[int], None] = lambda _: None) -> Report:
    """The run as the workbook tells it; its rows are read from the ledger while they are written."""
    language = run.language
    return Report(
        run=run.id,
        status=run.status,
        source=run.source_name,
        sheet=run.sheet,
        sha256=run.sha256,
        environment=run.environment,
        merchant_code=run.merchant_code,
        started_by=run.started_by,
        started_at=run.planned_at,
        finished_at=run.finished_at,
        version=run.version,
        options=_asked_for(run),
        input=Tally(run.input_count, run.input_amount),
        statuses={status: Tally(*tally) for status, tally in ledger.tallies(run).items()},
        sms=ledger.sms_counts(run),
        calls=[
            SmsCall(call.number, call.gateway_ids, call.outcome, call.message, call.started_at)
            for call in ledger.sms_calls(run)
        ],
        rows=(_report_row(row, language) for row in _told(ledger.rows(run, invoices=False), progress)),
        audit_mark=ledger.mark(run),
        forgotten_at=run.forgotten_at,
        notes=[(issue.place.cell or issue.place.sheet, issue.say(language).message) for issue in run.notes],
    )


def _told(rows: Iterable[Row], progress: Callable[[int], None]) -> Iterator[Row]:
    """The rows, told of now and then as they pass."""
    for number, row in enumerate(rows, 1):
        yield row
        if number % _TOLD_EVERY == 0:
            progress(_TOLD_EVERY)


def _asked_for(run: Run) -> dict[str, str]:
    """The run's options in words."""
    by_gateway = run.options["sms_mode"] == SmsMode.INSTANT
    texted = "by the gateway at once" if by_gateway else "in bulk, after the invoices"
    return {
        "Text messages": texted if run.options["sms"] == "yes" else "later (--no-sms)",
        "--strict": run.options["strict"],
        "--check-gateway": run.options.get("check_gateway", "no"),
        "--trust-ids": run.options.get("trust_ids", "no"),
        **{words: run.options[name] for name, words in _SAID_OF_SHEET.items() if name in run.options},
    }


_SAID_OF_SHEET = {
    "corrects": "Corrects the run",
    "sheet": "--sheet",
    "hidden": "Hidden rows",
    "expect_count": "--expect-count",
    "expect_total": "--expect-total",
}


def needs_person(row: Row) -> bool:
    """Whether somebody has to look at the row: it did not end well, something differs, or its text is not certain."""
    ended_badly = row.status not in WELL_ENDED and row.status is not RowStatus.PENDING
    return ended_badly or row.attention or row.sms in (SmsStatus.FAILED, SmsStatus.UNKNOWN)


_SMS_WORDS: dict[SmsStatus, tuple[str, str]] = {
    SmsStatus.FAILED: (
        "The gateway refused to send the text message; see the sheet SMS.",
        "Mend what it says, then: batchinvoice send {run}",
    ),
    SmsStatus.UNKNOWN: (
        "It is not certain that the customer was texted.",
        "Look in the gateway's panel whether the message went out. If it did not: batchinvoice send {run} --again",
    ),
}


def _report_row(row: Row, language: str) -> ReportRow:
    reasons, remedies = _said(row.issues, language)
    if row.sms in _SMS_WORDS and row.status is not RowStatus.UNKNOWN:
        reason, remedy = _SMS_WORDS[row.sms]
        reasons, remedies = [*reasons, reason], [*remedies, remedy.format(run=row.run_id)]
    return ReportRow(
        row=row.row,
        reference=row.reference,
        customer=row.customer,
        mobile=row.mobile,
        amount=row.amount,
        typed_amount=row.typed_amount,
        action=row.action,
        status=row.status,
        reason=" ".join(reasons),
        remedy=" ".join(remedies),
        gateway_amount=row.gateway_amount,
        invoice_id=row.gateway_id,
        link=row.link,
        sms=row.sms,
        attempts=row.attempts,
        updated_at=row.updated_at,
        needs_person=needs_person(row),
    )


def _said(issues: Sequence[Issue], language: str) -> tuple[list[str], list[str]]:
    """What is wrong, each with its cell, and what to do; errors alone where there are any."""
    if not issues:
        return [], []
    said = [(issue, issue.say(language)) for issue in issues if issue.is_error]
    said = said or [(issue, issue.say(language)) for issue in issues]
    reasons = [f"{issue.place.cell}: {words.message}" if issue.place.column else words.message for issue, words in said]
    return reasons, list(dict.fromkeys(words.remedy for _, words in said))


def problems(ledger: Ledger, run: Run) -> Iterator[Issue]:
    """Every issue of the run: the sheet's, the rows' and the items', in their order."""
    yield from run.notes
    yield from ledger.issues(run)
    for item in ledger.items(run):
        yield from item.issues

"""Reconcile: the ledger's account of a run → the reconciliation workbook and the corrections workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from batchinvoice.invoices.check import Checked, CheckedRow
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import ITEM_FIELDS
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.invoice import SmsMode
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import MENDABLE, WELL_ENDED, RowStatus, SmsStatus
from batchinvoice.invoices.script import language_of
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import ItemRow, Row, Run, TableShape
from batchinvoice.runs.plan_rows import item_rows, shapes
from batchinvoice.sheets.corrections import CHECK, CorrectionRow, CorrectionSheet, write_corrections
from batchinvoice.sheets.naming import workbook_path
from batchinvoice.sheets.reading import Source
from batchinvoice.sheets.report import Report, ReportRow, SmsCall, Tally, write_report


def report_path(run: Run, folder: Path) -> Path:
    """Where the run's reconciliation workbook goes by default."""
    return workbook_path(folder, run.source_name, run.id, "report")


def reconcile(ledger: Ledger, run: Run, path: Path) -> tuple[str, ...]:
    """Write the reconciliation workbook; returns where its totals disagree, which is nowhere if all is well.

    Raises FileInUse or CannotWrite.
    """
    return write_report(path, report(ledger, run))


def report(ledger: Ledger, run: Run) -> Report:
    """The run as the workbook tells it; its rows are read from the ledger while they are written."""
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
        rows=(_report_row(row, run.language) for row in ledger.rows(run)),
        audit_mark=ledger.mark(run),
        forgotten_at=run.forgotten_at,
        notes=[(issue.place.cell or issue.place.sheet, issue.say(run.language).message) for issue in run.notes],
    )


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
    said = [(issue, issue.say(language)) for issue in issues if issue.is_error]
    said = said or [(issue, issue.say(language)) for issue in issues]
    reasons = [f"{issue.place.cell}: {words.message}" if issue.place.column else words.message for issue, words in said]
    return reasons, list(dict.fromkeys(words.remedy for _, words in said))


# What no change of the row itself would mend.
_NOT_MENDED = frozenset({Code.STRICT, Code.SUPERSEDED, Code.SUPERSEDED_UNSURE, Code.GIVEN_UP})


def correct(ledger: Ledger, run: Run, folder: Path) -> Path | None:
    """Write the corrections workbook if the run has rows to mend; returns its path, or None if there are none.

    Nor is there one of a run whose cells were forgotten.
    """
    if run.forgotten_at:
        return None
    path = workbook_path(folder, run.source_name, run.id, "corrections")
    about = (run.id, run.source_name, run.environment)

    def is_bad(row: Row) -> bool:
        return any(issue.is_error and issue.code not in _NOT_MENDED for issue in row.issues)

    return _correct(path, run.shapes, ledger.rows(run, *_LOOKED_AT), is_bad, ledger.items(run), about)


def correct_checked(source: Source, checked: Checked, environment: str, folder: Path) -> Path | None:
    """The corrections workbook of a check alone, which makes no run."""
    path = workbook_path(folder, source.path.name, "check", "corrections")
    about = (CHECK, source.path.name, environment)
    return _correct(path, shapes(checked), checked.rows.of(*_LOOKED_AT), lambda _: True, item_rows(checked), about)


R = TypeVar("R", Row, CheckedRow)
_LOOKED_AT = (*MENDABLE, RowStatus.DUPLICATE)


def _correct(
    path: Path,
    headers: Sequence[TableShape],
    rows: Iterable[R],
    is_bad: Callable[[R], bool],
    items: Iterable[ItemRow],
    about: tuple[str, str, str],
) -> Path | None:
    mended: set[str] = set()
    bad = _to_mend(rows, is_bad, mended if _has_items(headers) else None)
    first = next(bad, None)
    if first is None:
        return None
    # An invoice that is mended must not lose its items; an item without an invoice is there to be mended itself.
    # Which invoices are mended is known when their rows have been written, which is before the items.
    own = (item for item in items if item.reference in mended or any(issue.is_error for issue in item.issues))
    sheets = [_correction_sheet(headers[0], chain([first], bad))]
    sheets += [_correction_sheet(shape, own) for shape in headers[1:]]
    run, source, environment = about
    language = language_of(headers[0].headings)
    return write_corrections(path, sheets, run=run, source=source, environment=environment, language=language)


def _to_mend(rows: Iterable[R], is_bad: Callable[[R], bool], mended: set[str] | None) -> Iterator[R]:
    """The bad rows, and after each the further items of its invoice, which must not be lost on the way.

    mended: gathers the references of the bad rows; None where no row can be an item, since they may be many.
    """
    for row in rows:
        if row.status in MENDABLE and is_bad(row):
            if mended is not None:
                mended.add(row.reference)
            yield row
        elif mended and row.reference in mended and any(issue.code is Code.ITEM_ROW for issue in row.issues):
            yield row


def _has_items(headers: Sequence[TableShape]) -> bool:
    """Whether invoices have items in rows of their own: on the Items sheet, or below the invoice's first row."""
    return len(headers) > 1 or not set(ITEM_FIELDS).isdisjoint(match(headers[0].headings, headers[0].mapping).columns)


def _correction_sheet(shape: TableShape, rows: Iterable[Row | CheckedRow | ItemRow]) -> CorrectionSheet:
    corrections = (CorrectionRow(cells=row.cells, issues=row.issues, source_row=row.row) for row in rows)
    return CorrectionSheet(shape.name, shape.headings, corrections, shape.first_column, shape.widths, shape.mapping)


def problems(ledger: Ledger, run: Run) -> Iterator[Issue]:
    """Every issue of the run: the sheet's, the rows' and the items', in their order."""
    yield from run.notes
    yield from ledger.issues(run)
    for item in ledger.items(run):
        yield from item.issues

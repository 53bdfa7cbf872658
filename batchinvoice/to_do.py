"""What remains to be done about a run: sentences, each with the command to type. Empty when nobody is needed."""

from __future__ import annotations

from dataclasses import dataclass

from batchinvoice.invoices.lifecycle import MENDABLE, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row
from batchinvoice.summary import Summary


@dataclass(frozen=True, slots=True)
class Texts:
    """How many invoices of a run wait for their text, were refused it, or have one of which it is not certain."""

    pending: int
    failed: int
    unknown: int

    @classmethod
    def of(cls, ledger: Ledger, summary: Summary) -> Texts:
        """As the ledger counts them."""
        run = summary.run
        return cls(*(ledger.texts_in(run, sms) for sms in (SmsStatus.PENDING, SmsStatus.FAILED, SmsStatus.UNKNOWN)))


def to_do(summary: Summary, texts: Texts, attention: int, tool: str) -> list[str]:
    """For a run as it stands. attention: how many of its rows need a person; tool: how the tool is called."""
    run = summary.run
    if run.status is RunStatus.PLANNED:
        return [] if run.forgotten_at else [f"Nothing was sent yet. To carry it out: {tool} apply {run.id}"]
    return [*_to_resume(summary, tool), *_to_mend(summary, texts, attention, tool), *_to_text(summary, texts, tool)]


def _to_resume(summary: Summary, tool: str) -> list[str]:
    run, waiting, lost = summary.run, summary.rows[RowStatus.PENDING], summary.rows[RowStatus.UNKNOWN]
    parts = [f"{_rows(waiting)} not sent yet" if waiting else "", f"{_rows(lost)} of unknown outcome" if lost else ""]
    said = " and ".join(filter(None, parts))
    if run.status is RunStatus.RUNNING:
        return [f"{said or 'Not finished'}. If nobody is running it at this moment: {tool} resume {run.id}"]
    if said or run.status is RunStatus.FAILED:
        return [f"{said or 'Stopped before its end'}. To go on: {tool} resume {run.id}"]
    return []


def _to_mend(summary: Summary, texts: Texts, attention: int, tool: str) -> list[str]:
    run = summary.run
    bad = sum(summary.rows[status] for status in MENDABLE)
    look = attention - bad - summary.rows[RowStatus.UNKNOWN] - texts.failed - texts.unknown
    found = []
    if bad and run.forgotten_at:
        found.append(f"{_rows(bad)} never became an invoice; the cells are no longer there to be mended.")
    elif bad:
        found.append(f"{_rows(bad)} to mend: mend and run the corrections workbook. It anew: {tool} report {run.id}")
    if look > 0:
        found.append(f"{_rows(look)} to look at, on the report's sheet Attention: {tool} report {run.id}")
    return found


def _to_text(summary: Summary, texts: Texts, tool: str) -> list[str]:
    name = summary.run.id
    found = []
    if texts.pending and not summary.rows[RowStatus.PENDING]:
        found.append(f"{_customers(texts.pending)} still to be texted: {tool} send {name}")
    if texts.failed:
        found.append(f"{_customers(texts.failed)} whose text was refused (see the report): {tool} send {name}")
    if texts.unknown:
        found.append(
            f"{_customers(texts.unknown)} texted or not: see the gateway's panel; if not: {tool} send {name} --again"
        )
    return found


def row_to_do(row: Row, tool: str) -> str:
    """What remains to be done about one row, besides what its issues say; empty if nothing does."""
    match row.status:
        case RowStatus.PENDING:
            return f"It was not sent yet: {tool} resume {row.run_id} (or apply, if the run was never begun)"
        case RowStatus.UNKNOWN:
            return f"It is to be looked for at the gateway: {tool} resume {row.run_id}"
    match row.sms:
        case SmsStatus.PENDING if row.gateway_id:
            return f"The customer is still to be texted: {tool} send {row.run_id}"
        case SmsStatus.FAILED:
            return f"The text was refused; once what was wrong is mended: {tool} send {row.run_id}"
        case SmsStatus.UNKNOWN:
            return (
                "Nobody knows whether the customer was texted: look in the gateway's panel; if not: "
                f"{tool} send {row.run_id} --again"
            )
    return ""


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _customers(count: int) -> str:
    return f"{count:,} customer{'' if count == 1 else 's'}"

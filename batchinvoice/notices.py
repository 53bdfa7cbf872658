"""What is told of a run to people who do not watch it: plain words with counts and KWD, and nobody's data.

No text from a cell, and no text of an error, goes into a notice: either could quote a customer. A sheet is named by its
file, a row by its status, an issue by its code and cell, an error by its kind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batchinvoice.app import Workbooks
from batchinvoice.calling import typed
from batchinvoice.events import Event
from batchinvoice.exits import Exit
from batchinvoice.failures import kind
from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import MENDABLE, RowStatus, SmsStatus
from batchinvoice.ledger.records import Run
from batchinvoice.settings import Settings
from batchinvoice.sheets.naming import readable
from batchinvoice.summary import Summary

_EVENTS = {Exit.WELL: Event.FINISHED, Exit.PERSON: Event.ATTENTION, Exit.NOT_RUN: Event.FAILED}
_OUTCOMES = {
    Event.FINISHED: ("finished", "Every row ended well."),
    Event.ATTENTION: ("a person is needed", "The run is done, but something in it needs a person."),
    Event.FAILED: ("stopped", "The run is not done: it was stopped, or its report could not be written."),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told. `attachments`: workbooks for a channel that takes files; they do hold customers' data."""

    event: Event
    title: str
    body: str
    attachments: tuple[Path, ...] = ()


def of_run(settings: Settings, summary: Summary, workbooks: Workbooks | None, code: int) -> Notice:
    """A run that came to an end with this exit code; `workbooks` is None if they could not be written."""
    run, event = summary.run, _EVENTS[Exit(code)]
    said, outcome = _OUTCOMES[event]
    written = [path for path in (workbooks.report, workbooks.corrections) if path] if workbooks else []
    steps = list(_next_steps(summary, workbooks, settings.command))
    if event is not Event.FINISHED and not steps:
        steps = ["Look at the sheet Attention of the report: it says what to do for each row."]
    parts = [
        [_place(run.environment, run.merchant_code), f"Run {run.id} of {readable(run.source_name)}. {outcome}"],
        list(_figures(summary)),
        ["What to do:", *(f"- {step}" for step in steps)] if steps else ["Nothing is left to do."],
        [f"Workbooks: {', '.join(readable(path.name) for path in written)}"] if written else [],
    ]
    title = f"{_mark(run.environment)}: {said}: {readable(run.source_name)}, run {run.id}"
    return Notice(event, title, _text(parts), tuple(written))


def failed(settings: Settings, work: Path | Run | None, error: Exception, then: str = "") -> Notice:
    """An error that stopped a run, a sheet, or (None) the program before either. `then`: the command that goes on."""
    if isinstance(work, Run):
        return _not_done(settings, work, kind(error), f"Then: {then or f'{settings.command} resume {work.id}'}")
    if work:
        return _not_done(
            settings, work, kind(error), f"To see all that is wrong: {settings.command} check {typed(work.name)}"
        )
    return _not_done(settings, None, kind(error), "Run the same command at a terminal: it says there what to do.")


def untried(settings: Settings, work: Path | Run) -> Notice:
    """A sheet or run that was not begun, since what stopped an earlier one would stop it too."""
    then = f"resume {work.id}" if isinstance(work, Run) else f"run {typed(work.name)}"
    why = "What stopped an earlier one, as another notice tells, would have stopped it too."
    return _not_done(settings, work, why, f"When that is mended: {settings.command} {then}")


def _not_done(settings: Settings, work: Path | Run | None, why: str, todo: str) -> Notice:
    if isinstance(work, Run):
        what, said = f"Run {work.id} of {readable(work.source_name)}", "could not go on"
    else:
        what, said = (readable(work.name), "was not run") if work else ("batchinvoice", "could not begin")
    parts = [[_place(settings.environment, settings.merchant_code), f"{what} {said}."], [why], [todo]]
    return Notice(Event.FAILED, f"{_mark(settings.environment)}: {what} {said}", _text(parts))


def nothing_came(settings: Settings, where: Path) -> Notice:
    """No sheet was where one was looked for."""
    name = readable(where.name)
    parts = [
        [_place(settings.environment, settings.merchant_code), f"No sheet came in {name}, so nothing was sent."],
        [f"If one was expected, put it there, or run it by hand: {settings.command} run SHEET"],
    ]
    return Notice(Event.NOTHING, f"{_mark(settings.environment)}: nothing came in {name}", _text(parts))


def missed(settings: Settings, what: str, due: dt.datetime) -> Notice:
    """A run that was expected, `what` in words of ours (say `the month-end run`), and due (aware), did not happen."""
    at = f"{due.astimezone(KUWAIT):%d %B %Y, %H:%M} (Kuwait)"
    parts = [
        [_place(settings.environment, settings.merchant_code), f"{what} was expected by {at} and did not happen."],
        [
            "See whether that computer is on and its schedule in place, then run it by hand: "
            f"{settings.command} run SHEET"
        ],
    ]
    return Notice(Event.MISSED, f"{_mark(settings.environment)}: {what} did not happen", _text(parts))


def trial(settings: Settings, attachment: Path) -> Notice:
    """A notice that says only that notices arrive, with a file to see whether files do."""
    parts = [
        [_place(settings.environment, settings.merchant_code), "This is a trial: notices of batchinvoice arrive here."],
        ["Where files are taken, an empty sheet is attached. Of a run, its report would be."],
    ]
    return Notice(Event.FINISHED, f"{_mark(settings.environment)}: a trial notice", _text(parts), (attachment,))


def _figures(summary: Summary) -> Iterator[str]:
    """Rows and KWD by status, the control difference, and text messages."""
    for status, count in summary.rows.items():
        if count:
            yield f"{status}: {_rows(count)}, {summary.amounts[status]:,.3f} KWD"
    yield f"read from the sheet: {_rows(summary.run.input_count)}, {summary.run.input_amount:,.3f} KWD"
    count, amount = summary.difference
    yield f"difference (must be 0): {_rows(count)}, {amount:,.3f} KWD"
    texts = [f"{n:,} {status}" for status, n in summary.sms.items() if n and status is not SmsStatus.NOT_WANTED]
    yield f"text messages: {', '.join(texts) or 'none wanted'}"


def _next_steps(summary: Summary, workbooks: Workbooks | None, tool: str) -> Iterator[str]:
    """What a person does next, the most urgent first."""
    run, rows, sms = summary.run, summary.rows, summary.sms
    if workbooks is None and not (rows[RowStatus.PENDING] or rows[RowStatus.UNKNOWN]):  # else to resume writes it, too
        yield f"The report could not be written; what was sent is safe. Then: {tool} report {run.id}"
    if any(summary.difference) or (workbooks and workbooks.disagreements):
        yield "THE TOTALS DO NOT AGREE. Do not rely on this run before the cause is found; the report says where."
    if rows[RowStatus.PENDING] or rows[RowStatus.UNKNOWN]:
        yield f"Rows are not sent yet, or their answer was lost: {tool} resume {run.id}"
    if workbooks and workbooks.corrections and any(rows[status] for status in MENDABLE):
        name = typed(workbooks.corrections.name)
        yield f"Mend the marked cells in the corrections workbook, then: {tool} run {name}"
    if sms[SmsStatus.FAILED]:
        yield f"Text messages were refused: see the sheet SMS of the report, then: {tool} send {run.id}"
    if sms[SmsStatus.UNKNOWN]:
        yield (
            "It is not certain that some customers were texted: look in the gateway's panel; if the messages did not "
            f"go out: {tool} send {run.id} --again"
        )
    if sms[SmsStatus.PENDING] and not rows[RowStatus.PENDING] and not rows[RowStatus.UNKNOWN]:
        yield f"Customers wait for their text message: {tool} send {run.id}"


def _mark(environment: str) -> str:
    return "LIVE" if environment == "live" else "SANDBOX (test)"


def _place(environment: str, merchant_code: str) -> str:
    return f"{_mark(environment)}, merchant {merchant_code}"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _text(parts: list[list[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in parts if lines)

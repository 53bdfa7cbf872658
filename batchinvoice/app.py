"""The one place that puts the parts together: settings, sheets, ledger and gateway under the three verbs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from batchinvoice import __version__, checking
from batchinvoice.checking import check_sheet
from batchinvoice.gateway.client import Gateway
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.invoice import SmsMode, WireForms
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.invoices.script import language_of
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.ledger.who import this_user
from batchinvoice.runs import settle
from batchinvoice.runs.asked_for import Options
from batchinvoice.runs.carry_out import carry_out
from batchinvoice.runs.conclude import conclusion
from batchinvoice.runs.correct import correct
from batchinvoice.runs.job import Job
from batchinvoice.runs.notify import notify
from batchinvoice.runs.pace import Pace
from batchinvoice.runs.plan import plan
from batchinvoice.runs.reconcile import reconcile, report, report_path
from batchinvoice.runs.stopping import stop_when_asked
from batchinvoice.runs.terms import Terms
from batchinvoice.runs.told import tell
from batchinvoice.settings import Settings
from batchinvoice.sheets.errors import Undecided
from batchinvoice.sheets.memory import give_back
from batchinvoice.sheets.placing import write_beside
from batchinvoice.sheets.report import write_report


@dataclass(frozen=True, slots=True)
class Workbooks:
    """What was written about a run; `disagreements` says where the totals do not agree, and is empty if all is well."""

    report: Path
    corrections: Path | None
    disagreements: tuple[str, ...]


# Shows how far something is that takes long: of how many rows (None: not known yet), and what it is. What it yields is
# told how many more are done.
Show = Callable[[int | None, str], AbstractContextManager[Callable[[int], None]]]


def unseen(_total: int | None, _what: str) -> AbstractContextManager[Callable[[int], None]]:
    """Shows nothing."""
    return nullcontext(lambda _: None)


def plan_sheet(
    ledger: Ledger,
    settings: Settings,
    path: Path,
    asked: Asked = Asked(),  # noqa: B008 (frozen)
    *,
    sms: bool,
    strict: bool,
    check_gateway: bool = False,
    trust_ids: bool = False,
    show: Show = unseen,
    checked: Callable[[], None] = lambda: None,
) -> Run:
    """The first verb: sheet → a run in the ledger. Nothing is sent.

    show: shows how far it is. checked: told before planning, if any row of the sheet can go. Raises UnreadableSheet,
    Undecided (hidden rows, a control total that differs) or LedgerError.
    """
    mode = settings.sms_mode if sms else SmsMode.BULK  # without texts the gateway must not send them by itself either
    options = Options(sms, strict, mode, check_gateway, trust_ids, asked)
    run = _planned(ledger, settings, path, options, show, checked)
    give_back()  # the sheet is gone: what follows needs no more memory for a large one than for a small one
    tell("run planned", ledger, run)
    return run


def _planned(
    ledger: Ledger, settings: Settings, path: Path, options: Options, show: Show, checked: Callable[[], None]
) -> Run:
    with show(None, f"Reading and checking {path.name}"):
        source, sheet = check_sheet(settings, path, options.asked, checking.now())
    if sheet.stops:
        raise Undecided(path.name, sheet.stops, sheet.issues, language_of(sheet.table.headings))
    if RowStatus.PENDING in sheet.rows.statuses:
        checked()
    with show(len(sheet.rows), "Planning") as told:
        return ledger.run(plan(source, sheet, ledger, options, this_user(), __version__, checking.now(), told))


def apply_run(
    ledger: Ledger,
    gateway: Gateway,
    settings: Settings,
    run: Run,
    progress: Callable[[int], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Run:
    """The second verb: drive a run as far as it can go, from wherever it was cut off.

    progress: told how many more rows have come to an end. tell: told what takes long. Raises RunStopped, LedgerBusy or
    LedgerUnusable.
    """
    with ledger.working(), stop_when_asked() as stop, conclusion(ledger, run):
        carry_out(Job(ledger, gateway, run, terms(settings, run), Pace(settings.concurrency), stop, progress, tell))
    return ledger.run(run.id)


def send_sms(
    ledger: Ledger,
    gateway: Gateway,
    settings: Settings,
    run: Run,
    tell: Callable[[str], None] = lambda _: None,
    *,
    again: bool = False,
) -> Run:
    """Text those customers of a run who wait for it or whose text was refused; `again`: the uncertain ones, too.

    tell: told what takes long. Raises RunStopped, LedgerBusy or LedgerUnusable.
    """
    with ledger.working(), stop_when_asked() as stop, conclusion(ledger, run):
        job = Job(ledger, gateway, run, terms(settings, run), Pace(settings.concurrency), stop, tell=tell)
        notify(job, texts_to_send(again=again), doubtful=True)
    return ledger.run(run.id)


def texts_to_send(*, again: bool) -> tuple[SmsStatus, ...]:
    """The texts that a person asks for: those that wait, the refused ones, and with `again` the uncertain ones."""
    return (SmsStatus.PENDING, SmsStatus.FAILED, *([SmsStatus.UNKNOWN] if again else []))


def give_up(ledger: Ledger, run: Run, numbers: Collection[int]) -> list[int]:
    """Hold those rows of the run that are unknown, by their numbers in the sheet; returns the numbers that are not."""
    with ledger.working():
        unknown = [row for row in ledger.rows(run, RowStatus.UNKNOWN) if row.action is not Action.UPDATE]
        rows = [row for row in unknown if row.row in numbers]
        if rows:
            settle.give_up(ledger, run, rows)
    return sorted(set(numbers) - {row.row for row in rows})


def terms(settings: Settings, run: Run) -> Terms:
    """What the settings, and the run's own options, say about carrying it out."""
    return Terms(
        merchant_code=settings.merchant_code,
        sms_mode=SmsMode(run.options["sms_mode"]),
        workers=settings.concurrency,
        expiry_days=settings.expiry_days,
        settle_seconds=settings.settle_seconds,
        sms_chunk=settings.sms_chunk,
        clock=checking.now,
        forms=WireForms(settings.country_code_form == "+965", settings.pay_type_form == "list"),
    )


def write_workbooks(
    ledger: Ledger,
    run: Run,
    folder: Path,
    out: Path | None = None,
    *,
    corrections: bool = True,
    beside: bool = False,
    show: Show = unseen,
) -> Workbooks:
    """The third verb: the ledger's account of a run → workbooks. Raises FileInUse or CannotWrite.

    beside: whatever has the report's name already stays, and the report gets the next free one, unless the file that
    is there says the same.
    """
    path = out or report_path(run, folder)
    with show(run.input_count, "Reporting") as told:
        if beside:
            path, disagreements = write_beside(path, lambda draft: reconcile(ledger, run, draft, told))
        else:
            disagreements = reconcile(ledger, run, path, told)
    written = Workbooks(path, correct(ledger, run, folder) if corrections else None, disagreements)
    if run.status not in (RunStatus.PLANNED, RunStatus.RUNNING):
        with ledger.entry() as entry:
            entry.note_report(run, path.name)
    return written


def write_plan(ledger: Ledger, run: Run, path: Path, ask: str) -> Path:
    """What a planned run would do, as a workbook; its first sheet says what is asked of whoever reads it.

    Whatever has that name already stays; returns where the plan is. Raises FileInUse or CannotWrite.
    """
    plan = replace(report(ledger, run), ask=ask)
    return write_beside(path, lambda draft: write_report(draft, plan))[0]


def waiting(ledger: Ledger, run: Run) -> int:
    """How many rows of the run are still to come to an end."""
    tallies = ledger.tallies(run)
    return sum(tallies.get(status, (0,))[0] for status in (RowStatus.PENDING, RowStatus.UNKNOWN))

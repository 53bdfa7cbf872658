"""One session at the terminal: prove the gateway, ask, deliver, report. The commands that send share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from batchinvoice import app
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.invoices.lifecycle import Action, SmsStatus
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.reconcile import problems
from batchinvoice.screen import Screen
from batchinvoice.settings import Settings, SettingsError
from batchinvoice.sheets.errors import SheetError
from batchinvoice.summary import COULD_NOT_RUN, Summary, as_json, exit_code, summarise

# What may stop the work; each says in its message what to do.
EXPECTED = (SettingsError, SheetError, LedgerError, GatewayError, RunStopped)
# An exit code and what --json prints.
Ending = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Session:
    """What the commands that send have in hand. `yes`: do not ask; `report_dir`: where the workbooks go."""

    settings: Settings
    ledger: Ledger
    screen: Screen
    report_dir: Path
    yes: bool = False

    def run_sheet(self, sheet: Path, *, sms: bool, strict: bool) -> Ending:
        """Plan a sheet and carry it out. Raises UnreadableSheet, LedgerError, SettingsError or GatewayError."""
        return self.carry_out(app.plan_sheet(self.ledger, self.settings, sheet, sms=sms, strict=strict))

    def carry_out(self, planned: Run) -> Ending:
        """Show the plan, prove the gateway, ask, deliver and report; a run that is stopped is reported all the same."""
        self.screen.issues(list(problems(self.ledger, planned)))
        summary = summarise(self.ledger, planned)
        self.screen.planned(summary)
        with self._connected(planned) as gateway:
            if not self._agreed(summary):
                self.screen.say(f"Nothing was sent. The plan is kept: batchinvoice apply {planned.id}")
                return 1, self.result(planned, None)
            return self.finish(self._driven(gateway, planned))

    def send(self, run: Run) -> Ending:
        """Text those customers of the run who wait for it, and report."""
        waiting = self.ledger.sms_counts(run).get(SmsStatus.PENDING, 0)
        if not waiting:
            self.screen.say("Nobody waits for a text message in this run.")
        elif not self._confirmed(f"Text {waiting} customers ({run.environment})?"):
            return 1, self.result(run, None)
        else:
            with self._connected(run) as gateway:
                run = self._driven(gateway, run, texts_only=True)
        return self.finish(run)

    def finish(self, run: Run) -> Ending:
        """Write the workbooks and show the outcome; what was done stays done if a workbook cannot be written."""
        workbooks = None
        try:
            workbooks = app.write_workbooks(self.ledger, run, self.report_dir)
        except SheetError as error:
            self.screen.trouble(str(error))
            self.screen.trouble(
                f"What was sent is safe in the ledger; write the report with: batchinvoice report {run.id}"
            )
        summary = summarise(self.ledger, run)
        self.screen.outcome(summary, workbooks)
        if workbooks is None:
            return COULD_NOT_RUN, self.result(run, None)
        return max(exit_code(summary), 1 if workbooks.disagreements else 0), self.result(run, workbooks)

    def result(self, run: Run, workbooks: app.Workbooks | None) -> dict[str, Any]:
        """What --json prints of the run."""
        return as_json(summarise(self.ledger, run), workbooks, problems(self.ledger, run))

    @contextmanager
    def _connected(self, run: Run) -> Iterator[Gateway]:
        """The proved gateway; if it cannot be had, nothing was sent and the run waits for better days."""
        try:
            with app.connect(self.settings) as gateway:
                yield gateway
        except (SettingsError, GatewayError):
            self.screen.trouble(f"Nothing more was sent. Run {run.id} is kept: batchinvoice apply {run.id}")
            raise

    def _driven(self, gateway: Gateway, run: Run, *, texts_only: bool = False) -> Run:
        try:
            if texts_only:
                return app.send_sms(self.ledger, gateway, self.settings, run)
            with self.screen.progress(app.waiting(self.ledger, run), "Invoices") as progress:
                return app.apply_run(self.ledger, gateway, self.settings, run, progress)
        except RunStopped as stopped:
            self.screen.trouble(f"Stopped: {stopped}")
            self.screen.trouble(f"What was not sent is “pending”. To go on: batchinvoice apply {run.id}")
            return self.ledger.run(run.id)

    def _agreed(self, summary: Summary) -> bool:
        """Ask before anything is sent; a plan that sends nothing needs no answer."""
        sent = [summary.planned.get(action, (0, Decimal(0))) for action in (Action.CREATE, Action.UPDATE)]
        count, amount = sum(n for n, _ in sent), sum((kwd for _, kwd in sent), Decimal(0))
        environment = summary.run.environment
        where = "LIVE gateway, to real customers" if environment == "live" else f"{environment} gateway"
        invoices = f"{count:,} invoice{'' if count == 1 else 's'}"
        return not count or self._confirmed(f"Send {invoices}, {amount:,.3f} KWD, to the {where}?")

    def _confirmed(self, question: str) -> bool:
        return self.yes or not self.screen.interactive or click.confirm(question)


def each(sheets: Sequence[Path], one: Callable[[Path], Ending], screen: Screen) -> tuple[int, object]:
    """Do it for every sheet; returns the worst exit code and what --json prints: an object, or a list of several.

    A sheet that cannot be read does not stop the others; what would stop them all (settings, login, ledger) does.
    """
    worst, results, stopped = 0, [], ""
    for sheet in sheets:
        try:
            code, result = (COULD_NOT_RUN, _failed(sheet, stopped)) if stopped else one(sheet)
        except EXPECTED as error:
            screen.trouble(str(error))
            code, result = COULD_NOT_RUN, _failed(sheet, str(error))
            if not isinstance(error, SheetError):
                stopped = f"Not tried, because an earlier sheet stopped: {error}"
        worst = max(worst, code)
        results.append(result)
    return worst, results if len(results) > 1 else results[0]


def _failed(sheet: Path, why: str) -> dict[str, Any]:
    return {"run": None, "sheet": str(sheet), "status": "failed", "error": why}

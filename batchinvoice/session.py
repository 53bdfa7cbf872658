"""One session at the terminal: prove the gateway, ask, deliver, report. The commands that send share it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from batchinvoice import app, notices
from batchinvoice.endings import STOPS_ALL, Ending
from batchinvoice.exits import Exit
from batchinvoice.gateway.client import Gateway
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.codes import UNSETTLED
from batchinvoice.invoices.lifecycle import RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.errors import LedgerBusy, LedgerError, RunForgotten
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.notifier import Notifier
from batchinvoice.opening import Connection
from batchinvoice.questions import before_sending, customers, where, with_answers
from batchinvoice.runs import conclude
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.reconcile import problems
from batchinvoice.runs.told import about
from batchinvoice.screen import Screen
from batchinvoice.settings import Settings
from batchinvoice.sheets.errors import SheetError
from batchinvoice.sheets.placing import check_folder
from batchinvoice.summary import as_json, exit_code, nothing_as_json, summarise

_log = logging.getLogger(__name__)
_MOST_PLANNED = 5
_UNCERTAIN = (
    "{customers} may have been texted or not: the gateway's answer was lost. Look in its panel; "
    "if the messages did not go out: {tool} send {run} --again"
)


@dataclass(frozen=True, slots=True)
class Session:
    """What the commands that send have in hand.

    `report_dir`: where the workbooks go; `notifier`: tells of each end those who do not watch; `yes`: do not ask.
    `place`, for a drop folder: where the workbooks of a run go as it stands, beside what is there already; None while
    there are to be none.
    """

    settings: Settings
    ledger: Ledger
    screen: Screen
    report_dir: Path
    notifier: Notifier
    yes: bool = False
    place: Callable[[Run], Path | None] | None = None

    def find(self, run_id: str) -> Run:
        """The run of that name. Raises NoSuchRun or LedgerUnusable."""
        with self.notifier.telling(None):
            return self.ledger.run(run_id)

    def untried(self, work: Path | Run) -> None:
        """Tell of a sheet or run that was not begun, because what stopped an earlier one would stop it too."""
        self.notifier.tell(notices.untried(self.settings, work))

    def plan_sheet(
        self, sheet: Path, asked: Asked, checked: Callable[[], None] = lambda: None, /, **options: bool
    ) -> Run:
        """Plan a sheet, asking what it leaves open; `checked` and the options are those of `app.plan_sheet`.

        Raises UnreadableSheet, Undecided or LedgerError.
        """

        def plan(answered: Asked) -> Run:
            show = self.screen.progress
            return app.plan_sheet(self.ledger, self.settings, sheet, answered, **options, show=show, checked=checked)

        return with_answers(self.screen, asked, plan)

    def run_sheet(self, sheet: Path, asked: Asked, **options: bool) -> Ending:
        """Plan a sheet and carry it out. Raises UnreadableSheet, Undecided, CannotWrite or LedgerError."""
        with Connection(self.settings) as connection:
            with self.notifier.telling(sheet):
                run = self.plan_sheet(sheet, asked, connection.begin, **options)
            with self.notifier.telling(run):
                return self._carry_out(run, connection, fresh=True)

    def carry_out(self, run: Run, *, fresh: bool = False) -> Ending:
        """Show what is left to do, prove the gateway, ask, deliver and report, even if it is stopped on the way."""
        with Connection(self.settings) as connection, self.notifier.telling(run):
            return self._carry_out(run, connection, fresh=fresh)

    def _carry_out(self, run: Run, connection: Connection, *, fresh: bool) -> Ending:
        if run.forgotten_at and run.status is RunStatus.PLANNED:
            raise RunForgotten(
                f"Run {run.id} was planned and never begun, and what it was to send has been removed since (forget). "
                "Nothing was sent. If it is still to be sent, run the sheet again."
            )
        summary = summarise(self.ledger, run)
        # What is not settled yet is about to be.
        issues = (issue for issue in problems(self.ledger, run) if issue.code not in UNSETTLED)
        self.screen.issues(issues, run.language, Path(run.source))
        self.screen.planned(summary)
        if not summary.left and not summary.texts_left and not summary.rows[RowStatus.UNKNOWN]:
            self.screen.say("Nothing is left to send in this run.")
            with self.ledger.working():
                run = conclude.concluded(self.ledger, run)
            return self.finish(run)
        return self._drive(run, connection, before_sending(summary, fresh=fresh), texts_only=False)

    def give_up(self, run: Run, numbers: Collection[int]) -> None:
        """Put rows of unknown outcome to rest, as a person says. Raises LedgerError."""
        others = app.give_up(self.ledger, run, numbers)
        if others:
            self.screen.trouble(
                f"No new invoice is unknown there, so left as they are: rows {', '.join(map(str, others))}."
            )

    def nothing_to_resume(self, run: Run | None) -> None:
        """Say so."""
        if run is None:
            self.screen.say("Nothing to resume: every run that was begun is over and reported.")
            for only in self.ledger.planned_only()[-_MOST_PLANNED:]:
                self.screen.say(
                    f"Planned and never begun: {only.source_name}. To carry it out: {self._tool} apply {only.id}"
                )
        elif run.status is RunStatus.PLANNED:
            self.screen.say(f"Run {run.id} was planned and never begun. To carry it out: {self._tool} apply {run.id}")
        else:
            self.screen.say(f"Nothing is left to do in run {run.id}. Its workbooks anew: {self._tool} report {run.id}")

    def send(self, run: Run, *, again: bool) -> Ending:
        """Text those customers of the run who wait for it or were refused, and report.

        `again`: those, too, of whom it is not certain that they were texted. That only a person can say, at the
        terminal: no option answers the question.
        """
        with Connection(self.settings) as connection, self.notifier.telling(run):
            return self._send(run, connection, again=again)

    def _send(self, run: Run, connection: Connection, *, again: bool) -> Ending:
        uncertain = self.ledger.texts_in(run, SmsStatus.UNKNOWN)
        waiting = self.ledger.texts_in(run, *app.texts_to_send(again=again))
        if uncertain and not again:
            self.screen.say(_UNCERTAIN.format(customers=customers(uncertain), tool=self._tool, run=run.id))
        if not waiting:
            self.screen.say("Nobody waits for a text message in this run.")
            return self.finish(run, corrections=False)
        question = f"Text {customers(waiting)} ({where(run)})?"
        if not again or not uncertain:
            return self._drive(run, connection, question, texts_only=True)
        if not self.screen.interactive:
            self.screen.trouble("--again needs a person at the terminal who says that it is right. Nothing was sent.")
            return Ending(Exit.PERSON, self.result(run, None))
        question = f"Text {customers(waiting)} ({where(run)}), {uncertain:,} of whom may have been texted before?"
        return replace(self, yes=False)._drive(run, connection, question, texts_only=True, again=True)

    def finish(self, run: Run, *, corrections: bool = True) -> Ending:
        """Write the workbooks, show and tell the outcome; what was done stays done if a workbook cannot be written."""
        workbooks = None
        try:
            workbooks = self._workbooks(run, corrections)
        except SheetError as error:
            self.screen.trouble(f"{error} What was sent is safe in the ledger; then: {self._tool} report {run.id}")
        summary = summarise(self.ledger, run)
        self.screen.outcome(summary, workbooks)
        code = max(exit_code(summary), Exit.PERSON if workbooks and workbooks.disagreements else Exit.WELL)
        code = code if workbooks else Exit.NOT_RUN
        self.notifier.tell(notices.of_run(self.settings, summary, workbooks, code))
        return Ending(code, as_json(summary, workbooks, problems(self.ledger, run)))

    def _workbooks(self, run: Run, corrections: bool) -> app.Workbooks | None:
        if self.place is None:
            show = self.screen.progress
            return app.write_workbooks(self.ledger, run, self.report_dir, corrections=corrections, show=show)
        folder = self.place(run)
        if folder is None:
            return None
        return app.write_workbooks(self.ledger, run, folder, corrections=corrections, beside=True)

    def result(self, run: Run, workbooks: app.Workbooks | None) -> dict[str, Any]:
        """What --json prints of the run."""
        return as_json(summarise(self.ledger, run), workbooks, problems(self.ledger, run))

    def _drive(
        self, run: Run, connection: Connection, question: str, *, texts_only: bool, again: bool = False
    ) -> Ending:
        """With the gateway proved and the user agreed, carry the run on; whatever prevents it, the run is kept."""
        go_on = f"{self._tool} {'send' if texts_only else 'resume'} {run.id}"
        asks = self._asks(question)
        begun = run.status is not RunStatus.PLANNED
        stops = ""
        try:
            check_folder(self.report_dir)
            if not asks and not texts_only:  # nobody can say no any more
                run, begun = conclude.begin(self.ledger, run), True
            with about(run):
                gateway = connection.gateway()
                if asks and not click.confirm(question, err=True):
                    kept = go_on if begun else f"{self._tool} apply {run.id}"
                    self.screen.say(f"Nothing was sent. The run is kept: {kept}")
                    return Ending(Exit.PERSON, self.result(run, None))
                begun = True
                self._apply(gateway, run, texts_only, again)
        except RunStopped as stopped:
            stops = str(stopped)
            self.screen.trouble(f"Stopped: {stopped}")
            self.screen.trouble(f"What was not sent waits in the ledger. To go on: {go_on}")
        except (*STOPS_ALL, SheetError) as error:
            if begun and not texts_only and not isinstance(error, LedgerBusy):
                conclude.stopped(self.ledger, run, error)
            kept = go_on if begun or texts_only else f"{self._tool} apply {run.id}"
            self.screen.trouble(f"{error} Run {run.id} is kept; then: {kept}")
            self.notifier.tell(notices.failed(self.settings, run, error, kept))
            failed = {**self._known(run), "status": "failed", "error": str(error)}
            return Ending(Exit.NOT_RUN, failed, stops=str(error))
        ending = self.finish(self.ledger.run(run.id), corrections=not texts_only)
        return replace(ending, result={**ending.result, "error": stops}, stops=stops) if stops else ending

    @property
    def _tool(self) -> str:
        return self.settings.command

    def _asks(self, question: str) -> bool:
        """Whether a person is there to be asked, and wants to be."""
        return bool(question) and not self.yes and self.screen.interactive

    def _known(self, run: Run) -> dict[str, Any]:
        """What can be told of the run, even if the ledger is what failed."""
        with suppress(LedgerError):
            return self.result(run, None)
        return {**nothing_as_json(Path(run.source), "failed"), "run": run.id}

    def _apply(self, gateway: Gateway, run: Run, texts_only: bool, again: bool) -> None:
        if texts_only:
            app.send_sms(self.ledger, gateway, self.settings, run, self.screen.say, again=again)
            return
        with self.screen.progress(app.waiting(self.ledger, run), "Invoices") as progress:
            app.apply_run(self.ledger, gateway, self.settings, run, progress, self.screen.say)

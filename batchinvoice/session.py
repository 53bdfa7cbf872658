"""One session at the terminal: prove the gateway, ask, deliver, report. The commands that send share it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from batchinvoice import app
from batchinvoice.exits import Exit
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.codes import UNSETTLED
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.errors import LedgerBusy, LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.questions import with_answers
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.reconcile import problems
from batchinvoice.screen import Screen
from batchinvoice.settings import Settings, SettingsError
from batchinvoice.sheets.book import check_folder
from batchinvoice.sheets.errors import SheetError, Undecided
from batchinvoice.summary import Summary, as_json, exit_code, issue_as_json, nothing_as_json, summarise

# What may stop the work; each says in its message what to do. Those of `_ALL` would stop every further sheet too.
_ALL = (SettingsError, LedgerError, GatewayError)
EXPECTED = (*_ALL, SheetError, RunStopped)

_MOST_PLANNED = 5
Work = TypeVar("Work", Path, Run)
_UNCERTAIN = (
    "{customers} may have been texted or not: the gateway's answer was lost. Look in its panel; "
    "if the messages did not go out: batchinvoice send {run} --again"
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How one sheet or run ended. `result`: what --json prints; `stops`: why no further sheet needs to be tried."""

    code: int
    result: dict[str, Any]
    stops: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """What the commands that send have in hand. `yes`: do not ask; `report_dir`: where the workbooks go."""

    settings: Settings
    ledger: Ledger
    screen: Screen
    report_dir: Path
    yes: bool = False

    def plan_sheet(self, sheet: Path, asked: Asked, **options: bool) -> Run:
        """Plan a sheet, asking what it leaves open; the options are those of `app.plan_sheet`.

        Raises UnreadableSheet, Undecided or LedgerError.
        """

        def plan(answered: Asked) -> Run:
            return app.plan_sheet(self.ledger, self.settings, sheet, answered, **options)

        return with_answers(self.screen, asked, plan)

    def run_sheet(self, sheet: Path, asked: Asked, **options: bool) -> Ending:
        """Plan a sheet and carry it out. Raises UnreadableSheet, Undecided, CannotWrite or LedgerError."""
        return self.carry_out(self.plan_sheet(sheet, asked, **options), fresh=True)

    def carry_out(self, run: Run, *, fresh: bool = False) -> Ending:
        """Show what is left to do, prove the gateway, ask, deliver and report, even if it is stopped on the way."""
        summary = summarise(self.ledger, run)
        # What is not settled yet is about to be.
        issues = [issue for issue in problems(self.ledger, run) if issue.code not in UNSETTLED]
        self.screen.issues(issues, run.language, Path(run.source))
        self.screen.planned(summary)
        if not summary.left and not summary.texts_left and not summary.rows[RowStatus.UNKNOWN]:
            self.screen.say("Nothing is left to send in this run.")
            with self.ledger.working():
                return self.finish(app.concluded(self.ledger, run))
        return self._drive(run, _question(summary, fresh=fresh), texts_only=False)

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
                    f"Planned and never begun: {only.source_name}. To carry it out: batchinvoice apply {only.id}"
                )
        elif run.status is RunStatus.PLANNED:
            self.screen.say(f"Run {run.id} was planned and never begun. To carry it out: batchinvoice apply {run.id}")
        else:
            self.screen.say(f"Nothing is left to do in run {run.id}. Its workbooks anew: batchinvoice report {run.id}")

    def send(self, run: Run, *, again: bool) -> Ending:
        """Text those customers of the run who wait for it or were refused, and report.

        `again`: those, too, of whom it is not certain that they were texted. That only a person can say, at the
        terminal: no option answers the question.
        """
        uncertain = self.ledger.texts_in(run, SmsStatus.UNKNOWN)
        waiting = self.ledger.texts_in(run, *app.texts_to_send(again=again))
        if uncertain and not again:
            self.screen.say(_UNCERTAIN.format(customers=_customers(uncertain), run=run.id))
        if not waiting:
            self.screen.say("Nobody waits for a text message in this run.")
            return self.finish(run, corrections=False)
        question = f"Text {_customers(waiting)} ({_where(run)})?"
        if not again or not uncertain:
            return self._drive(run, question, texts_only=True)
        if not self.screen.interactive:
            self.screen.trouble("--again needs a person at the terminal who says that it is right. Nothing was sent.")
            return Ending(Exit.PERSON, self.result(run, None))
        question = f"Text {_customers(waiting)} ({_where(run)}), {uncertain:,} of whom may have been texted before?"
        return replace(self, yes=False)._drive(run, question, texts_only=True, again=True)

    def finish(self, run: Run, *, corrections: bool = True) -> Ending:
        """Write the workbooks and show the outcome; what was done stays done if a workbook cannot be written."""
        workbooks = None
        try:
            workbooks = app.write_workbooks(self.ledger, run, self.report_dir, corrections=corrections)
        except SheetError as error:
            self.screen.trouble(f"{error} What was sent is safe in the ledger; then: batchinvoice report {run.id}")
        summary = summarise(self.ledger, run)
        self.screen.outcome(summary, workbooks)
        if workbooks is None:
            return Ending(Exit.NOT_RUN, self.result(run, None))
        code = max(exit_code(summary), Exit.PERSON if workbooks.disagreements else Exit.WELL)
        return Ending(code, self.result(run, workbooks))

    def result(self, run: Run, workbooks: app.Workbooks | None) -> dict[str, Any]:
        """What --json prints of the run."""
        return as_json(summarise(self.ledger, run), workbooks, problems(self.ledger, run))

    def _drive(self, run: Run, question: str, *, texts_only: bool, again: bool = False) -> Ending:
        """With the gateway proved and the user agreed, carry the run on; whatever prevents it, the run is kept."""
        go_on = f"batchinvoice {'send' if texts_only else 'resume'} {run.id}"
        asks = self._asks(question)
        begun = run.status is not RunStatus.PLANNED
        stops = ""
        try:
            check_folder(self.report_dir)
            if not asks and not texts_only:  # nobody can say no any more
                run, begun = app.begin(self.ledger, run), True
            with app.connect(self.settings) as gateway:
                if asks and not click.confirm(question, err=True):
                    kept = go_on if begun else f"batchinvoice apply {run.id}"
                    self.screen.say(f"Nothing was sent. The run is kept: {kept}")
                    return Ending(Exit.PERSON, self.result(run, None))
                begun = True
                self._apply(gateway, run, texts_only, again)
        except RunStopped as stopped:
            stops = str(stopped)
            self.screen.trouble(f"Stopped: {stopped}")
            self.screen.trouble(f"What was not sent waits in the ledger. To go on: {go_on}")
        except (*_ALL, SheetError) as error:
            if begun and not texts_only and not isinstance(error, LedgerBusy):
                app.stopped(self.ledger, run, error)
            kept = go_on if begun or texts_only else f"batchinvoice apply {run.id}"
            self.screen.trouble(f"{error} Run {run.id} is kept; then: {kept}")
            failed = {**self._known(run), "status": "failed", "error": str(error)}
            return Ending(Exit.NOT_RUN, failed, stops=str(error))
        ending = self.finish(self.ledger.run(run.id), corrections=not texts_only)
        return replace(ending, result={**ending.result, "error": stops}, stops=stops) if stops else ending

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
            app.send_sms(self.ledger, gateway, self.settings, run, again=again)
            return
        with self.screen.progress(app.waiting(self.ledger, run), "Invoices") as progress:
            app.apply_run(self.ledger, gateway, self.settings, run, progress, self.screen.say)


def _question(summary: Summary, *, fresh: bool) -> str:
    """What a person is asked; nothing if nothing would leave. `fresh`: planned at this moment, so no plan is stale."""
    unchanged = 0 if fresh else summary.left.get(Action.UNCHANGED, (0, Decimal(0)))[0]
    sent = [summary.left.get(action, (0, Decimal(0))) for action in (Action.CREATE, Action.UPDATE)]
    count, amount = sum(n for n, _ in sent), sum((kwd for _, kwd in sent), Decimal(0))
    lost = summary.rows[RowStatus.UNKNOWN]
    parts = [
        f"send {count:,} invoice{'' if count == 1 else 's'}, {amount:,.3f} KWD" if count else "",
        f"compare {unchanged:,} anew, unchanged when planned, and send what differs now" if unchanged else "",
        f"look for {lost:,} whose answer was lost and send what is certainly not there" if lost else "",
        f"text {'up to ' if lost else ''}{_customers(summary.texts_left)}" if summary.texts_left else "",
    ]
    said = ", and ".join(filter(None, parts))
    where = _where(summary.run)
    return f"{where[0].upper()}{where[1:]}: {said}?" if said else ""


def _customers(count: int) -> str:
    return f"{count:,} customer{'' if count == 1 else 's'}"


def _where(run: Run) -> str:
    return "LIVE gateway" if run.environment == "live" else f"{run.environment} gateway"


def each(works: Sequence[Work], one: Callable[[Work], Ending], screen: Screen) -> tuple[int, object]:
    """Do it for each sheet or run; returns the worst exit code and what --json prints: an object, or a list of several.

    A sheet that cannot be read does not stop the others; what would stop them all (settings, login, ledger) does.
    """
    endings: list[Ending] = []
    for work in works:
        stopped = next((ending.stops for ending in endings if ending.stops), "")
        endings.append(_not_tried(work, stopped) if stopped else _one(work, one, screen))
    results = [ending.result for ending in endings]
    return max(ending.code for ending in endings), results if len(results) > 1 else results[0]


def _one(work: Work, one: Callable[[Work], Ending], screen: Screen) -> Ending:
    try:
        return one(work)
    except EXPECTED as error:
        found: Sequence[Issue] = ()
        if isinstance(error, Undecided):
            found = error.issues
            screen.issues([issue for issue in found if issue not in error.stops], error.language)
        screen.trouble(str(error))
        stops = str(error) if isinstance(error, _ALL) else ""
        result = {**_nothing(work, str(error)), "issues": [issue_as_json(issue) for issue in found]}
        return Ending(Exit.NOT_RUN, result, stops)


def _not_tried(work: Path | Run, why: str) -> Ending:
    return Ending(Exit.NOT_RUN, _nothing(work, f"Not tried, because an earlier one stopped: {why}"))


def _nothing(work: Path | Run, error: str) -> dict[str, Any]:
    if isinstance(work, Run):
        return {**nothing_as_json(Path(work.source), "failed", error), "run": work.id}
    return nothing_as_json(work, "failed", error)

"""The commands. Each reads its words, calls the app, and shows what came of it; heavy imports are made where used."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchinvoice import __version__
from batchinvoice.emulator.command import emulator

if TYPE_CHECKING:
    from batchinvoice.app import Workbooks
    from batchinvoice.gateway.client import Gateway
    from batchinvoice.ledger.ledger import Ledger
    from batchinvoice.ledger.records import Run
    from batchinvoice.screen import Screen
    from batchinvoice.settings import Settings
    from batchinvoice.summary import Summary

COULD_NOT_RUN = 3
_SHEET = click.Path(path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
report_dir_option = click.option("--report-dir", type=_SHEET, help="Folder for the workbooks (default: reports).")
no_sms_option = click.option("--no-sms", is_flag=True, help="Text nobody now; “batchinvoice send RUN” does it later.")
strict_option = click.option("--strict", is_flag=True, help="Send nothing at all if any row has a problem.")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask before sending.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="batchinvoice")
def cli() -> None:
    """Make, change and text invoices from a spreadsheet through the Hesabe gateway, each exactly once.

    Begin with "batchinvoice demo" (needs no settings), then "batchinvoice template" for a sheet to fill in,
    "batchinvoice check SHEET" to see what is wrong with it, and "batchinvoice run SHEET" to send it.
    """


def main() -> None:
    """Entry point: whatever stops the work is said in plain words and ends with exit code 3, never with a traceback."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        click.echo(explain(error), err=True)
        sys.exit(COULD_NOT_RUN)


def explain(error: Exception) -> str:
    """What stopped the work. An error of our own speaks for itself; of any other only the place is told.

    The text of a foreign exception could hold a key or a customer's name.
    """
    from batchinvoice.gateway.errors import GatewayError
    from batchinvoice.ledger.errors import LedgerError
    from batchinvoice.runs.errors import RunStopped
    from batchinvoice.settings import SettingsError
    from batchinvoice.sheets.errors import SheetError

    if isinstance(error, (SettingsError, SheetError, LedgerError, GatewayError, RunStopped)):
        return str(error)
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "unknown place"
    return (
        f"Something unexpected happened ({type(error).__name__} at {where}). What was done until then is in the "
        "ledger: “batchinvoice history” shows it, and “batchinvoice apply RUN” goes on safely. Please report this line."
    )


@contextmanager
def _ledger() -> Iterator[tuple[Settings, Ledger]]:
    from batchinvoice import app
    from batchinvoice.settings import load

    settings = load()
    with app.open_ledger(settings) as ledger:
        yield settings, ledger


def _screen(as_json: bool) -> Screen:
    from batchinvoice.screen import Screen

    return Screen(quiet=as_json)


@cli.command()
@click.option("--report-dir", type=_SHEET, default=Path("reports"), help="Folder for the demo's files.")
def demo(report_dir: Path) -> None:
    """Show the whole job on this machine alone: a local gateway, a sheet with mistakes, a report."""
    from batchinvoice.demo import run_demo

    run_demo(report_dir / "demo", _screen(as_json=False))


@cli.command()
@click.argument("out", type=_SHEET, required=False)
@click.option("--lang", type=click.Choice(["en", "ar"]), default="en", help="Language of the sheet.")
def template(out: Path | None, lang: str) -> None:
    """Write the sheet to fill in, to OUT (default: batchinvoice-template.xlsx)."""
    from batchinvoice.sheets.template import write_template

    path = out or Path("batchinvoice-template.xlsx")
    if path.is_dir():
        path /= "batchinvoice-template.xlsx"
    if path.exists():
        raise click.UsageError(f"{path} is there already and may hold invoices; give another name.")
    write_template(path, lang)
    _screen(as_json=False).say(f"Written: {path}. Fill in the sheet, then: batchinvoice check {path}")


@cli.command()
@click.argument("sheets", type=_SHEET, nargs=-1, required=True, metavar="SHEET...")
@report_dir_option
@json_option
@click.pass_context
def check(context: click.Context, sheets: tuple[Path, ...], report_dir: Path | None, as_json: bool) -> None:
    """Look for mistakes and send nothing. Bad rows go into a corrections workbook to mend and run."""
    from batchinvoice import app
    from batchinvoice.settings import load
    from batchinvoice.summary import check_as_json

    screen = _screen(as_json)
    settings = load(BATCHINVOICE_REPORT_DIR=report_dir)

    def one(sheet: Path) -> tuple[int, dict[str, Any]]:
        source, checked = app.check_sheet(settings, sheet)
        corrections = app.write_check_corrections(settings, source, checked)
        screen.issues(checked.issues)
        screen.checked(sheet.name, checked)
        if corrections:
            screen.say(f"Corrections: {corrections}  (mend the marked cells and run it)", "bold")
        bad = any(issue.is_error for issue in checked.issues)
        return int(bad), check_as_json(sheet, checked, corrections)

    context.exit(_each(sheets, one, screen, as_json))


@cli.command()
@click.argument("sheet", type=_SHEET)
@no_sms_option
@strict_option
@json_option
def plan(sheet: Path, no_sms: bool, strict: bool, as_json: bool) -> None:
    """Show what would happen with SHEET, and keep it as a planned run. Nothing is sent."""
    from batchinvoice import app
    from batchinvoice.runs.reconcile import problems
    from batchinvoice.summary import as_json as to_json
    from batchinvoice.summary import summarise

    screen = _screen(as_json)
    with _ledger() as (settings, ledger):
        run = app.plan_sheet(ledger, settings, sheet, sms=not no_sms, strict=strict)
        issues, summary = list(problems(ledger, run)), summarise(ledger, run)
        screen.issues(issues)
        screen.planned(summary)
        screen.rows(ledger.rows(run))
        screen.say(f"To carry it out: batchinvoice apply {run.id}", "bold")
        if as_json:
            _print_json(to_json(summary, None, issues))


@cli.command()
@click.argument("run_id", metavar="RUN")
@report_dir_option
@yes_option
@json_option
@click.pass_context
def apply(context: click.Context, run_id: str, report_dir: Path | None, yes: bool, as_json: bool) -> None:
    """Carry out a planned run, or go on with one that was cut off."""
    screen = _screen(as_json)
    with _ledger() as (settings, ledger):
        code, result = _carry_out(settings, ledger, ledger.run(run_id), report_dir, yes, screen)
    if as_json:
        _print_json(result)
    context.exit(code)


@cli.command()
@click.argument("sheets", type=_SHEET, nargs=-1, required=True, metavar="SHEET...")
@report_dir_option
@no_sms_option
@strict_option
@yes_option
@json_option
@click.pass_context
def run(
    context: click.Context,
    sheets: tuple[Path, ...],
    report_dir: Path | None,
    no_sms: bool,
    strict: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Check, send and report: the whole month-end job for one or more sheets.

    Good rows are sent and bad ones wait in a corrections workbook. Running a sheet again makes nothing twice.
    """
    from batchinvoice import app

    screen = _screen(as_json)
    with _ledger() as (settings, ledger):

        def one(sheet: Path) -> tuple[int, dict[str, Any]]:
            planned = app.plan_sheet(ledger, settings, sheet, sms=not no_sms, strict=strict)
            return _carry_out(settings, ledger, planned, report_dir, yes, screen)

        code = _each(sheets, one, screen, as_json)
    context.exit(code)


@cli.command()
@click.argument("run_id", metavar="RUN")
@click.option("--out", type=_SHEET, help="Name of the workbook (default: in the report folder).")
@report_dir_option
@json_option
def report(run_id: str, out: Path | None, report_dir: Path | None, as_json: bool) -> None:
    """Write the workbooks of a run again, as things stand now."""
    from batchinvoice import app

    screen = _screen(as_json)
    with _ledger() as (settings, ledger):
        found = ledger.run(run_id)
        workbooks = app.write_workbooks(ledger, found, report_dir or settings.report_dir, out)
        screen.workbooks(workbooks)
        if as_json:
            _print_json(_result(ledger, found, workbooks)[1])


@cli.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many runs.")
def history(limit: int) -> None:
    """List the latest runs."""
    with _ledger() as (_, ledger):
        runs = [(each, ledger.attention_count(each)) for each in ledger.history(limit)]
    screen = _screen(as_json=False)
    if runs:
        screen.history(runs)
    else:
        screen.say("No runs yet. “batchinvoice run SHEET” makes the first one.")


@cli.command()
@click.argument("run_id", metavar="RUN")
@click.option("--row", "number", type=int, help="Tell all about one row, by its number in the sheet.")
def show(run_id: str, number: int | None) -> None:
    """Tell what came of a run, or of one row of it."""
    from batchinvoice.summary import summarise

    screen = _screen(as_json=False)
    with _ledger() as (_, ledger):
        found = ledger.run(run_id)
        if number is None:
            screen.outcome(summarise(ledger, found), None)
            screen.rows(ledger.rows(found))
            return
        for each in ledger.rows(found):
            if each.row == number:
                screen.row(each)
                return
    raise click.UsageError(f"Run {run_id} has no row {number}: the sheet's own row numbers are meant.")


@cli.command()
@click.argument("run_id", metavar="RUN")
@report_dir_option
@yes_option
@json_option
@click.pass_context
def send(context: click.Context, run_id: str, report_dir: Path | None, yes: bool, as_json: bool) -> None:
    """Text the customers of a run who still wait for their message."""
    from batchinvoice import app
    from batchinvoice.invoices.lifecycle import SmsStatus

    screen = _screen(as_json)
    with _ledger() as (settings, ledger):
        found = ledger.run(run_id)
        waiting = ledger.sms_counts(found).get(SmsStatus.PENDING, 0)
        if waiting and not _confirmed(screen, yes, f"Text {waiting} customers ({found.environment})?"):
            context.exit(1)
        if waiting:
            with app.connect(settings) as gateway:
                found = app.send_sms(ledger, gateway, settings, found)
        else:
            screen.say("Nobody waits for a text message in this run.")
        code, result = _finish(settings, ledger, found, report_dir, screen)
    if as_json:
        _print_json(result)
    context.exit(code)


cli.add_command(emulator)


def _carry_out(
    settings: Settings, ledger: Ledger, planned: Run, report_dir: Path | None, yes: bool, screen: Screen
) -> tuple[int, dict[str, Any]]:
    """Prove the gateway, ask, deliver, report; returns the exit code and what --json prints."""
    from batchinvoice import app
    from batchinvoice.runs.errors import RunStopped
    from batchinvoice.runs.reconcile import problems
    from batchinvoice.summary import summarise

    screen.issues(list(problems(ledger, planned)))
    screen.planned(summarise(ledger, planned))
    with app.connect(settings) as gateway:
        if not _confirmed(screen, yes, f"Send this to the {planned.environment} gateway?"):
            screen.say(f"Nothing was sent. The plan is kept: batchinvoice apply {planned.id}")
            return 1, _result(ledger, planned, None)[1]
        try:
            planned = _deliver(settings, ledger, gateway, planned, screen)
        except RunStopped as stopped:
            screen.trouble(f"Stopped: {stopped}")
            screen.trouble(f"Rows not sent are “pending”. To go on: batchinvoice apply {planned.id}")
            planned = ledger.run(planned.id)
    return _finish(settings, ledger, planned, report_dir, screen)


def _deliver(settings: Settings, ledger: Ledger, gateway: Gateway, planned: Run, screen: Screen) -> Run:
    from batchinvoice import app

    with screen.progress(app.waiting(ledger, planned), "Invoices") as progress:
        return app.apply_run(ledger, gateway, settings, planned, progress)


def _finish(
    settings: Settings, ledger: Ledger, done: Run, report_dir: Path | None, screen: Screen
) -> tuple[int, dict[str, Any]]:
    """Write the workbooks and show the outcome; work that is done stays done if a workbook cannot be written."""
    from batchinvoice import app
    from batchinvoice.sheets.errors import SheetError
    from batchinvoice.summary import summarise

    workbooks = None
    try:
        workbooks = app.write_workbooks(ledger, done, report_dir or settings.report_dir)
    except SheetError as error:
        screen.trouble(str(error))
        screen.trouble(f"The invoices are made; only the report is missing: batchinvoice report {done.id}")
    screen.outcome(summarise(ledger, done), workbooks)
    summary, result = _result(ledger, done, workbooks)
    return _code(summary, workbooks), result


def _code(summary: Summary, workbooks: Workbooks | None) -> int:
    from batchinvoice.summary import exit_code

    if workbooks is None:
        return COULD_NOT_RUN
    return max(exit_code(summary), 1 if workbooks.disagreements else 0)


def _result(ledger: Ledger, done: Run, workbooks: Workbooks | None) -> tuple[Summary, dict[str, Any]]:
    from batchinvoice.runs.reconcile import problems
    from batchinvoice.summary import as_json, summarise

    summary = summarise(ledger, done)
    return summary, as_json(summary, workbooks, problems(ledger, done))


def _each(
    sheets: tuple[Path, ...], one: Callable[[Path], tuple[int, dict[str, Any]]], screen: Screen, as_json: bool
) -> int:
    """Do it for every sheet: one that cannot be read does not stop the others. Returns the worst exit code."""
    from batchinvoice.sheets.errors import SheetError

    worst, results = 0, []
    for sheet in sheets:
        try:
            code, result = one(sheet)
        except SheetError as error:
            screen.trouble(str(error))
            code, result = COULD_NOT_RUN, {"run": None, "sheet": str(sheet), "status": "failed", "error": str(error)}
        worst = max(worst, code)
        results.append(result)
    if as_json:
        _print_json(results if len(results) > 1 else results[0])
    return worst


def _confirmed(screen: Screen, yes: bool, question: str) -> bool:
    return yes or not screen.interactive or click.confirm(question)


def _print_json(result: object) -> None:
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))

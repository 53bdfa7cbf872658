"""The commands. Each reads its words, calls the app, and shows what came of it; heavy imports are made where used."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice import __version__
from batchinvoice.emulator.command import emulator
from batchinvoice.exits import Exit
from batchinvoice.options import run_options, sheet_options

if TYPE_CHECKING:
    from batchinvoice.invoices.asked import Asked
    from batchinvoice.screen import Screen
    from batchinvoice.session import Ending, Session

_SHEET = click.Path(path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
report_dir_option = click.option("--report-dir", type=_SHEET, help="Folder for the workbooks (default: reports).")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask before sending.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="batchinvoice")
@click.option(
    "--verbose", "-v", is_flag=True, help="Log every call to the gateway on standard error (no personal data)."
)
def cli(verbose: bool) -> None:
    """Make, change and text invoices from a spreadsheet through the Hesabe gateway, each exactly once.

    Begin with "batchinvoice demo" (needs no settings), then "batchinvoice template" for a sheet to fill in,
    "batchinvoice check SHEET" to see what is wrong with it, and "batchinvoice run SHEET" to send it.
    """
    # Our own loggers alone: those of libraries write addresses, and with them what is searched for.
    if verbose:
        own = logging.getLogger("batchinvoice")
        own.addHandler(logging.StreamHandler())
        own.setLevel(logging.DEBUG)


@contextmanager
def _session(*, as_json: bool = False, report_dir: Path | None = None, yes: bool = False) -> Iterator[Session]:
    from batchinvoice import app
    from batchinvoice.session import Session
    from batchinvoice.settings import load

    settings = load(BATCHINVOICE_REPORT_DIR=report_dir)
    with app.open_ledger(settings) as ledger:
        yield Session(settings, ledger, _screen(as_json), settings.report_dir, yes)


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
@sheet_options
@click.option("--lang", "language", type=click.Choice(["en", "ar"]), help="Of the messages (default: the sheet's own).")
@report_dir_option
@json_option
@click.pass_context
def check(
    context: click.Context,
    sheets: tuple[Path, ...],
    asked: Asked,
    language: str | None,
    report_dir: Path | None,
    as_json: bool,
) -> None:
    """Look for mistakes and send nothing. Bad rows go into a corrections workbook to mend and run."""
    from batchinvoice import app
    from batchinvoice.invoices.script import language_of
    from batchinvoice.questions import with_answers
    from batchinvoice.session import Ending, each
    from batchinvoice.settings import load
    from batchinvoice.summary import check_as_json

    _one_control_slip(asked, sheets)
    screen = _screen(as_json)
    settings = load(BATCHINVOICE_REPORT_DIR=report_dir)

    def one(sheet: Path) -> Ending:
        source, checked = with_answers(screen, asked, lambda answered: app.check_sheet(settings, sheet, answered))
        corrections = app.write_check_corrections(settings, source, checked)
        screen.issues(checked.issues, language or language_of(checked.table.headings), sheet)
        screen.checked(sheet.name, checked)
        if corrections:
            screen.say(f"Corrections: {corrections}  (mend the marked cells and run it)", "bold")
        bad = any(issue.is_error for issue in checked.issues)
        return Ending(Exit.PERSON if bad else Exit.WELL, check_as_json(sheet, checked, corrections))

    code, results = each(sheets, one, screen)
    if as_json:
        _print_json(results)
    context.exit(code)


@cli.command()
@click.argument("sheet", type=_SHEET)
@sheet_options
@run_options
@json_option
def plan(sheet: Path, asked: Asked, how: dict[str, bool], as_json: bool) -> None:
    """Show what would happen with SHEET, and keep it as a planned run. Nothing is sent."""
    from batchinvoice.runs.reconcile import problems
    from batchinvoice.summary import summarise

    with _session(as_json=as_json) as session:
        planned = session.plan_sheet(sheet, asked, **how)
        session.screen.issues(list(problems(session.ledger, planned)), planned.language, Path(planned.source))
        session.screen.planned(summarise(session.ledger, planned))
        session.screen.rows(session.ledger.rows(planned))
        session.screen.say(f"To carry it out: batchinvoice apply {planned.id}", "bold")
        if as_json:
            _print_json(session.result(planned, None))


@cli.command()
@click.argument("run_id", metavar="RUN")
@report_dir_option
@yes_option
@json_option
@click.pass_context
def apply(context: click.Context, run_id: str, report_dir: Path | None, yes: bool, as_json: bool) -> None:
    """Carry out a planned run."""
    with _session(as_json=as_json, report_dir=report_dir, yes=yes) as session:
        ending = session.carry_out(session.ledger.run(run_id))
    _end(context, ending, as_json)


@cli.command()
@click.argument("sheets", type=_SHEET, nargs=-1, required=True, metavar="SHEET...")
@sheet_options
@report_dir_option
@run_options
@yes_option
@json_option
@click.pass_context
def run(
    context: click.Context,
    sheets: tuple[Path, ...],
    asked: Asked,
    how: dict[str, bool],
    report_dir: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Check, send and report: the whole month-end job for one or more sheets.

    Good rows are sent and bad ones wait in a corrections workbook. Running a sheet again makes nothing twice.
    """
    from batchinvoice.session import each

    _one_control_slip(asked, sheets)
    with _session(as_json=as_json, report_dir=report_dir, yes=yes) as session:
        code, results = each(sheets, lambda sheet: session.run_sheet(sheet, asked, **how), session.screen)
    if as_json:
        _print_json(results)
    context.exit(code)


@cli.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option(
    "--give-up", "rows", metavar="ROW", multiple=True, type=int, help="Put a row of unknown outcome to rest; needs RUN."
)
@report_dir_option
@yes_option
@json_option
@click.pass_context
def resume(
    context: click.Context,
    run_id: str | None,
    rows: tuple[int, ...],
    report_dir: Path | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Finish what was cut off: RUN, or every run that was begun and is not over.

    Invoices whose answer was lost are looked for at the gateway; only what is certainly not there is sent again.
    """
    from batchinvoice.session import each
    from batchinvoice.summary import nothing_as_json

    if rows and not run_id:
        raise click.UsageError("--give-up needs the RUN whose rows are meant.")
    with _session(as_json=as_json, report_dir=report_dir, yes=yes) as session:
        wanted = session.ledger.run(run_id) if run_id else None
        if wanted and rows:
            session.give_up(wanted, rows)
        runs = [run for run in session.ledger.unfinished() if wanted is None or run.id == wanted.id]
        if runs:
            code, results = each(runs, session.carry_out, session.screen)
        else:
            code = Exit.WELL
            session.nothing_to_resume(wanted)
            results = session.result(wanted, None) if wanted else nothing_as_json(None, "complete")
    if as_json:
        _print_json(results)
    context.exit(code)


@cli.command()
@click.argument("run_id", metavar="RUN")
@click.option("--out", type=_SHEET, help="Name of the workbook (default: in the report folder).")
@report_dir_option
@json_option
@click.pass_context
def report(context: click.Context, run_id: str, out: Path | None, report_dir: Path | None, as_json: bool) -> None:
    """Write the workbooks of a run again, as things stand now."""
    from batchinvoice import app

    if out and (out.exists() or out.suffix.lower() != ".xlsx"):
        raise click.UsageError(f"{out} is there already or does not end in .xlsx; give another name.")
    with _session(as_json=as_json, report_dir=report_dir) as session:
        found = session.ledger.run(run_id)
        workbooks = app.write_workbooks(session.ledger, found, session.report_dir, out)
        session.screen.workbooks(workbooks)
        if as_json:
            _print_json(session.result(found, workbooks))
    context.exit(Exit.PERSON if workbooks.disagreements else Exit.WELL)


@cli.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many runs.")
def history(limit: int) -> None:
    """List the latest runs."""
    with _session() as session:
        runs = [(each, session.ledger.attention_count(each)) for each in session.ledger.history(limit)]
        if runs:
            session.screen.history(runs)
        else:
            session.screen.say("No runs yet. “batchinvoice run SHEET” makes the first one.")


@cli.command()
@click.argument("run_id", metavar="RUN")
@click.option("--row", "number", type=int, help="Tell all about one row, by its number in the sheet.")
def show(run_id: str, number: int | None) -> None:
    """Tell what came of a run, or of one row of it."""
    from batchinvoice.invoices.layout import accounts_for
    from batchinvoice.summary import summarise

    with _session() as session:
        found = session.ledger.run(run_id)
        if number is None:
            session.screen.outcome(summarise(session.ledger, found), None)
            session.screen.rows(session.ledger.rows(found))
            return
        row = next((each for each in session.ledger.rows(found) if each.row == number), None)
        if row is not None:
            session.screen.row(row, session.ledger.attempts(row))
        elif told := [note for note in found.notes if accounts_for(note, found.sheet, number)]:
            session.screen.issues(told, found.language)
        else:
            raise click.UsageError(f"Run {run_id} has no row {number}: the sheet's own row numbers are meant.")


@cli.command()
@click.argument("run_id", metavar="RUN")
@click.option("--again", is_flag=True, help="Also those of whom it is not certain that they were texted; asks first.")
@report_dir_option
@yes_option
@json_option
@click.pass_context
def send(context: click.Context, run_id: str, again: bool, report_dir: Path | None, yes: bool, as_json: bool) -> None:
    """Text the customers of a run who still wait for their message."""
    with _session(as_json=as_json, report_dir=report_dir, yes=yes) as session:
        ending = session.send(session.ledger.run(run_id), again=again)
    _end(context, ending, as_json)


cli.add_command(emulator)


def _one_control_slip(asked: Asked, sheets: tuple[Path, ...]) -> None:
    if len(sheets) > 1 and (asked.count is not None or asked.total is not None):
        raise click.UsageError("--expect-count and --expect-total speak of one sheet: name one at a time.")


def _end(context: click.Context, ending: Ending, as_json: bool) -> None:
    if as_json:
        _print_json(ending.result)
    context.exit(ending.code)


def _print_json(result: object) -> None:
    # ASCII alone, so that no code page on the way can change an Arabic name.
    click.echo(json.dumps(result, indent=2))

"""The commands that send nothing: check and plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice.commands.common import (
    SHEET,
    json_option,
    one_control_slip,
    open_session,
    print_json,
    report_dir_option,
    the_screen,
    the_settings,
)
from batchinvoice.exits import Exit
from batchinvoice.options import run_options, sheet_options

if TYPE_CHECKING:
    from batchinvoice.invoices.asked import Asked
    from batchinvoice.invoices.check import Checked
    from batchinvoice.sheets.ahead import Read
    from batchinvoice.sheets.reading import Source


@click.command()
@click.argument("sheets", type=SHEET, nargs=-1, required=True, metavar="SHEET...")
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
    one_control_slip(asked, sheets)
    from batchinvoice.sheets.ahead import ahead

    with ahead(sheets[0]) as read:
        code, results = _checked(sheets, asked, language, report_dir, as_json, read)
    if as_json:
        print_json(results)
    context.exit(code)


def _checked(
    sheets: tuple[Path, ...], asked: Asked, language: str | None, report_dir: Path | None, as_json: bool, read: Read
) -> tuple[int, object]:
    """Check each sheet, and say what was found; the exit code, and what --json prints."""
    from batchinvoice import checking
    from batchinvoice.endings import Ending
    from batchinvoice.invoices.script import language_of
    from batchinvoice.questions import with_answers
    from batchinvoice.several import each
    from batchinvoice.summary import check_as_json

    screen = the_screen(as_json)
    settings = the_settings(sending=False, BATCHINVOICE_REPORT_DIR=report_dir)
    screen.heading(settings)
    at = checking.now()

    def one(sheet: Path) -> Ending:
        def check_it(answered: Asked) -> tuple[Source, Checked]:
            with screen.progress(None, f"Reading and checking {sheet.name}"):
                return checking.check_sheet(settings, sheet, answered, at, read)

        source, checked = with_answers(screen, asked, check_it)
        corrections = checking.write_check_corrections(settings, source, checked)
        issues = checked.issues
        screen.issues(issues, language or language_of(checked.table.headings), sheet)
        screen.checked(sheet.name, checked)
        if corrections:
            screen.say(f"Corrections: {corrections}  (mend the marked cells and run it)", "bold")
        bad = any(issue.is_error for issue in issues)
        return Ending(
            Exit.PERSON if bad else Exit.WELL, check_as_json(sheet, checked, corrections, settings.environment)
        )

    return each(sheets, one, screen)


@click.command()
@click.argument("sheet", type=SHEET)
@sheet_options
@run_options
@json_option
def plan(sheet: Path, asked: Asked, how: dict[str, bool], as_json: bool) -> None:
    """Show what would happen with SHEET, and keep it as a planned run. Nothing is sent."""
    from batchinvoice.runs.reconcile import problems
    from batchinvoice.summary import summarise

    with open_session(as_json=as_json) as session:
        planned = session.plan_sheet(sheet, asked, **how)
        session.screen.issues(problems(session.ledger, planned), planned.language, Path(planned.source))
        session.screen.planned(summarise(session.ledger, planned))
        session.screen.rows(session.ledger.rows(planned), f"{session.settings.command} report {planned.id}")
        session.screen.say(f"To carry it out: {session.settings.command} apply {planned.id}", "bold")
        if as_json:
            print_json(session.result(planned, None))

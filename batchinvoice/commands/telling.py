"""The commands that tell what came of it: report, history and show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice.commands.common import SHEET, json_option, open_session, print_json, report_dir_option
from batchinvoice.exits import Exit

if TYPE_CHECKING:
    pass


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--out", type=SHEET, help="Name of the workbook (default: in the report folder).")
@report_dir_option
@json_option
@click.pass_context
def report(context: click.Context, run_id: str, out: Path | None, report_dir: Path | None, as_json: bool) -> None:
    """Write the workbooks of a run again, as things stand now."""
    from batchinvoice import app

    if out and (out.exists() or out.suffix.lower() != ".xlsx"):
        raise click.UsageError(f"{out} is there already or does not end in .xlsx; give another name.")
    with open_session(as_json=as_json, report_dir=report_dir) as session:
        found = session.ledger.run(run_id)
        workbooks = app.write_workbooks(session.ledger, found, session.report_dir, out)
        session.screen.workbooks(workbooks)
        if as_json:
            print_json(session.result(found, workbooks))
    context.exit(Exit.PERSON if workbooks.disagreements else Exit.WELL)


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many runs.")
def history(limit: int) -> None:
    """List the latest runs."""
    with open_session() as session:
        runs = [(each, session.ledger.attention_count(each)) for each in session.ledger.history(limit)]
        if runs:
            session.screen.history(runs)
        else:
            session.screen.say("No runs yet. “batchinvoice run SHEET” makes the first one.")


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--row", "number", type=int, help="Tell all about one row, by its number in the sheet.")
def show(run_id: str, number: int | None) -> None:
    """Tell what came of a run, or of one row of it."""
    from batchinvoice.invoices.layout import accounts_for
    from batchinvoice.summary import summarise

    with open_session() as session:
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

"""The commands that tell what came of it: report, history and show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice.commands.common import SHEET, json_option, open_session, print_json, report_dir_option
from batchinvoice.exits import Exit

if TYPE_CHECKING:
    from batchinvoice.ledger.records import Run
    from batchinvoice.session import Session


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
        workbooks = app.write_workbooks(session.ledger, found, session.report_dir, out, show=session.screen.progress)
        session.screen.workbooks(workbooks)
        if as_json:
            print_json(session.result(found, workbooks))
    context.exit(Exit.PERSON if workbooks.disagreements else Exit.WELL)


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many runs.")
@click.option("--file", "sheet", type=SHEET, help="Only runs of a file of this content, whatever its name was.")
@json_option
def history(limit: int, sheet: Path | None, as_json: bool) -> None:
    """List the latest runs: who ran what, when, what came of it, and what remains to be done."""
    from batchinvoice.stories import Story, in_short

    content = _sha256(sheet) if sheet else None
    with open_session(as_json=as_json) as session:
        found = session.ledger.runs_of(content)[:limit] if content else session.ledger.history(limit)
        stories = [Story.of(session.ledger, run, session.settings.command) for run in found]
        for story in stories:
            session.screen.lines(in_short(story))
        if not stories and sheet:
            session.screen.say(f"No run of a file of this content yet (SHA-256 {content}).")
        elif not stories:
            session.screen.say(f"No runs yet. “{session.settings.command} run SHEET” makes the first one.")
    if as_json:
        print_json([story.as_json() for story in stories])


def _sha256(file: Path) -> str:
    import hashlib

    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror or 'no access'}.") from None


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--row", "number", type=int, help="Tell all about one row of RUN, by its number in the sheet.")
@click.option("--reference", metavar="REF", help="Every run and row that spoke of a reference.")
@json_option
@click.pass_context
def show(context: click.Context, run_id: str | None, number: int | None, reference: str | None, as_json: bool) -> None:
    """Tell what came of a run, of one row of it, or of a reference."""
    if (run_id is None) == (reference is None) or (number is not None and run_id is None):
        raise click.UsageError("Name a RUN (with --row, one row of it), or a --reference.")
    with open_session(as_json=as_json) as session:
        if reference is not None:
            result = _reference(session, reference.strip())
        elif number is not None:
            result = _row(session, session.ledger.run(str(run_id)), number)
        else:
            result = _run(session, session.ledger.run(str(run_id)))
    if as_json:
        print_json(result)
    context.exit(Exit.WELL)


def _run(session: Session, run: Run) -> object:
    from batchinvoice import stories

    story, records = stories.Story.of(session.ledger, run, session.settings.command), session.ledger.log_of(run)
    session.screen.outcome(story.summary, None)
    session.screen.named([*stories.of_run(run), *stories.of_records(records), *stories.of_left(story.left)])
    session.screen.rows(session.ledger.rows(run), f"{session.settings.command} report {run.id}")
    log = [
        {"number": r.number, "at": r.at.isoformat(), "who": r.who, "event": r.event, "facts": r.told} for r in records
    ]
    return {**story.as_json(), "log": log}


def _row(session: Session, run: Run, number: int) -> object:
    from batchinvoice import stories
    from batchinvoice.invoices.layout import accounts_for
    from batchinvoice.summary import issue_as_json

    row = session.ledger.row(run, number)
    if row is not None:
        calls, tool = session.ledger.attempts(row), session.settings.command
        lines = [*stories.of_row(run, row), *stories.of_calls(calls, session.ledger.sms_calls(run), row, tool)]
        session.screen.named(lines)
        session.screen.issues(row.issues, run.language)
        return stories.row_as_json(row, tool, calls)
    if told := [note for note in run.notes if accounts_for(note, run.sheet, number)]:
        session.screen.issues(told, run.language)
        return {"run": run.id, "row": number, "issues": [issue_as_json(issue) for issue in told]}
    raise click.UsageError(f"Run {run.id} has no row {number}: the sheet's own row numbers are meant.")


def _reference(session: Session, reference: str) -> object:
    from batchinvoice import stories

    spoken, tool = session.ledger.spoken_of(reference), session.settings.command
    known = session.ledger.known_references([reference]).get(reference)
    if known:
        told = f", ID {known.gateway_id}" if known.gateway_id else ""
        session.screen.say(f"The invoice of “{reference}” is {known.state}{told}.", "bold")
    else:
        session.screen.say(f"The ledger knows no invoice of “{reference}”.", "bold")
    session.screen.lines(stories.of_reference(spoken, tool))
    if not spoken:
        session.screen.say("No row of any run spoke of it.")
    invoice = {"state": str(known.state), "invoice_id": known.gateway_id} if known else None
    return {"reference": reference, "invoice": invoice, "rows": [stories.row_as_json(row, tool) for _, row in spoken]}

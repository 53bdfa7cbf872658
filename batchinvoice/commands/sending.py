"""The commands that send: run, apply, resume and send."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice.commands.common import (
    SHEET,
    end,
    json_option,
    max_rate_option,
    notify_option,
    one_control_slip,
    open_session,
    print_json,
    report_dir_option,
    yes_option,
)
from batchinvoice.exits import Exit
from batchinvoice.options import run_options, sheet_options

if TYPE_CHECKING:
    from batchinvoice.invoices.asked import Asked


@click.command()
@click.argument("sheets", type=SHEET, nargs=-1, required=True, metavar="SHEET...")
@sheet_options
@report_dir_option
@run_options
@max_rate_option
@yes_option
@notify_option
@json_option
@click.pass_context
def run(
    context: click.Context,
    sheets: tuple[Path, ...],
    asked: Asked,
    how: dict[str, bool],
    report_dir: Path | None,
    max_rate: float | None,
    yes: bool,
    notify: bool | None,
    as_json: bool,
) -> None:
    """Check, send and report: the whole month-end job for one or more sheets.

    Good rows are sent and bad ones wait in a corrections workbook. Running a sheet again makes nothing twice.
    """
    from batchinvoice.several import each

    one_control_slip(asked, sheets)
    with open_session(as_json=as_json, report_dir=report_dir, max_rate=max_rate, yes=yes, notify=notify) as session:
        code, results = each(
            sheets, lambda sheet: session.run_sheet(sheet, asked, **how), session.screen, session.untried
        )
    if as_json:
        print_json(results)
    context.exit(code)


@click.command()
@click.argument("run_id", metavar="RUN")
@report_dir_option
@max_rate_option
@yes_option
@notify_option
@json_option
@click.pass_context
def apply(
    context: click.Context,
    run_id: str,
    report_dir: Path | None,
    max_rate: float | None,
    yes: bool,
    notify: bool | None,
    as_json: bool,
) -> None:
    """Carry out a planned run."""
    with open_session(as_json=as_json, report_dir=report_dir, max_rate=max_rate, yes=yes, notify=notify) as session:
        ending = session.carry_out(session.find(run_id))
    end(context, ending, as_json)


@click.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option(
    "--give-up", "rows", metavar="ROW", multiple=True, type=int, help="Put a row of unknown outcome to rest; needs RUN."
)
@report_dir_option
@max_rate_option
@yes_option
@notify_option
@json_option
@click.pass_context
def resume(
    context: click.Context,
    run_id: str | None,
    rows: tuple[int, ...],
    report_dir: Path | None,
    max_rate: float | None,
    yes: bool,
    notify: bool | None,
    as_json: bool,
) -> None:
    """Finish what was cut off: RUN, or every run that was begun and is not over.

    Invoices whose answer was lost are looked for at the gateway; only what is certainly not there is sent again.
    """
    from batchinvoice.several import each
    from batchinvoice.summary import nothing_as_json

    if rows and not run_id:
        raise click.UsageError("--give-up needs the RUN whose rows are meant.")
    with open_session(as_json=as_json, report_dir=report_dir, max_rate=max_rate, yes=yes, notify=notify) as session:
        wanted = session.find(run_id) if run_id else None
        if wanted and rows:
            session.give_up(wanted, rows)
        runs = [run for run in session.ledger.unfinished() if wanted is None or run.id == wanted.id]
        if runs:
            code, results = each(runs, session.carry_out, session.screen, session.untried)
        else:
            code = Exit.WELL
            session.nothing_to_resume(wanted)
            results = session.result(wanted, None) if wanted else nothing_as_json(None, "complete")
    if as_json:
        print_json(results)
    context.exit(code)


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--again", is_flag=True, help="Also those of whom it is not certain that they were texted; asks first.")
@report_dir_option
@max_rate_option
@yes_option
@notify_option
@json_option
@click.pass_context
def send(
    context: click.Context,
    run_id: str,
    again: bool,
    report_dir: Path | None,
    max_rate: float | None,
    yes: bool,
    notify: bool | None,
    as_json: bool,
) -> None:
    """Text the customers of a run who still wait for their message."""
    with open_session(as_json=as_json, report_dir=report_dir, max_rate=max_rate, yes=yes, notify=notify) as session:
        ending = session.send(session.find(run_id), again=again)
    end(context, ending, as_json)

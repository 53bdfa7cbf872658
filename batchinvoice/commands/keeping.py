"""The commands that look after the ledger: verify that nobody changed it, forget what is no longer needed of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batchinvoice.commands.common import json_option, open_session, print_json
from batchinvoice.exits import Exit

if TYPE_CHECKING:
    import datetime as dt

    from batchinvoice.ledger.proof import Proof
    from batchinvoice.ledger.records import Aged
    from batchinvoice.session import Session

_MOST_KEPT = 20


@click.command()
@click.option(
    "--seen",
    "marks",
    metavar="NUMBER:HASH",
    multiple=True,
    help="An audit record as a report has it on its Summary; 16 digits of the hash are enough.",
)
@json_option
@click.pass_context
def verify(context: click.Context, marks: tuple[str, ...], as_json: bool) -> None:
    """Prove that the audit log is unbroken, and that every run still stands as it tells.

    What was cut off at the end of the log is found only with --seen: take number and hash from a report that was
    kept elsewhere, say on paper.
    """
    from batchinvoice.ledger.proof import Seen, prove

    try:
        seen = [Seen.read(mark) for mark in marks]
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with open_session(as_json=as_json) as session:
        proof = prove(session.ledger, seen)
        _say_proof(session, proof)
    if as_json:
        print_json(_proof_as_json(proof))
    context.exit(Exit.PERSON if proof.breaks else Exit.WELL)


def _say_proof(session: Session, proof: Proof) -> None:
    from batchinvoice.ledger.proof import place

    for wrong in proof.breaks:
        session.screen.trouble(f"✗ {wrong}.")
    where = f"merchant {session.ledger.merchant_code}, {session.ledger.environment}"
    state = f"NOT AS IT WAS WRITTEN: {len(proof.breaks):,} found" if proof.breaks else "unbroken"
    session.screen.say(f"Audit log ({where}): {proof.count:,} records, {state}.", "bold")
    if proof.newest:
        session.screen.say(f"Newest: {place(proof.newest)}\n        {proof.newest.mark}")
    told = [
        f"{proof.compared:,} compared with the log",
        f"{proof.open:,} under way or cut off" if proof.open else "",
        f"{proof.older:,} older than the log, which cannot be compared" if proof.older else "",
    ]
    session.screen.say(f"Runs: {', '.join(filter(None, told))}.")
    if proof.breaks:
        session.screen.trouble(
            "Somebody or something other than batchinvoice has changed the ledger. Keep the file as it is, compare it "
            "with a back-up and with the reports, and find out who could write to it before it is relied on."
        )


def _proof_as_json(proof: Proof) -> dict[str, Any]:
    return {
        "records": proof.count,
        "newest": proof.newest.mark if proof.newest else None,
        "breaks": list(proof.breaks),
        "runs": {"compared": proof.compared, "open": proof.open, "older": proof.older},
    }


@click.command()
@click.option("--older-than", "age", required=True, metavar="AGE", help="Years, months or days: 2y, 18m, 400d.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
@click.pass_context
def forget(context: click.Context, age: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove the personal data of runs that ended long ago; it cannot be brought back.

    Names, phones, e-mails, cells and links go. Row numbers, references, amounts, statuses, invoice IDs, times, totals
    and hashes stay: they keep an invoice from being made twice, and the books can still be audited.
    """
    from batchinvoice import checking
    from batchinvoice.age import moment_before
    from batchinvoice.runs import retention

    try:
        before = moment_before(age, checking.now())
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--older-than") from None
    with open_session(as_json=as_json) as session, session.ledger.working():
        aged = session.ledger.ended_before(before)
        ready = [each for each in aged if retention.kept_for(each) is None]
        _say_aged(session, aged, before)
        do = bool(ready) and not dry_run
        if do and not yes:
            do = _agreed(session, len(ready))
        if do:
            retention.forget(session.ledger, [each.run for each in ready], age)
            _say_done(session, len(ready))
        elif not dry_run and ready:
            session.screen.say("Nothing was removed.")
        elif not dry_run:
            retention.forget(
                session.ledger, [], age
            )  # an earlier one may have been cut off before the file was written anew
    if as_json:
        print_json(_forgotten_as_json(aged, before, done=do))
    context.exit(Exit.PERSON if ready and not do and not dry_run else Exit.WELL)


def _say_aged(session: Session, aged: list[Aged], before: dt.datetime) -> None:
    from batchinvoice.invoices.kuwait import KUWAIT
    from batchinvoice.runs import retention

    ready = [each.run for each in aged if retention.kept_for(each) is None]
    day = f"{before.astimezone(KUWAIT):%Y-%m-%d}"
    rows = sum(run.input_count for run in ready)
    session.screen.say(f"Runs that ended before {day} and still have personal data: {len(ready):,}, {rows:,} rows.")
    for run in ready:
        session.screen.say(f"  {run.id}  {run.input_count:>9,} rows  {run.source_name}")
    kept = [(each.run, retention.kept_for(each)) for each in aged]
    for run, why in [(run, why) for run, why in kept if why][:_MOST_KEPT]:
        session.screen.say(f"  {run.id}  is kept: {why}", "yellow")


def _agreed(session: Session, count: int) -> bool:
    if not session.screen.interactive:
        session.screen.trouble("This cannot be undone, so it is not done unasked: say --yes, or run it at a terminal.")
        return False
    runs = "1 run" if count == 1 else f"{count:,} runs"
    return click.confirm(f"Remove the personal data of {runs} for good? It cannot be brought back", err=True)


def _say_done(session: Session, count: int) -> None:
    say = session.screen.say
    runs = "1 run" if count == 1 else f"{count:,} runs"
    say(f"Removed from the ledger: the personal data of {runs}. The audit log tells so.", "bold")
    say("References stay, so that nothing is made twice, and the names of files and sheets: names in them stay, too.")
    for copy in session.ledger.copies():
        say(f"An old copy of the ledger still holds it: {copy}. Delete it once you are sure that you do not need it.")
    say("Reports, corrections and the sheets themselves are files of yours, and so are back-ups: delete the old ones.")


def _forgotten_as_json(aged: list[Aged], before: dt.datetime, *, done: bool) -> dict[str, Any]:
    from batchinvoice.runs import retention

    return {
        "before": before.isoformat(),
        "done": done,
        "runs": [each.run.id for each in aged if retention.kept_for(each) is None],
        "kept": {each.run.id: why for each in aged if (why := retention.kept_for(each))},
    }

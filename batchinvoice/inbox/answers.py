"""Answers: what is done with a file that approves or rejects a planned run, and with sheets that wait for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from batchinvoice.exits import Exit
from batchinvoice.inbox.approval import answer, code
from batchinvoice.inbox.layout import leave_word, move, sheets_in
from batchinvoice.inbox.take import Desk, Taken, carry, plans, put_away, sha256, waits_for_approval, write_plan
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.errors import NoSuchRun
from batchinvoice.ledger.records import Run

_NOT_AS_ASKED = (
    "This file's name does not approve or reject a plan that waits here ({why}). The plan's first sheet says how the "
    "file has to be named. Nothing was sent."
)


def hear(desk: Desk, path: Path) -> Taken:
    """Carry out or drop the run of which this file, in `processing`, speaks. Raises LedgerError or OSError."""
    said = answer(path.name)
    run, why = _run(desk, said.run_id) if said else (None, "it is not written as the plan asks")
    if said and run and said.code != code(run):
        run, why = None, "the six characters behind the run's name are not those of its plan"
    if said is None or run is None:
        there = move(path, desk.inbox.attention)
        leave_word(there, _NOT_AS_ASKED.format(why=why))
        return Taken(Exit.PERSON, f"{path.name}: no answer to a plan that waits ({why}) → {there.parent.name}")
    files = _files_of(desk, run)
    with desk.session.ledger.entry() as entry:
        entry.note_event("approved" if said.approves else "rejected", run.id, by=f"file {path.name}")
    if said.approves:
        return carry(desk, run, path, *files)
    put_away(desk.inbox.attention, [path, *files])
    return Taken(Exit.PERSON, f"{run.source_name}: run {run.id} was rejected, nothing was sent → needs-attention")


def tend(desk: Desk) -> Iterator[Taken]:
    """See to the sheets that wait for approval.

    One that `batchinvoice apply` has carried out is put away, and one whose plan was not written any more gets it.
    """
    for path in sheets_in(desk.inbox.to_approve):
        run = next(iter(_of_content(desk, path)), None)
        if run and run.status is RunStatus.PLANNED and not waits_for_approval(desk, run):
            yield write_plan(desk, run)
        elif run and run.status not in (RunStatus.PLANNED, RunStatus.RUNNING):
            yield carry(desk, run, *_files_of(desk, run))


def _run(desk: Desk, run_id: str) -> tuple[Run | None, str]:
    try:
        run = desk.session.ledger.run(run_id)
    except NoSuchRun:
        return None, f"there is no run {run_id}"
    return (run, "") if waits_for_approval(desk, run) else (None, f"run {run_id} does not wait here for approval")


def _files_of(desk: Desk, run: Run) -> list[Path]:
    """The sheet that waits for the run's approval, and the plan."""
    waiting = sheets_in(desk.inbox.to_approve)
    sheets = [path for path in waiting if any(each.id == run.id for each in _of_content(desk, path))]
    return [*sheets, *plans(desk, run)]


def _of_content(desk: Desk, path: Path) -> list[Run]:
    return desk.session.ledger.runs_of(sha256(path))

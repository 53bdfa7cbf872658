"""Answers: what is done with a file that approves or rejects a planned run, and with sheets that wait for one."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

from batchinvoice.exits import Exit
from batchinvoice.inbox.approval import Answer, answer, code, run_of_plan
from batchinvoice.inbox.arrivals import in_use
from batchinvoice.inbox.layout import move, sheets_in
from batchinvoice.inbox.papers import place_for, put_away, sha256_again, waits_for_approval
from batchinvoice.inbox.take import Desk, Jobs, Taken, carry, finish, write_plan
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.errors import NoSuchRun
from batchinvoice.ledger.records import Run

_NOT_AS_ASKED = (
    "This file's name does not approve or reject a plan that waits here: {why}. The plan's first sheet says how the "
    "file has to be named. By this file nothing was sent. (If it is a sheet to be run, give it another name.)"
)
_TOO_LATE = "Run {run} of {sheet} was approved before this rejection came, and is {status}."
_NOT_PLANNED = (
    "This file lay in to-approve and belongs to no plan there: somebody changed it or put it there, or it was planned "
    "for another merchant or environment. Nothing of it was sent. If it is to be run, put it into the folder {folder}. "
    "A plan of what it was before it was changed can still be approved or rejected."
)


def hear(desk: Desk, path: Path) -> Taken:
    """Carry out or drop the run of which this file, in `processing`, speaks. Raises LedgerError or OSError."""
    said = answer(path.name)
    run = _run(desk, said) if said else "it is not written as the plan asks"
    if isinstance(run, str) or said is None:
        there = move(path, desk.inbox.attention, lambda _: _NOT_AS_ASKED.format(why=run))
        return Taken(Exit.PERSON, f"{path.name}: no answer to a plan that waits ({run}) → {there.parent.name}")
    files = _papers(desk, run)
    return _approved(desk, run, path, files) if said.approves else _rejected(desk, run, path, files)


def _approved(desk: Desk, run: Run, path: Path, files: list[Path]) -> Taken:
    """The answer is put away last: whatever cuts this off, it is heard again."""
    if run.status is RunStatus.PLANNED:
        _note(desk, run, "approved", path)
        return carry(desk, run, *files, path)
    if not files and (room := place_for(desk.inbox, run)):
        put_away(room, [path])
        return Taken(Exit.WELL, f"{path.name}: run {run.id} is {run.status} already → {room.name}")
    return finish(desk, run, *files, path)


def _rejected(desk: Desk, run: Run, path: Path, files: list[Path]) -> Taken:
    if run.status is not RunStatus.PLANNED:
        words = _TOO_LATE.format(run=run.id, sheet=run.source_name, status=run.status)
        move(path, desk.inbox.attention, lambda _: words)
        return Taken(Exit.PERSON, f"{path.name}: {words}")
    if not _was_rejected(desk, run):
        _note(desk, run, "rejected", path)
    put_away(desk.inbox.attention, [*files, path])
    return Taken(Exit.PERSON, f"{run.source_name}: run {run.id} was rejected, nothing was sent → needs-attention")


def _was_rejected(desk: Desk, run: Run) -> bool:
    return any(record.event == "rejected" for record in desk.session.ledger.log_of(run))


def _note(desk: Desk, run: Run, event: str, path: Path) -> None:
    with desk.session.ledger.entry() as entry:
        entry.note_event(event, run.id, by=f"file {path.name}")


def tend(desk: Desk, *, new: bool) -> Jobs:
    """What is to be done about the files in `to-approve`.

    A plan that was not written any more is written; what `batchinvoice apply` has carried out is put away, and what
    was begun goes on: a run that another process may be working with, only where the watching is `new`. What belongs
    to no plan goes to a person.
    """
    there = [path for path in sheets_in(desk.inbox.to_approve) if not answer(path.name)]  # which is heard elsewhere
    waiting = {path: _run_of(desk, path) for path in there}
    for path, run in waiting.items():
        if run is None and not in_use(path):
            yield path, partial(_not_planned, desk, path)
    runs = {run.id: run for run in waiting.values() if run}
    for run in runs.values():
        files = [path for path, each in waiting.items() if each and each.id == run.id]
        if run.status is not RunStatus.PLANNED:
            if new or run.status is not RunStatus.RUNNING:
                yield run, partial(finish, desk, run, *files)
        elif not waits_for_approval(desk.inbox, run) and not run.forgotten_at:
            yield run, partial(write_plan, desk, run)


def _not_planned(desk: Desk, path: Path) -> Taken:
    there = move(path, desk.inbox.attention, lambda _: _NOT_PLANNED.format(folder=desk.inbox.name))
    return Taken(Exit.PERSON, f"{path.name}: lay in to-approve, and no plan of it waits there → {there.parent.name}")


def _run(desk: Desk, said: Answer) -> Run | str:
    """The run that is meant, or why there is none."""
    try:
        run = desk.session.ledger.run(said.run_id)
    except NoSuchRun:
        return f"there is no run {said.run_id}"
    if said.code != code(run):
        return "the six characters behind the run's name are not those of its plan"
    if run.status is RunStatus.PLANNED and run.forgotten_at:
        return f"what run {run.id} was to send has been removed since (forget); its sheet has to be dropped again"
    rejected_again = not said.approves and _was_rejected(desk, run)
    if run.status is RunStatus.PLANNED and not rejected_again and not _papers(desk, run):
        return f"run {run.id} does not wait here"
    return run


def _papers(desk: Desk, run: Run) -> list[Path]:
    """The sheets that wait for the run's approval, and its plan."""
    found = {path: _run_of(desk, path) for path in sheets_in(desk.inbox.to_approve)}
    return [path for path, each in found.items() if each and each.id == run.id]


def _run_of(desk: Desk, path: Path) -> Run | None:
    """The run to which a file in `to-approve` belongs: as the plan's name tells, or by the sheet's content.

    Of several runs of one content, the one whose plan lies there.
    """
    ledger = desk.session.ledger
    if name := run_of_plan(path.name):
        with suppress(NoSuchRun):
            return ledger.run(name)
    with suppress(OSError):  # gone meanwhile, or not to be read
        runs = ledger.runs_of(sha256_again(path))
        return next((run for run in runs if waits_for_approval(desk.inbox, run)), next(iter(runs), None))
    return None

"""Take: one sheet of a drop folder is run and put away; whatever cuts this off, the next take goes on from there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from batchinvoice import app, notices
from batchinvoice.calling import typed
from batchinvoice.events import Event
from batchinvoice.exits import Exit
from batchinvoice.inbox.approval import name_of
from batchinvoice.inbox.layout import Inbox, leave_word, move
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.records import Run
from batchinvoice.session import Session
from batchinvoice.sheets.book import free_name
from batchinvoice.sheets.errors import SheetError, Undecided
from batchinvoice.sheets.naming import workbook_path
from batchinvoice.summary import summarise

_OVER = (RunStatus.COMPLETE, RunStatus.PARTIAL)
_BY_HAND = (
    "In a drop folder nobody can be asked. Mend the sheet and drop it again; or run it by hand, where options can "
    "answer:\n{tool} run {path}"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the sheets of one inbox are worked on. `how`: the options of `app.plan_sheet`.

    `approve`: a sheet is planned, and carried out only when somebody has approved its plan.
    """

    session: Session
    inbox: Inbox
    asked: Asked
    how: Mapping[str, bool]
    approve: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a sheet, in one line. `again`: it could not go on, stays in its place and is to be tried again."""

    code: Exit
    words: str
    again: bool = False


def place_for(inbox: Inbox, run: Run) -> Path | None:
    """The room for the workbooks of a run; none before it is over."""
    match run.status:
        case RunStatus.COMPLETE:
            return inbox.done
        case RunStatus.PARTIAL:
            return inbox.attention
    return None


def take(desk: Desk, path: Path) -> Taken:
    """Run a sheet that lies in `processing`, from wherever it was cut off. Raises LedgerError or OSError."""
    found = desk.session.ledger.runs_of(sha256(path))
    if waiting := next((run for run in found if waits_for_approval(desk, run)), None):
        return _waits_already(desk, path, waiting)
    run = _meant(found, path)
    if run is None:
        try:
            run = desk.session.plan_sheet(path, desk.asked, **desk.how)
        except SheetError as error:
            desk.session.notifier.tell(notices.failed(desk.session.settings, path, error))
            return _refused(desk, path, error)
    elif run.status in _OVER and run.id not in {each.id for each in desk.session.ledger.unfinished()}:
        return _recognised(desk, path, run)
    if run.status is RunStatus.PLANNED and desk.approve:
        return _handed_over(desk, path, run)
    return carry(desk, run, path)


def carry(desk: Desk, run: Run, *files: Path) -> Taken:
    """Carry a run out and put its files away beside the report."""
    session = desk.session
    if run.status is RunStatus.FAILED:  # which was told when it happened
        session = replace(session, notifier=session.notifier.without(Event.FAILED))
    ending = session.carry_out(run, fresh=run.status is RunStatus.PLANNED)
    run = desk.session.ledger.run(run.id)
    room = place_for(desk.inbox, run)
    name = files[0].name if files else run.source_name
    if room is None or ending.result["report"] is None:
        why = ending.stops or ending.result.get("error") or "its report could not be written"
        return Taken(Exit.NOT_RUN, f"{name}: run {run.id} is not over: {why}", again=True)
    put_away(room, files)
    return Taken(Exit(ending.code), f"{name}: {_outcome(desk, run)} → {room.name}")


def left_behind(desk: Desk) -> Iterator[Taken]:
    """Finish the runs of this inbox that were cut off and whose sheet is no longer in `processing`."""
    room = desk.inbox.processing.absolute()
    for run in desk.session.ledger.unfinished():
        if Path(run.source).parent == room and not Path(run.source).exists():
            yield carry(desk, run)


def put_away(room: Path, files: Sequence[Path]) -> None:
    """Move these files into a room; those that are gone meanwhile need no move. Raises OSError."""
    for file in files:
        with suppress(FileNotFoundError):
            move(file, room)


def _meant(found: Sequence[Run], path: Path) -> Run | None:
    """The run of a sheet among those of its content: the newest that was begun, else one planned from this place."""
    begun = [run for run in found if run.status is not RunStatus.PLANNED]
    planned = [run for run in found if run.status is RunStatus.PLANNED and Path(run.source) == path.absolute()]
    return next(iter(begun or planned), None)


def sha256(path: Path) -> str:
    """Of the file's bytes, in hex: by it the ledger knows a sheet, whatever it is called. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def waits_for_approval(desk: Desk, run: Run) -> bool:
    """Whether the run's plan lies there to be approved and nothing of it was sent."""
    return run.status is RunStatus.PLANNED and bool(plans(desk, run))


def plans(desk: Desk, run: Run) -> list[Path]:
    """The run's plan, where it waits for approval."""
    room = desk.inbox.to_approve
    return sorted(room.glob(f"*.{run.id}.plan*.xlsx")) if room.is_dir() else []


def _outcome(desk: Desk, run: Run) -> str:
    summary = summarise(desk.session.ledger, run)
    counts = ", ".join(f"{count:,} {status}" for status, count in summary.rows.items() if count)
    return f"run {run.id} ({run.environment}) is {run.status}: {counts}; {run.input_amount:,.3f} KWD in the sheet"


def _refused(desk: Desk, path: Path, error: SheetError) -> Taken:
    """A sheet that cannot be run as it is goes to a person, with a text that says why."""
    words = [str(error)]
    if isinstance(error, Undecided):
        others = [issue for issue in error.issues if issue not in error.stops]
        words += [f"{issue.place.cell or issue.place.sheet}: {' '.join(issue.say(error.language))}" for issue in others]
    there = move(path, desk.inbox.attention)
    by_hand = _BY_HAND.format(tool=desk.session.settings.command, path=typed(there))
    leave_word(there, "\n\n".join([*words, by_hand]))
    why = "something about it must be answered first" if isinstance(error, Undecided) else "it cannot be read"
    return Taken(Exit.PERSON, f"{path.name}: not run, {why} → {there.parent.name}; {there.name}.txt says more")


def _recognised(desk: Desk, path: Path, run: Run) -> Taken:
    """A file whose content was run before is not run again."""
    day = f"{run.planned_at.astimezone(KUWAIT):%Y-%m-%d %H:%M}"
    reports = [str(found) for room in (desk.inbox.done, desk.inbox.attention) for found in _reports(room, run)]
    words = (
        f"{path.name} was not run: its content is that of {run.source_name}, which was run on {day} (Kuwait time) as "
        f"run {run.id}, and is {run.status}.\n\n"
        f"Its report: {reports[-1] if reports else f'{desk.session.settings.command} report {run.id}'}"
    )
    if run.status is RunStatus.PARTIAL:
        words += "\n\nRows that need a person are in its corrections workbook: mend that one and drop it."
    there = move(path, desk.inbox.done)
    leave_word(there, words)
    return Taken(Exit.WELL, f"{path.name}: has been run before, as run {run.id}; not run again → {there.parent.name}")


def _waits_already(desk: Desk, path: Path, run: Run) -> Taken:
    there = move(path, desk.inbox.done)
    plan = plans(desk, run)[0]
    leave_word(there, f"{path.name} was not planned again: it is {run.source_name}, which waits for approval: {plan}")
    return Taken(Exit.WELL, f"{path.name}: waits for approval already, as run {run.id} → {there.parent.name}")


def _reports(room: Path, run: Run) -> list[Path]:
    return sorted(room.glob(f"*.{run.id}.report*.xlsx")) if room.is_dir() else []


def _handed_over(desk: Desk, path: Path, run: Run) -> Taken:
    """A planned sheet goes to whoever approves it, with its plan."""
    move(path, desk.inbox.to_approve)
    return write_plan(desk, run)


def write_plan(desk: Desk, run: Run) -> Taken:
    """Put the run's plan beside its sheet. Raises FileInUse or CannotWrite."""
    room, tool = desk.inbox.to_approve, desk.session.settings.command
    ask = (
        "Nothing was sent yet. To have this plan carried out, put a copy of this workbook into the folder "
        f"{desk.inbox.name} under the name “{name_of(run)}.xlsx” (or type: {tool} apply {run.id}). "
        f"To have it dropped, the same under the name “{name_of(run, approves=False)}.xlsx”."
    )
    plan = free_name(workbook_path(room, run.source_name, run.id, "plan"))
    app.write_plan(desk.session.ledger, run, plan, ask)
    return Taken(Exit.PERSON, f"{run.source_name}: planned as run {run.id}; {plan.name} waits for approval")

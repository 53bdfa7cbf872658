"""Take: one sheet of a drop folder is run and put away; whatever cuts this off, the next take goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from batchinvoice import app
from batchinvoice.calling import typed
from batchinvoice.events import Event
from batchinvoice.exits import Exit
from batchinvoice.inbox.approval import name_of
from batchinvoice.inbox.layout import Inbox, move, sheets_in
from batchinvoice.inbox.papers import (
    is_of,
    lies_in,
    place_for,
    plans,
    put_away,
    reports,
    sha256,
    source_of,
    waits_for_approval,
)
from batchinvoice.inbox.patience import PutOff
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.records import Run
from batchinvoice.notifier import Notifier
from batchinvoice.session import Session
from batchinvoice.sheets.errors import SheetError, Undecided
from batchinvoice.sheets.naming import workbook_path
from batchinvoice.summary import summarise

_OVER = (RunStatus.COMPLETE, RunStatus.PARTIAL)
_TOLD = (RunStatus.FAILED, *_OVER)  # of what keeps such a run from its end, or from its report, people were told then
_BY_HAND = (
    "In a drop folder nobody can be asked. Mend the sheet and drop it again; or run it by hand, where options can "
    "answer:\n{tool} run {path}"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the sheets of one inbox are worked on. `how`: the options of `app.plan_sheet`.

    `put_off`: what was tried in vain, by path or by the run's name, and told. `approve`: a sheet is planned, and
    carried out only when somebody has approved its plan.
    """

    session: Session
    inbox: Inbox
    asked: Asked
    how: Mapping[str, bool]
    put_off: PutOff
    approve: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a sheet, in one line. `again`: it could not go on, stays in its place and is to be tried again.

    `run`: the name of its run, if it has one.
    """

    code: Exit
    words: str
    again: bool = False
    run: str | None = None


def take(desk: Desk, path: Path) -> Taken:
    """Run a sheet that lies in `processing`, from wherever it was cut off. Raises LedgerError or OSError."""
    found = desk.session.ledger.runs_of(sha256(path))
    if waiting := next((run for run in found if waits_for_approval(desk.inbox, run)), None):
        return _waits_already(desk, path, waiting)
    run = _meant(found, path)
    if run is None:
        try:
            with _quiet_again(desk, path).telling(path):
                run = desk.session.plan_sheet(path, desk.asked, **desk.how)
        except SheetError as error:
            return _refused(desk, path, error)
    elif run.status in _OVER and run.id not in {each.id for each in desk.session.ledger.unfinished()}:
        room = place_for(desk.inbox, run)
        own = room and is_of(run, path) and not lies_in(room, run)  # it was cut off before it was put away
        return finish(desk, run, path) if own else _recognised(desk, path, run)
    if run.status is RunStatus.PLANNED and desk.approve:
        return _handed_over(desk, path, run)
    return carry(desk, run, path)


def finish(desk: Desk, run: Run, *files: Path) -> Taken:
    """Carry a run out as far as it is not, and put its files away."""
    room = place_for(desk.inbox, run)
    cut_off = {each.id for each in desk.session.ledger.cut_off()}
    if room is None or run.id in cut_off or not reports(room, run):
        return carry(desk, run, *files)
    put_away(room, files)
    code = Exit.WELL if run.status is RunStatus.COMPLETE else Exit.PERSON
    return Taken(code, f"{files[0].name}: {_outcome(desk, run)} → {room.name}", run=run.id)


def carry(desk: Desk, run: Run, *files: Path) -> Taken:
    """Carry a run out and put its files away beside the report."""
    notifier = _quiet_again(desk, run.id)
    notifier = notifier.without(Event.FAILED) if run.status in _TOLD else notifier
    session = replace(desk.session, notifier=notifier)
    ending = session.carry_out(run, fresh=run.status is RunStatus.PLANNED)
    run = desk.session.ledger.run(run.id)
    room = place_for(desk.inbox, run)
    name = files[0].name if files else run.source_name
    if room is None or ending.result["report"] is None:
        why = ending.stops or ending.result.get("error") or "its report could not be written"
        return Taken(Exit.NOT_RUN, f"{name}: run {run.id} is not over: {why}", again=True, run=run.id)
    put_away(room, [file for file in files if not _is_another(desk, run, file)])
    return Taken(Exit(ending.code), f"{name}: {_outcome(desk, run)} → {room.name}", run=run.id)


def _quiet_again(desk: Desk, what: Hashable) -> Notifier:
    """What tells people, but not again of what was tried in vain before."""
    notifier = desk.session.notifier
    return notifier.without(Event.FAILED) if desk.put_off.waits(what) else notifier


# What is to be done about a run, or a file that belongs to none; each is to be done before the next is asked for.
Jobs = Iterator[tuple[Run | Path, Callable[[], Taken]]]


def left_behind(desk: Desk) -> Jobs:
    """The runs of this inbox that were cut off and whose sheet is no longer in `processing`: they are finished."""
    room = desk.inbox.processing.absolute()
    there = {source_of(path) for path in sheets_in(room)}
    for run in desk.session.ledger.cut_off():
        if Path(run.source).parent == Path(source_of(room)) and run.source not in there:
            yield run, partial(carry, desk, run)


def _is_another(desk: Desk, run: Run, file: Path) -> bool:
    """Whether somebody saved a sheet anew in `processing` while it was run: it is another one, to be taken next."""
    with suppress(FileNotFoundError):
        return file.parent == desk.inbox.processing and is_of(run, file) and sha256(file) != run.sha256
    return False


def _meant(found: Sequence[Run], path: Path) -> Run | None:
    """The run of a sheet among those of its content: the newest that was begun, else one planned from this place."""
    begun = [run for run in found if run.status is not RunStatus.PLANNED]
    planned = [run for run in found if run.status is RunStatus.PLANNED and not run.forgotten_at and is_of(run, path)]
    return next(iter(begun or planned), None)


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
    tool = desk.session.settings.command

    def why_not(place: Path) -> str:
        return "\n\n".join([*words, _BY_HAND.format(tool=tool, path=typed(place))])

    there = move(path, desk.inbox.attention, why_not)
    why = "something about it must be answered first" if isinstance(error, Undecided) else "it cannot be read"
    return Taken(Exit.PERSON, f"{path.name}: not run, {why} → {there.parent.name}; {there.name}.txt says more")


def _recognised(desk: Desk, path: Path, run: Run) -> Taken:
    """A file whose content was run before is not run again."""
    day = f"{run.planned_at.astimezone(KUWAIT):%Y-%m-%d %H:%M}"
    there = [str(found) for room in (desk.inbox.done, desk.inbox.attention) for found in reports(room, run)]
    words = (
        f"{path.name} was not run: its content is that of {run.source_name}, which was run on {day} (Kuwait time) as "
        f"run {run.id}, and is {run.status}.\n\n"
        f"Its report: {there[-1] if there else f'{desk.session.settings.command} report {run.id}'}"
    )
    if run.status is RunStatus.PARTIAL:
        words += "\n\nRows that need a person are in its corrections workbook: mend that one and drop it."
    room = move(path, desk.inbox.done, lambda _: words).parent
    return Taken(Exit.WELL, f"{path.name}: has been run before, as run {run.id}; not run again → {room.name}")


def _waits_already(desk: Desk, path: Path, run: Run) -> Taken:
    words = f"{path.name} was not planned again: it is {run.source_name}, which waits for approval: "
    there = move(path, desk.inbox.done, lambda _: f"{words}{plans(desk.inbox, run)[0]}")
    return Taken(Exit.WELL, f"{path.name}: waits for approval already, as run {run.id} → {there.parent.name}")


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
    plan = app.write_plan(desk.session.ledger, run, workbook_path(room, run.source_name, run.id, "plan"), ask)
    return Taken(Exit.PERSON, f"{run.source_name}: planned as run {run.id}; {plan.name} waits for approval")

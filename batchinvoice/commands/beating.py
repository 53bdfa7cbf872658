"""The heartbeat of a scheduled command: its start and its end are noted, and its output goes to a log file."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from batchinvoice.exits import Exit

_BEAT = "batchinvoice.beat"
_MOST = 1_000_000  # bytes; two such files are kept
_LOGS = "logs"


@dataclass(frozen=True, slots=True)
class Beat:
    """A scheduled command under way."""

    home: Path
    name: str
    started: dt.datetime

    def begin(self) -> None:
        """Note the start. A note that cannot be made is said and stops nothing."""
        from batchinvoice.schedules.heartbeat import Kept

        self._note(lambda kept: kept.begun(self.started), Kept())

    def over(self, code: int) -> None:
        """Note the end."""
        from batchinvoice.schedules.heartbeat import Kept, moment

        at = dt.datetime.now(dt.UTC)
        self._note(lambda kept: kept.over(self.started, at, code), Kept())
        click.echo(f"{moment(at)}: ended with exit code {int(code)}. “batchinvoice history” lists the runs.")

    def _note(self, how: Any, nothing: Any) -> None:
        from batchinvoice.schedules.errors import ScheduleError
        from batchinvoice.schedules.keeping import change

        try:
            change(self.home, lambda kept: {**kept, self.name: how(kept.get(self.name, nothing))})
        except ScheduleError as error:
            click.echo(str(error), err=True)


class Beating(click.Group):
    """The group of all commands: a scheduled one has its end noted, whatever that is, unless the process dies."""

    def invoke(self, ctx: click.Context) -> Any:
        """Carry the command out. What it raises goes on its way; its exit codes are those of __main__."""
        code: int = Exit.WELL
        try:
            return super().invoke(ctx)
        except BaseException as error:
            code = getattr(error, "exit_code", Exit.NOT_RUN)
            raise
        finally:
            if beat := under_way(ctx):
                beat.over(code)


def under_way(context: click.Context | None) -> Beat | None:
    """The beat of this command, if a scheduler has started it and it is due."""
    beat = context.meta.get(_BEAT) if context else None
    return beat if isinstance(beat, Beat) else None


def begin(context: click.Context, name: str, only_if_due: str | None) -> None:
    """Begin a scheduled command: into its log, and away again with 0 if it is not due. Raises ScheduleError."""
    from batchinvoice.loading import load
    from batchinvoice.schedules.heartbeat import Kept, is_due, moment
    from batchinvoice.schedules.job import NAME
    from batchinvoice.schedules.rule import read
    from batchinvoice.settings import SettingsError

    if not NAME.fullmatch(name):
        raise click.BadParameter("a schedule's name is meant.", context, param_hint="--scheduled")
    try:
        home = load(context.find_root().params.get("profile")).home
    except SettingsError:
        return  # the command itself comes upon it, and says so
    now = dt.datetime.now(dt.UTC)
    _to_log(home, name)
    if only_if_due and not is_due(read(only_if_due), _kept(home).get(name, Kept()), now):
        click.echo(f"{moment(now)}: started, and not due: nothing to do.")
        context.exit(Exit.WELL)
    click.echo(f"{moment(now)}: started.")
    beat = Beat(home, name, now)
    beat.begin()
    context.meta[_BEAT] = beat


def log_file(home: Path, name: str) -> Path:
    """Where a scheduled command's output goes."""
    return home / _LOGS / f"schedule-{name}.log"


def _kept(home: Path) -> dict[str, Any]:
    from batchinvoice.schedules.errors import ScheduleError
    from batchinvoice.schedules.keeping import load

    try:
        return dict(load(home))
    except ScheduleError as error:
        click.echo(str(error), err=True)
        return {}


def _to_log(home: Path, name: str) -> None:
    """Output goes to a file of the owner's until the process ends: neither cron nor Windows keeps any."""
    path = log_file(home, name)
    if sys.stderr and sys.stderr.isatty():
        click.echo(f"Its output goes to {path}", err=True)
    with suppress(OSError):  # a log that cannot be written stops nothing
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # Windows moves no file that somebody reads; then it grows
            if path.exists() and path.stat().st_size > _MOST:
                path.replace(path.with_suffix(".old.log"))
        path.touch(0o600)
        sys.stdout = sys.stderr = path.open("a", encoding="utf-8", errors="replace", buffering=1)

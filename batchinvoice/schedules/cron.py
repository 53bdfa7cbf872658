"""Lines of a crontab: ours carry a mark at their end, and all others stay byte for byte. Source: POSIX crontab.

cron knows the machine's time alone (CRON_TZ is not understood everywhere), so times are converted to it. Kuwait
has no daylight saving; a machine whose zone has gets a line for each of its offsets, and the tool itself decides.
"""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Collection, Sequence
from io import BytesIO

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Job
from batchinvoice.schedules.rule import Every, Rule

KUWAIT_OFFSET = dt.timedelta(hours=3)
_DAY = 24 * 60
_LONGEST = 998  # Vixie's cron and its kin have a buffer of 1000 for a command


def lines(job: Job, offsets: Collection[dt.timedelta]) -> list[str]:
    """A comment and a line for each time. `offsets`: all that the machine's zone has from UTC during a year.

    Raises ScheduleError if a path cannot be written into a crontab.
    """
    command = f"cd {shlex.quote(job.folder)} && exec {shlex.join(job.command())}"
    if re.search(r"\\[\\%]", command):
        raise ScheduleError(
            "cron programs differ in how they read a backslash before another or before a %: rename the file or folder."
        )
    escaped = command.replace("%", r"\%") + " " + mark(job.name)
    if len(escaped.encode()) > _LONGEST:
        raise ScheduleError(
            f"The command would be longer than the {_LONGEST} bytes that every cron takes: work in a folder nearer to "
            "the root, or with fewer options."
        )
    zone = " or ".join(f"UTC{_signed(offset)}" for offset in sorted(offsets))
    times = sorted({_times(job.rule, offset) for offset in _needed(job.rule, offsets)})
    return [
        f"# {job.title}; below in this machine's time ({zone}) {mark(job.name)}",
        *(f"{time} {escaped}" for time in times),
    ]


def mark(name: str) -> str:
    """What our lines of a schedule end with; to the shell it is a comment."""
    return f"# batchinvoice:{name}"


def replaced(crontab: bytes, name: str, new: Sequence[str]) -> bytes:
    """The crontab with our lines of that name taken out and the new ones put at its end; all others as they were."""
    ours = f" {mark(name)}".encode()
    kept = b"".join(line for line in BytesIO(crontab) if not line.rstrip(b"\r\n").endswith(ours))
    if not new:
        return kept
    gap = b"\n" if kept and not kept.endswith(b"\n") else b""
    return kept + gap + "".join(f"{line}\n" for line in new).encode()


def _needed(rule: Rule, offsets: Collection[dt.timedelta]) -> Collection[dt.timedelta]:
    """An interval needs no exact time of day: one line does."""
    return [min(offsets)] if isinstance(rule, Every) else offsets


def _times(rule: Rule, offset: dt.timedelta) -> str:
    """The five fields, in the time of a zone that is so far from UTC. A monthly rule starts daily."""
    shift = (offset - KUWAIT_OFFSET) // dt.timedelta(minutes=1)
    if not isinstance(rule, Every):
        hour, minute = divmod((rule.at.hour * 60 + rule.at.minute + shift) % _DAY, 60)
        return f"{minute} {hour} * * *"
    if rule.minutes < 60:
        return f"{_each(shift % rule.minutes, rule.minutes, 60)} * * * *"
    hours = _each(shift % rule.minutes // 60, rule.minutes // 60, 24)
    return f"{shift % 60} {hours} * * *"


def _each(first: int, step: int, end: int) -> str:
    """All of a field, or a list: `*/n` would do for some only, and steps are no part of POSIX."""
    return "*" if step == 1 else ",".join(map(str, range(first, end, step)))


def _signed(offset: dt.timedelta) -> str:
    minutes = offset // dt.timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60}:{abs(minutes) % 60:02}"

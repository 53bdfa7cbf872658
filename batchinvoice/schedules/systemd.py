"""A systemd service and timer for the user. Source: systemd.unit(5), systemd.service(5) and systemd.time(7)."""

from __future__ import annotations

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Job
from batchinvoice.schedules.rule import Every, Rule

_SERVICE = """\
[Unit]
Description={title}

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command}
# 1 says that it was done and rows need a person.
SuccessExitStatus=1
# When it is stopped, calls under way are awaited and written down.
TimeoutStopSec=5min
"""
_TIMER = """\
[Unit]
Description={title}

[Timer]
OnCalendar={calendar}
# What was missed while the machine was off is started once it is on.
Persistent=true

[Install]
WantedBy=timers.target
"""

_UNSAFE = frozenset("'\"\\$")  # systemd refuses them in a program's path; of $ it is not documented


def units(job: Job) -> dict[str, str]:
    """The unit files by name. Raises ScheduleError if a path cannot be written into one."""
    title = _specifiers(job.title)
    service = _SERVICE.format(title=title, folder=_folder(job.folder), command=_command(job))
    return {
        f"{job.unit}.service": service,
        f"{job.unit}.timer": _TIMER.format(title=title, calendar=calendar(job.rule)),
    }


def calendar(rule: Rule) -> str:
    """The expression for OnCalendar=. A monthly rule starts daily; the tool decides whether it is the day."""
    if not isinstance(rule, Every):
        return f"*-*-* {rule.at:%H:%M}:00 Asia/Kuwait"
    if rule.minutes < 60:
        return f"*-*-* *:00/{rule.minutes}:00 Asia/Kuwait"
    hours = rule.minutes // 60
    return f"*-*-* {'00' if hours == 24 else f'00/{hours}'}:00:00 Asia/Kuwait"


def _command(job: Job) -> str:
    program, *arguments = job.command()
    if set(program) & _UNSAFE:
        raise ScheduleError(
            f"systemd cannot start {program}: a program's path must hold no quotes, backslash or $. "
            "Install batchinvoice in another folder."
        )
    # Variables are put into arguments alone, never into the program's path.
    return " ".join([_quoted(program), *(_quoted(each.replace("$", "$$")) for each in arguments)])


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_specifiers(escaped)}"'


def _folder(folder: str) -> str:
    """A path as the value of a setting: no quotes are taken off there, but blanks at its end are."""
    if folder != folder.strip() or folder.endswith("\\"):
        raise ScheduleError(
            f"systemd cannot run in “{folder}”: a folder's name must not end in a blank or a backslash."
        )
    return _specifiers(folder)


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")

"""Telling this machine's scheduler, for this user: systemctl, crontab or schtasks. Each change is said."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from batchinvoice.invoices.kuwait import kuwait_date
from batchinvoice.schedules import cron, systemd, windows
from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Form, Job

_SECONDS = 60
# How crontab says that there is none yet; whatever else it says must not be taken for an empty one.
_NO_CRONTAB = (b"no crontab for", b"can't open")


def own_form() -> Form:
    """The scheduler that this machine has."""
    if sys.platform == "win32":
        return Form.WINDOWS
    return Form.SYSTEMD if Path("/run/systemd/system").is_dir() else Form.CRON


def printed(job: Job, form: Form, now: dt.datetime) -> str:
    """The definition as it would be installed here. Raises ScheduleError if a path cannot be written into one."""
    match form:
        case Form.SYSTEMD:
            files = systemd.units(job)
            return "\n".join(f"# {unit_folder() / name}\n{text}" for name, text in files.items())
        case Form.CRON:
            return "".join(f"{line}\n" for line in cron.lines(job, machine_offsets(now)))
        case Form.WINDOWS:
            return windows.task(job, kuwait_date(now))
        case _:
            assert_never(form)


def install(job: Job, form: Form, now: dt.datetime) -> str:
    """Install or replace it; returns what else is to be known. Raises ScheduleError."""
    match form:
        case Form.SYSTEMD:
            return _install_systemd(job)
        case Form.CRON:
            _change_crontab(job.name, cron.lines(job, machine_offsets(now)))
            return (
                "The lines are in your crontab. cron itself starts nothing later that was missed while the machine was "
                "off; of what is daily or monthly, the next day's start does it, up to three days late."
            )
        case Form.WINDOWS:
            return _install_windows(job, now)
        case _:
            assert_never(form)


def remove(name: str, form: Form) -> bool:
    """Remove it; False if it was not there. Raises ScheduleError."""
    unit = f"batchinvoice-{name}"
    match form:
        case Form.SYSTEMD:
            files = [unit_folder() / f"{unit}.{kind}" for kind in ("timer", "service")]
            if not any(file.exists() for file in files):
                return False
            _run(["systemctl", "--user", "disable", "--now", f"{unit}.timer"])
            for file in files:
                file.unlink(missing_ok=True)
            _run(["systemctl", "--user", "daemon-reload"])
            return True
        case Form.CRON:
            return _change_crontab(name, [])
        case Form.WINDOWS:
            if _started(["schtasks", "/Query", "/TN", unit]).returncode:
                return False
            _run(["schtasks", "/Delete", "/TN", unit, "/F"])
            return True
        case _:
            assert_never(form)


def unit_folder() -> Path:
    """Where systemd looks for the user's own units."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def machine_offsets(now: dt.datetime) -> frozenset[dt.timedelta]:
    """All offsets from UTC that this machine's zone has in the year to come: several where there is daylight saving."""
    start = now.timestamp()
    days = (time.localtime(start + day * 86_400) for day in range(366))
    return frozenset(dt.timedelta(seconds=each.tm_gmtoff) for each in days)


def _install_systemd(job: Job) -> str:
    folder = unit_folder()
    texts = {folder / name: text for name, text in systemd.units(job).items()}
    new = [file for file in texts if not file.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            file.write_text(text, "utf-8")
        _run(["systemctl", "--user", "daemon-reload"])
        _run(["systemctl", "--user", "enable", f"{job.unit}.timer"])
        _run(["systemctl", "--user", "restart", f"{job.unit}.timer"])  # a changed time counts at once
    except OSError as error:
        raise ScheduleError(f"{folder} cannot be written ({type(error).__name__}). Nothing was installed.") from None
    except ScheduleError:
        for file in new:
            file.unlink(missing_ok=True)
        raise
    return (
        f"{job.unit}.timer is in {folder}. It works while you are logged in; so that it goes on without you: "
        "loginctl enable-linger"
    )


def _install_windows(job: Job, now: dt.datetime) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "task.xml"
        file.write_bytes(windows.encoded(windows.task(job, kuwait_date(now))))
        _run(["schtasks", "/Create", "/TN", job.unit, "/XML", str(file), "/F"])
    return f"{job.unit} is in Task Scheduler. It works while you are logged on."


def _change_crontab(name: str, lines: Sequence[str]) -> bool:
    listed = _started(["crontab", "-l"])
    if listed.returncode and not any(words in listed.stderr for words in _NO_CRONTAB):
        raise ScheduleError(f"Your crontab cannot be read ({_words(listed)}). Nothing was changed.")
    before = b"" if listed.returncode else listed.stdout
    after = cron.replaced(before, name, lines)
    if after != before:
        _run(["crontab", "-"], after)
    return after != before


def _run(command: Sequence[str], given: bytes = b"") -> None:
    done = _started(command, given)
    if done.returncode:
        raise ScheduleError(f"“{' '.join(command)}” failed: {_words(done)}")


def _started(command: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, input=given, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScheduleError(
            f"{command[0]} cannot be used here ({type(error).__name__}). --for names another scheduler; "
            "without --install its definition is only printed."
        ) from None


def _words(done: subprocess.CompletedProcess[bytes]) -> str:
    said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    return said.splitlines()[-1] if said else f"exit code {done.returncode}"

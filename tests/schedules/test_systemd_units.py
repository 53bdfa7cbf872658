"""What is printed for systemd: it splits into the same arguments, and systemd's own tools accept it."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from any_job import JOBS
from hypothesis import assume, given
from taking_apart import systemd_split, unit_values

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Job
from batchinvoice.schedules.moments import following
from batchinvoice.schedules.rule import Daily, Every, Monthly, Named, Rule
from batchinvoice.schedules.systemd import calendar, units

MORNING = dt.time(7, 30)
analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this machine has no systemd-analyze")


def _two(job: Job) -> tuple[str, str]:
    try:
        service, timer = units(job).values()
    except ScheduleError:
        assume(False)
    return service, timer


@given(JOBS)
def test_the_command_splits_into_the_same_arguments(job: Job) -> None:
    service, _ = _two(job)
    (line,) = unit_values(service, "ExecStart")
    assert systemd_split(line) == job.command()
    (folder,) = unit_values(service, "WorkingDirectory")
    assert folder.replace("%%", "%") == job.folder


@pytest.mark.parametrize("folder", ["/a ", "/a\\"])
def test_a_folder_that_systemd_would_cut_is_refused(folder: str) -> None:
    with pytest.raises(ScheduleError, match="folder"):
        units(Job("a", Every(15), "/python", folder, ("resume",), "sandbox"))


@pytest.mark.parametrize("odd", "'\"\\$")
def test_a_program_whose_path_systemd_refuses_is_refused_before(odd: str) -> None:
    with pytest.raises(ScheduleError, match="program"):
        units(Job("a", Every(15), f"/x{odd}/python", "/a", ("resume",), "sandbox"))


def test_what_was_missed_is_caught_up_and_rows_for_a_person_are_no_failure() -> None:
    service, timer = units(Job("a", Every(15), "/python", "/a", ("resume",), "sandbox")).values()
    assert unit_values(timer, "Persistent") == ["true"]
    assert unit_values(service, "SuccessExitStatus") == ["1"]


RULES = [
    Every(1),
    Every(15),
    Every(60),
    Every(480),
    Every(1440),
    Daily(MORNING),
    Daily(dt.time(1, 5)),
    Monthly(Named.LAST_BUSINESS, MORNING),
]


@analyze
@pytest.mark.parametrize("rule", RULES)
def test_systemd_starts_it_at_the_moments_of_the_calendar(rule: Rule) -> None:
    """A monthly rule starts daily; whether it is the day is decided by the command."""
    wanted = Daily(rule.at) if isinstance(rule, Monthly) else rule
    base = dt.datetime(2026, 11, 25, 20, 59, 59, tzinfo=dt.UTC)
    done = subprocess.run(
        ["systemd-analyze", "calendar", "--iterations=3", f"--base-time={base:%Y-%m-%d %H:%M:%S} UTC", calendar(rule)],
        env={**os.environ, "TZ": "UTC", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.findall(r"(?:Next elapse|Iteration #\d|Iter\. #\d): \w+ (\d+-\d+-\d+ \d+:\d+:\d+) UTC", done.stdout)
    assert [dt.datetime.fromisoformat(f"{each}+00:00") for each in found] == [*_next(wanted, base, 3)]


def _next(rule: Rule, after: dt.datetime, times: int) -> Iterator[dt.datetime]:
    for _ in range(times):
        yield (after := following(rule, after))


@analyze
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    folder, programs = tmp_path / "فاتورة 50% 'a' \"b\" \\c", tmp_path / "فاتورة 50% #;"
    for each in (folder, programs):
        each.mkdir()
    (programs / "python").symlink_to(sys.executable)
    words = ("run", "--yes", "in $HOME %h \\x41 'x' \"y\" نوفمبر.xlsx")
    job = Job("month-end", Monthly(Named.LAST_BUSINESS, MORNING), str(programs / "python"), str(folder), words, "live")
    for name, text in units(job).items():
        (tmp_path / name).write_text(text, "utf-8")
    done = _verified(tmp_path / "batchinvoice-month-end.timer", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@analyze
def test_systemd_would_say_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.service").write_text("[Service]\nType=oneshot\nExecStart=/nowhere/python\nTimeoutStopSec=soon\n")
    done = _verified(tmp_path / "wrong.service", tmp_path)
    assert "soon" in done.stderr


def _verified(unit: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    command = ["systemd-analyze", "verify", "--user", "--man=no", str(unit)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=30)

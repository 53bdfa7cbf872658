"""What is printed for cron: every cron and sh take it apart again, and the lines of others stay as they are."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from any_job import JOBS, RULES
from hypothesis import assume, given
from hypothesis import strategies as st
from taking_apart import cron_entry, shell_words

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.schedules.cron import lines, mark, replaced
from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Job
from batchinvoice.schedules.moments import following
from batchinvoice.schedules.rule import Daily, Every, Monthly, Rule

UTC = frozenset({dt.timedelta()})
BERLIN = frozenset({dt.timedelta(hours=1), dt.timedelta(hours=2)})
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: dt.timedelta(minutes=15 * quarters))


def _posix(command: str) -> str:
    """cronie: a backslash before % is taken away, and no other."""
    assert not re.search(r"(?<!\\)%", command)
    return command.replace(r"\%", "%")


def _older(command: str) -> str:
    """Vixie's and FreeBSD's: a backslash before another one, too."""
    assert not re.search(r"(?<!\\)%", command)
    return re.sub(r"\\([%\\])", r"\1", command)


def _lines(job: Job, offsets: frozenset[dt.timedelta]) -> list[str]:
    try:
        return lines(job, offsets)
    except ScheduleError:
        assume(False)
        raise


@given(JOBS)
def test_every_cron_and_sh_find_the_same_arguments(job: Job) -> None:
    comment, line = _lines(job, UTC)
    assert comment.startswith("#")
    command = cron_entry(line)[2]
    for unescaped in (_posix, _older):
        assert shell_words(unescaped(command)) == (job.folder, job.command())


@pytest.mark.parametrize("odd", ["a\\\\b", "a\\%b"])
def test_what_crons_would_read_in_two_ways_is_refused(odd: str) -> None:
    with pytest.raises(ScheduleError, match="backslash"):
        lines(Job("a", Every(15), "/python", f"/{odd}", ("resume",), "sandbox"), UTC)


def test_a_command_longer_than_any_cron_takes_is_refused() -> None:
    def made(length: int) -> list[str]:
        return lines(Job("a", Every(15), "/python", "/" + "x" * length, ("resume",), "sandbox"), UTC)

    room = 998 - len(cron_entry(made(0)[1])[2])
    assert len(cron_entry(made(room)[1])[2]) == 998
    with pytest.raises(ScheduleError, match="998"):
        made(room + 1)


@given(RULES, OFFSETS)
def test_in_a_zone_of_one_offset_it_starts_at_the_moments_of_the_calendar(rule: Rule, offset: dt.timedelta) -> None:
    """A monthly rule starts daily; whether it is the day is decided by the command."""
    wanted = Daily(rule.at) if isinstance(rule, Monthly) else rule
    job = Job("a", rule, "/python", "/a", ("resume",), "sandbox")
    minutes, hours, _ = cron_entry(lines(job, {offset})[1])
    starts = {dt.time(hour, minute) for hour in hours for minute in minutes}
    assert starts == {each.astimezone(dt.timezone(offset)).time() for each in _of_a_day(wanted)}


def _of_a_day(rule: Rule) -> Iterator[dt.datetime]:
    at = dt.datetime(2026, 11, 25, tzinfo=KUWAIT)
    end = at + dt.timedelta(days=1)
    while (at := following(rule, at)) <= end:
        yield at


def test_where_there_is_daylight_saving_each_offset_has_its_line() -> None:
    job = Job("a", Daily(dt.time(1, 30)), "/python", "/a", ("resume",), "sandbox")
    comment, *found = lines(job, BERLIN)
    assert "UTC+1:00 or UTC+2:00" in comment
    assert [line.split(" * * *")[0] for line in found] == ["30 0", "30 23"]
    assert all("--only-if-due" in line for line in found)


def test_an_interval_needs_one_line_whatever_the_zone() -> None:
    assert len(lines(Job("a", Every(120), "/python", "/a", ("resume",), "sandbox"), BERLIN)) == 2


OTHERS = st.lists(
    st.one_of(
        st.binary(max_size=12).map(lambda some: some.replace(b"\n", b"")),
        st.sampled_from([b"", b"# batchinvoice:other", b"0 1 * * * x # batchinvoice:month-end-2", b"MAILTO=a\r"]),
    ),
    max_size=6,
)


@given(OTHERS, st.booleans())
def test_lines_of_others_stay_byte_for_byte(others: list[bytes], ends: bool) -> None:
    before = b"\n".join(others) + (b"\n" if ends else b"")
    ours = ["# said " + mark("month-end"), "1 1 * * * x " + mark("month-end")]
    whole = before if before.endswith(b"\n") or not before else before + b"\n"
    once = replaced(before, "month-end", ours)
    assert once == whole + "".join(f"{line}\n" for line in ours).encode()
    assert replaced(once, "month-end", ours) == once
    assert replaced(once, "month-end", []) == whole
    between = whole + "".join(f"{line}\n" for line in ours).encode() + before
    assert replaced(between, "month-end", []) == whole + before


def test_nothing_of_ours_leaves_the_crontab_as_it_is() -> None:
    assert replaced(b"0 1 * * * x", "month-end", []) == b"0 1 * * * x"


def _checks() -> bool:
    """Whether the crontab of this machine can check a file without installing it."""
    program = shutil.which("crontab")
    return bool(program) and b"-n" in subprocess.run([program, "-h"], capture_output=True, check=False).stderr


@pytest.mark.skipif(not _checks(), reason="this machine has no crontab that checks without installing")
@pytest.mark.parametrize("offsets", [UTC, BERLIN])
def test_crontab_itself_finds_the_syntax_right(tmp_path: Path, offsets: frozenset[dt.timedelta]) -> None:
    rules = [Every(1), Every(15), Every(480), Daily(dt.time(7, 30))]
    job = [Job("a", rule, "/a b/50%/python", "/فاتورة 'x'", ("resume", "--yes"), "live") for rule in rules]
    good = tmp_path / "good"
    good.write_text("".join(f"{line}\n" for each in job for line in lines(each, offsets)), "utf-8")
    assert subprocess.run(["crontab", "-n", good], check=False, capture_output=True).returncode == 0
    too_long = tmp_path / "long"
    too_long.write_text(f"1 * * * * {'x' * 1000}\n")
    assert subprocess.run(["crontab", "-n", too_long], check=False, capture_output=True).returncode != 0
    bad = tmp_path / "bad"
    bad.write_text("61 * * * * x\n")
    assert subprocess.run(["crontab", "-n", bad], check=False, capture_output=True).returncode != 0

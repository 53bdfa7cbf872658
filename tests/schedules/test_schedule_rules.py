"""How a rule is said on the command line, written, read again and described."""

from __future__ import annotations

import datetime as dt

import pytest
from any_job import RULES
from hypothesis import given

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.rule import Daily, Every, Monthly, Named, Rule, day, described, every, read, time, weekend
from batchinvoice.schedules.rule import written as as_line


@given(RULES)
def test_what_is_written_is_read_again(rule: Rule) -> None:
    assert read(as_line(rule)) == rule


@pytest.mark.parametrize("said", ["7m", "0m", "90m", "5h", "48h", "15", "h", "", "-5m", "15 minutes"])
def test_an_interval_that_does_not_come_out_even_is_refused(said: str) -> None:
    with pytest.raises(ScheduleError, match="interval"):
        every(said)


@pytest.mark.parametrize(("said", "minutes"), [("15m", 15), ("2h", 120), (" 1H ", 60), ("60m", 60), ("24h", 1440)])
def test_an_interval_is_read(said: str, minutes: int) -> None:
    assert every(said) == Every(minutes)


@pytest.mark.parametrize("said", ["24:00", "7", "7:60", "7.30", "٧:٣٠", "", "07:30:00"])
def test_a_time_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ScheduleError, match="07:30"):
        time(said)


@pytest.mark.parametrize("said", ["0", "29", "31", "first", "lastbusiness", "", "-1"])
def test_a_day_that_some_month_lacks_is_refused(said: str) -> None:
    with pytest.raises(ScheduleError, match="last-business"):
        day(said)


@pytest.mark.parametrize("said", ["", "fri,xyz", "mon,tue,wed,thu,fri,sat,sun"])
def test_a_weekend_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(ScheduleError, match="weekend"):
        weekend(said)


def test_a_weekend_is_read_by_its_days() -> None:
    assert weekend("fri,sat") == weekend("Saturday, FRIDAY") == frozenset({4, 5})


@pytest.mark.parametrize("said", ["", "monthly", "monthly last 07:30", "daily", "daily 25:00", "weekly mon 07:30"])
def test_a_line_that_is_no_rule_is_refused(said: str) -> None:
    with pytest.raises(ScheduleError):
        read(said)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Every(15), "every 15 minutes"),
        (Every(60), "every hour"),
        (Daily(dt.time(7, 30)), "every day at 07:30 Kuwait time"),
        (Monthly(5, dt.time(6)), "on day 5 of every month at 06:00 Kuwait time"),
        (Monthly(Named.LAST, dt.time(6)), "on the last day of every month at 06:00 Kuwait time"),
        (
            Monthly(Named.LAST_BUSINESS, dt.time(6)),
            "on the last business day of every month (weekend: Friday and Saturday) at 06:00 Kuwait time",
        ),
    ],
)
def test_a_rule_is_told_in_words(rule: Rule, words: str) -> None:
    assert described(rule) == words

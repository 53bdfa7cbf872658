"""The calendar of Kuwait's accountants: business days, month ends, and moments in Kuwait time."""

from __future__ import annotations

import datetime as dt

import pytest
from any_job import MOMENTS, MONTHLY, RULES, TIMES, WEEKENDS
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.schedules.moments import count, day_of, following, latest
from batchinvoice.schedules.rule import Daily, Every, Monthly, Named, Rule

MORNING = dt.time(7, 30)
YEARS, MONTHS = st.integers(1999, 2099), st.integers(1, 12)


def _days(year: int, month: int) -> list[dt.date]:
    first = dt.date(year, month, 1)
    return [each for offset in range(31) if (each := first + dt.timedelta(offset)).month == month]


@given(WEEKENDS, YEARS, MONTHS)
def test_the_named_days_are_the_outermost_of_their_kind(weekend: frozenset[int], year: int, month: int) -> None:
    days = _days(year, month)
    business = [each for each in days if each.weekday() not in weekend]
    found = {name: day_of(Monthly(name, MORNING, weekend), year, month) for name in Named}
    assert found == {Named.LAST: days[-1], Named.LAST_BUSINESS: business[-1], Named.FIRST_BUSINESS: business[0]}


@pytest.mark.parametrize(
    ("year", "month", "first", "last", "why"),
    [
        (2024, 2, 1, 29, "a leap year's February ends on a Thursday"),
        (2020, 2, 2, 27, "a leap year's February ends on a Saturday and begins on one"),
        (2025, 2, 2, 27, "begins on a Saturday, ends on a Friday"),
        (2100, 2, 1, 28, "no leap year"),
        (2026, 10, 1, 29, "ends on a Saturday"),
        (2026, 7, 1, 30, "ends on a Friday"),
        (2026, 5, 3, 31, "begins on a Friday, ends on a Sunday"),
    ],
)
def test_months_that_begin_or_end_in_a_weekend(year: int, month: int, first: int, last: int, why: str) -> None:
    assert day_of(Monthly(Named.FIRST_BUSINESS, MORNING), year, month).day == first, why
    assert day_of(Monthly(Named.LAST_BUSINESS, MORNING), year, month).day == last, why


@given(RULES, MOMENTS)
def test_no_moment_lies_between_the_latest_and_the_following(rule: Rule, now: dt.datetime) -> None:
    before, after = latest(rule, now), following(rule, now)
    assert before <= now < after
    assert latest(rule, before) == before == latest(rule, after - dt.timedelta(microseconds=1))
    assert following(rule, before) == after == latest(rule, after)
    assert count(rule, before, after) == 2


@given(RULES, MOMENTS, MOMENTS)
def test_what_is_due_never_goes_back(rule: Rule, one: dt.datetime, other: dt.datetime) -> None:
    earlier, later = sorted((one, other))
    assert latest(rule, earlier) <= latest(rule, later)
    assert following(rule, earlier) <= following(rule, later)


@given(RULES, MOMENTS, st.integers(1, 40))
def test_moments_are_counted(rule: Rule, now: dt.datetime, times: int) -> None:
    first = last = following(rule, now)
    for _ in range(times):
        last = following(rule, last)
    assert count(rule, first, last) == times + 1


@given(TIMES, MOMENTS)
def test_a_day_is_kuwaits_and_not_that_of_the_machine(at: dt.time, now: dt.datetime) -> None:
    due = latest(Daily(at), now).astimezone(KUWAIT)
    assert (due.hour, due.minute) == (at.hour, at.minute)
    assert due.date() in (now.astimezone(KUWAIT).date(), now.astimezone(KUWAIT).date() - dt.timedelta(1))


def test_the_last_day_begins_in_kuwait_three_hours_before_utc() -> None:
    rule = Monthly(Named.LAST, dt.time(1, 0))
    before = dt.datetime(2026, 11, 29, 21, 59, tzinfo=dt.UTC)
    assert following(rule, before) == dt.datetime(2026, 11, 29, 22, 0, tzinfo=dt.UTC)
    assert latest(rule, before) == dt.datetime(2026, 10, 30, 22, 0, tzinfo=dt.UTC)


def test_the_night_in_kuwait_is_the_evening_before_in_utc() -> None:
    night = dt.datetime(2026, 11, 30, 22, 0, tzinfo=dt.UTC)
    due = dt.datetime(2026, 12, 1, 0, 30, tzinfo=KUWAIT)
    for rule, after in ((Daily(due.time()), due.replace(day=2)), (Monthly(1, due.time()), due.replace(2027, 1))):
        assert latest(rule, night) == due == following(rule, night - dt.timedelta(hours=1))
        assert following(rule, night) == after


@given(MONTHLY, YEARS, MONTHS)
def test_every_month_has_one_moment(rule: Monthly, year: int, month: int) -> None:
    start = dt.datetime(year, month, 1, tzinfo=KUWAIT)
    due = following(rule, start - dt.timedelta(microseconds=1))
    assert (due.year, due.month) == (year, month)
    assert (following(rule, due).year, following(rule, due).month) != (year, month)


def test_intervals_are_counted_from_midnight_in_kuwait() -> None:
    now = dt.datetime(2026, 11, 25, 22, 10, tzinfo=dt.UTC)
    assert latest(Every(480), now) == dt.datetime(2026, 11, 26, 0, 0, tzinfo=KUWAIT)

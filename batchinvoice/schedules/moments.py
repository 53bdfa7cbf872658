"""The calendar: at which moments a rule is due. Moments are aware; days and times of day are Kuwait's."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import assert_never

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.schedules.rule import Daily, Every, Monthly, Named, Rule

_ONE_DAY = dt.timedelta(days=1)
_MIDNIGHT = dt.datetime(2000, 1, 1, tzinfo=KUWAIT)  # of some day: intervals come out even in a day


def day_of(rule: Monthly, year: int, month: int) -> dt.date:
    """The day of a month on which the rule is due."""
    first = dt.date(year, month, 1)
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    match rule.day:
        case Named.LAST:
            return last
        case Named.FIRST_BUSINESS:
            return _business(first, _ONE_DAY, rule.weekend)
        case Named.LAST_BUSINESS:
            return _business(last, -_ONE_DAY, rule.weekend)
        case number:
            return dt.date(year, month, number)


def latest(rule: Rule, now: dt.datetime) -> dt.datetime:
    """The last moment at or before `now`."""
    here = now.astimezone(KUWAIT)
    match rule:
        case Every():
            return here - (here - _MIDNIGHT) % _interval(rule)
        case Daily():
            today = _at(here.date(), rule.at)
            return today if today <= here else today - _ONE_DAY
        case Monthly():
            this = _in_month(rule, here.year, here.month)
            return this if this <= here else _in_month(rule, *_month_after(here.year, here.month, -1))
        case _:
            assert_never(rule)


def following(rule: Rule, now: dt.datetime) -> dt.datetime:
    """The first moment after `now`."""
    here = now.astimezone(KUWAIT)
    match rule:
        case Every():
            return latest(rule, here) + _interval(rule)
        case Daily():
            return latest(rule, here) + _ONE_DAY
        case Monthly():
            this = _in_month(rule, here.year, here.month)
            return this if this > here else _in_month(rule, *_month_after(here.year, here.month, 1))
        case _:
            assert_never(rule)


def count(rule: Rule, first: dt.datetime, last: dt.datetime) -> int:
    """How many moments there are from one to another, both counted."""
    match rule:
        case Every():
            return (last - first) // _interval(rule) + 1
        case Daily():
            return (last - first) // _ONE_DAY + 1
        case Monthly():
            start, end = first.astimezone(KUWAIT), last.astimezone(KUWAIT)
            return (end.year - start.year) * 12 + end.month - start.month + 1
        case _:
            assert_never(rule)


def _interval(rule: Every) -> dt.timedelta:
    return dt.timedelta(minutes=rule.minutes)


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, KUWAIT)


def _in_month(rule: Monthly, year: int, month: int) -> dt.datetime:
    return _at(day_of(rule, year, month), rule.at)


def _month_after(year: int, month: int, by: int) -> tuple[int, int]:
    years, months = divmod(month - 1 + by, 12)
    return year + years, months + 1


def _business(day: dt.date, step: dt.timedelta, weekend: frozenset[int]) -> dt.date:
    """The day itself, or the next in the step's direction that is in no weekend."""
    while day.weekday() in weekend:
        day += step
    return day

"""When something is to happen: every so often, daily, or on a day of the month as accountants name it. Kuwait time."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from batchinvoice.schedules.errors import ScheduleError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # in the order of date.weekday()
KUWAIT_WEEKEND = frozenset({4, 5})  # business days are Sunday to Thursday
LAST_NUMBERED = 28  # every month has it
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY = 24 * 60


class Named(StrEnum):
    """Days that every month has, whatever their number. Public holidays are not known."""

    LAST = "last"
    FIRST_BUSINESS = "first-business"
    LAST_BUSINESS = "last-business"


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes, counted from midnight; so many that they come out even in an hour or a day."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at this time."""

    at: dt.time


@dataclass(frozen=True, slots=True)
class Monthly:
    """Every month on a day by name or number (1 to 28). `weekend`: weekdays that are no business days, Monday is 0."""

    day: Named | int
    at: dt.time
    weekend: frozenset[int] = KUWAIT_WEEKEND


Rule = Every | Daily | Monthly


def every(text: str) -> Every:
    """`15m` or `2h`. Raises ScheduleError."""
    found = re.fullmatch(r"(\d{1,4})\s*([mh])", text.strip().lower())
    minutes = int(found[1]) * (60 if found[2] == "h" else 1) if found else 0
    if not minutes or (60 % minutes if minutes < 60 else minutes % 60 or _DAY % minutes):
        raise ScheduleError(
            f"“{text}” is no interval that comes out even: give 1m, 2m, 5m, 10m, 15m, 20m or 30m, or 1h, 2h, 3h, 4h, "
            "6h, 8h, 12h or 24h."
        )
    return Every(minutes)


def time(text: str) -> dt.time:
    """`07:30`. Raises ScheduleError."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip(), re.ASCII)
    if not found:
        raise ScheduleError(f"“{text}” is no time of day: give hours and minutes in Kuwait time, as 07:30.")
    return dt.time(int(found[1]), int(found[2]))


def day(text: str) -> Named | int:
    """`last`, `last-business`, `first-business` or 1 to 28. Raises ScheduleError."""
    said = text.strip().lower()
    if said in list(Named):
        return Named(said)
    if re.fullmatch(r"\d{1,2}", said, re.ASCII) and 1 <= int(said) <= LAST_NUMBERED:
        return int(said)
    raise ScheduleError(
        f"“{text}” is no day that every month has: give last, last-business, first-business, or a number from 1 to 28."
    )


def weekend(text: str) -> frozenset[int]:
    """`fri,sat`. Raises ScheduleError."""
    said = [part.strip().lower()[:3] for part in text.split(",")]
    if not set(said) <= set(WEEKDAYS) or len(set(said)) == len(WEEKDAYS):
        raise ScheduleError(f"“{text}” is no weekend: give its days in English with commas between, as fri,sat.")
    return frozenset(map(WEEKDAYS.index, said))


def written(rule: Rule) -> str:
    """The rule in a line, as `read` takes it: `every 15m`, `daily 07:30`, `monthly last-business 07:30 fri,sat`."""
    match rule:
        case Every():
            return f"every {rule.minutes}m" if rule.minutes < 60 else f"every {rule.minutes // 60}h"
        case Daily():
            return f"daily {rule.at:%H:%M}"
        case Monthly():
            return f"monthly {rule.day} {rule.at:%H:%M} {','.join(WEEKDAYS[each] for each in sorted(rule.weekend))}"
        case _:
            assert_never(rule)


def read(text: str) -> Rule:
    """What `written` wrote. Raises ScheduleError."""
    match text.split():
        case ["every", interval]:
            return every(interval)
        case ["daily", at]:
            return Daily(time(at))
        case ["monthly", on, at, days]:
            return Monthly(day(on), time(at), weekend(days))
        case _:
            raise ScheduleError(f"“{text}” is no rule of a schedule.")


def described(rule: Rule) -> str:
    """The rule in words."""
    match rule:
        case Every(minutes):
            number, unit = (minutes, "minute") if minutes < 60 else (minutes // 60, "hour")
            return f"every {unit}" if number == 1 else f"every {number} {unit}s"
        case Daily(at):
            return f"every day at {at:%H:%M} Kuwait time"
        case Monthly(Named.LAST, at):
            return f"on the last day of every month at {at:%H:%M} Kuwait time"
        case Monthly(Named() as named, at, free):
            which = "last" if named is Named.LAST_BUSINESS else "first"
            days = " and ".join(_NAMES[each] for each in sorted(free))
            return f"on the {which} business day of every month (weekend: {days}) at {at:%H:%M} Kuwait time"
        case Monthly(number, at):
            return f"on day {number} of every month at {at:%H:%M} Kuwait time"
        case _:
            assert_never(rule)

"""An age as people say it, `2y`, `18m`, `400d`, and the moment that lies so far back."""

from __future__ import annotations

import calendar
import datetime as dt
import re

_AGE = re.compile(r"([1-9]\d{0,3})\s*([dmy])", re.IGNORECASE)


def moment_before(age: str, now: dt.datetime) -> dt.datetime:
    """The moment that many days, months or years (by the calendar) before `now`. Raises ValueError."""
    read = _AGE.fullmatch(age.strip())
    if not read:
        raise ValueError(f"“{age}” is no age: write years, months or days, as 2y, 18m or 400d.")
    number, unit = int(read[1]), read[2].lower()
    if unit == "d":
        return now - dt.timedelta(days=number)
    months = now.year * 12 + now.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    if year < 1:
        raise ValueError(f"“{age}” lies before all calendars.")
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)

"""Kuwait time: UTC+3 all year, without daylight saving. Times are stored in UTC and shown in it."""

from __future__ import annotations

import datetime as dt

KUWAIT = dt.timezone(dt.timedelta(hours=3), "Kuwait")


def kuwait_date(moment: dt.datetime) -> dt.date:
    """The calendar day in Kuwait at an aware moment."""
    return moment.astimezone(KUWAIT).date()

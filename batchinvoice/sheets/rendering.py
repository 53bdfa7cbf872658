"""Values → the cells of a large sheet, as the file holds them: what XlsxWriter would write, at a tenth of its time.

A cell is rendered from behind its name on (`<c r="B7`): it is the same wherever its value stands, so whoever writes a
value often can keep it. See pouring.py for the names, and the way of a row into a workbook.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from batchinvoice.invoices.table import Broken, Cell
from batchinvoice.sheets.cells import MAX_TEXT, Time, clean, error_of, holds, is_time

# Anything that must not, or may not, stand in XML as it is; line ends among them, and `_`, which may begin an escape.
_NOT_PLAIN = re.compile("[&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")  # by which the format writes control characters
_SHORT = MAX_TEXT // 2  # never above MAX_TEXT in UTF-16 units
_EPOCH = dt.datetime(1899, 12, 31)  # noqa: DTZ001 - a workbook's dates know no zone
_FALSE_LEAP_DAY = 59  # Excel takes 1900 for a leap year
_DAY = 24 * 60 * 60


def text(style: int, words: str) -> str:
    """Text as text, whatever it looks like; an empty one is a blank cell."""
    if not words:
        return f'" s="{style}"/>'
    if len(words) > _SHORT or words[0] == " " or words[-1] == " " or _NOT_PLAIN.search(words):
        return f'" s="{style}" t="inlineStr"><is>{_made_safe(words)}</is></c>'
    return f'" s="{style}" t="inlineStr"><is><t>{words}</t></is></c>'


def number(style: int, value: float | Decimal | None) -> str:
    """A number, or a blank cell for None."""
    if value is None:
        return f'" s="{style}"/>'
    return f'" s="{style}"><v>{float(value):.16G}</v></c>'


def moment(style: int, value: dt.datetime | None) -> str:
    """A date with its time and without a zone, from 1 March 1900 on, or a blank cell for None."""
    return number(style, None if value is None else serial(value))


def value(style: int, cell: Cell) -> str:
    """A value with its own type; what Excel has no type for is text."""
    if isinstance(cell, str):
        return text(style, cell)
    if isinstance(cell, Broken):
        error = error_of(cell)
        return f'" s="{style}" t="e"><f>{error}</f><v>{error}</v></c>'
    if isinstance(cell, bool):
        return f'" s="{style}" t="b"><v>{cell:d}</v></c>'
    if isinstance(cell, int | float) and holds(cell):
        return number(style, cell)
    if is_time(cell):
        return number(style, serial(cell))
    return text(style, "" if cell is None else str(cell))


def serial(time: Time) -> float:
    """The number by which a workbook holds a date, a time of the day or a length of time: days, with their part."""
    if isinstance(time, dt.timedelta):
        return _days(time)
    if isinstance(time, dt.time):
        return _days(dt.datetime.combine(_EPOCH, time.replace(tzinfo=None)) - _EPOCH)
    whole = time.replace(tzinfo=None) if isinstance(time, dt.datetime) else dt.datetime.combine(time, dt.time())
    days = _days(whole - _EPOCH)
    return days + 1 if days > _FALSE_LEAP_DAY else days


def _days(span: dt.timedelta) -> float:
    return span.days + (span.seconds + span.microseconds / 1e6) / _DAY


def attribute(words: str) -> str:
    """Text as it can stand between the quotation marks of an attribute."""
    return markup(words).replace('"', "&quot;").replace("\n", "&#xA;")


def markup(words: str) -> str:
    """Text in which nothing is markup."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _made_safe(words: str) -> str:
    safe = _ESCAPE.sub(r"_x005F\1", markup(clean(words))).replace("\r", "_x000D_")
    space = ' xml:space="preserve"' if safe[0].isspace() or safe[-1].isspace() else ""
    return f"<t{space}>{safe}</t>"

"""Dates as people type them → calendar dates; a day and month that could be either way round is a Problem."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from batchinvoice.invoices.cells import ascii_digits, broken, shown, text
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.headings import fold
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.invoices.table import Broken, Cell

# A workbook keeps a date as the number of days since one of these.
_EPOCH_1900, _EPOCH_1904 = dt.date(1899, 12, 30), dt.date(1904, 1, 1)
# Years that a bare number is believed to mean; of other numbers it is likelier that they are no dates.
_LIKELY_YEARS = range(2020, 2100)
# An earlier year is none of this calendar: Hijri years are about 1450 now.
_FIRST_YEAR = 1900

_ENGLISH = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ARABIC = (
    ("يناير", "كانون الثاني"),
    ("فبراير", "شباط"),
    ("مارس", "آذار"),
    ("أبريل", "نيسان"),
    ("مايو", "أيار"),
    ("يونيو", "يونية", "حزيران"),
    ("يوليو", "يولية", "تموز"),
    ("أغسطس", "آب"),
    ("سبتمبر", "أيلول"),
    ("أكتوبر", "تشرين الأول"),
    ("نوفمبر", "تشرين الثاني"),
    ("ديسمبر", "كانون الأول"),
)
_MONTHS = {fold(name): number for number, names in enumerate(_ARABIC, 1) for name in names}
# As `date.weekday` counts.
_WEEKDAYS = {
    fold(name): number
    for number, names in enumerate(
        (
            ("monday", "mon", "الاثنين", "الإثنين"),
            ("tuesday", "tue", "tues", "الثلاثاء"),
            ("wednesday", "wed", "الأربعاء"),
            ("thursday", "thu", "thur", "thurs", "الخميس"),
            ("friday", "fri", "الجمعة"),
            ("saturday", "sat", "السبت"),
            ("sunday", "sun", "الأحد"),
        )
    )
    for name in names
}

# Other signs for the slash and the dash, and commas of other keyboards.
_SIGNS = str.maketrans({"\\": "/", "؍": "/", "‐": "-", "‑": "-", "–": "-", "−": "-", "،": ","})
_MIDNIGHT = re.compile(r"(?:[ t]|, )(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? ?(?:am|ص))$")
_TIME = re.compile(r"(?:[ t]|, )\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?(?:am|pm|ص|م))?$")
_COMMON_ERA = re.compile(r"(?<=\d) ?م\.?$")
_WEEKDAY = re.compile(r"(?:يوم )?(?P<name>[^\W\d_]+)\.?,? ?(?=[^\W_])")
_BETWEEN = r" ?[-/. ] ?"
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{1,2}})")
_YEAR_LAST = re.compile(rf"(\d{{1,2}}){_BETWEEN}(\d{{1,2}}){_BETWEEN}(\d{{4}}|\d{{2}})")
_NAME = r"(?P<month>[^\W\d_]+(?: [^\W\d_]+)?)"
_NAMED = (
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-/., ]*{_NAME}[-/., ]*(?P<year>\d{{4}}|\d{{2}})"),
    re.compile(rf"{_NAME}[-/. ]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-/., ]+(?P<year>\d{{4}}|\d{{2}})"),
    re.compile(rf"(?P<year>\d{{4}})[-/., ]*{_NAME}[-/., ]*(?P<day>\d{{1,2}})"),
)
_NUMBER = re.compile(r"(\d{5}|\d{8})(?:\.0)?")

_ORDERS = {
    DateOrder.DAY_FIRST: re.compile(
        r"(?<![a-z])d{1,2}[-/. ]*m{1,4}[-/. ]*y{1,4}(?![a-z])|يوم\W*(?:ال)?شهر\W*(?:ال)?سنه"
    ),
    DateOrder.MONTH_FIRST: re.compile(
        r"(?<![a-z])m{1,4}[-/. ]*d{1,2}[-/. ]*y{1,4}(?![a-z])|شهر\W*(?:ال)?يوم\W*(?:ال)?سنه"
    ),
}


def date(cell: Cell, order: DateOrder | None = None, serial: bool = True) -> dt.date | Problem | None:
    """A calendar date; None if empty.

    `order` is what the user has declared of dates in figures; undeclared, 3/4/2026 is a Problem. `serial`: whether the
    workbook counts days as Excel usually does, so that a whole number cell of 2020 to 2099 is a date whose format is
    missing. One with a fraction is a moment, or no date at all: a Problem.
    """
    match cell:
        case Broken():
            return broken(cell)
        case dt.datetime():
            return _of_this_calendar(cell.date(), shown(cell))
        case dt.date():
            return _of_this_calendar(cell, shown(cell))
        case bool() | dt.time() | dt.timedelta():
            return problem(Code.DATE_UNREADABLE, value=shown(cell))
        case int() | float():
            return _of_number(cell, serial)
    written = text(cell)
    if written is None or isinstance(written, Problem):
        return written
    return _of_text(written, order)


def declared_order(heading: str) -> DateOrder | None:
    """The order of day and month that a heading declares: `Expiry Date (dd/mm/yyyy)`; None if none, or two."""
    folded = fold(heading)
    orders = [order for order, form in _ORDERS.items() if form.search(folded)]
    return orders[0] if len(orders) == 1 else None


def _of_number(cell: float, serial: bool) -> dt.date | Problem:
    days = int(cell) if abs(cell) < 10**8 else 0
    day = _counted(days, _EPOCH_1900 if serial else _EPOCH_1904)
    if day and serial and days == cell:
        return day
    if day:
        return problem(Code.DATE_SERIAL, value=shown(cell), proposed=day)
    return _basic(shown(cell)) or _unreadable(shown(cell), _of_eight_digits(shown(cell), None))


def _counted(days: int, epoch: dt.date) -> dt.date | None:
    day = epoch + dt.timedelta(days) if 0 < days < 10**5 else None
    return day if day and day.year in _LIKELY_YEARS else None


def _of_text(written: str, order: DateOrder | None) -> dt.date | Problem:
    bare = _COMMON_ERA.sub("", _MIDNIGHT.sub("", _bare(written)))
    weekday, rest = _after_weekday(bare)
    found = _of_rest(rest, written, order)
    if weekday is not None and isinstance(found, dt.date) and found.weekday() != weekday:
        return _unreadable(written, found)
    return found


def _bare(written: str) -> str:
    """In small letters without diacritics, ASCII digits and one kind of slash, dash, comma and space."""
    plain = ascii_digits(unicodedata.normalize("NFC", written)).casefold().translate(_SIGNS)
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _after_weekday(bare: str) -> tuple[int | None, str]:
    """The day of the week that a date begins with, if it does, and the rest."""
    found = _WEEKDAY.match(bare)
    weekday = _WEEKDAYS.get(fold(found["name"])) if found else None
    return (weekday, bare[found.end() :]) if found and weekday is not None else (None, bare)


def _of_rest(rest: str, written: str, order: DateOrder | None) -> dt.date | Problem:
    if number := _NUMBER.fullmatch(rest):
        if day := _counted(int(number[1]), _EPOCH_1900):
            return problem(Code.DATE_SERIAL, value=written, proposed=day)
        return _basic(number[1]) or _unreadable(written, _of_eight_digits(number[1], order))
    if figures := _YEAR_LAST.fullmatch(rest):
        return _of_figures(written, *figures.groups(), order=order)
    if figures := _YEAR_FIRST.fullmatch(rest):
        year, month, day_ = map(int, figures.groups())
        found = _calendar(year, month, day_)
        return _of_this_calendar(found, written) if found else _unreadable(written, _calendar(year, day_, month))
    for form in _NAMED:
        named = form.fullmatch(rest)
        if named and (month_ := _month(fold(named["month"]))):
            return _of_name(written, int(named["day"]), month_, named["year"])
    return _unreadable(written, _without_time(rest, order))


def _of_name(written: str, day: int, month: int, year: str) -> dt.date | Problem:
    """A date with its month in letters; one whose year has two figures is only ever proposed."""
    if len(year) == 2:
        return _unreadable(written, _calendar(2000 + int(year), month, day))
    found = _calendar(int(year), month, day)
    return _of_this_calendar(found, written) if found else _unreadable(written, None)


def _month(name: str) -> int | None:
    """An Arabic name, or an English one of which at least three letters are there."""
    if name in _MONTHS:
        return _MONTHS[name]
    return next((n for n, full in enumerate(_ENGLISH, 1) if len(name) >= 3 and full.startswith(name)), None)


def _of_figures(written: str, first: str, second: str, year: str, *, order: DateOrder | None) -> dt.date | Problem:
    """A date in three figures with its year last; one of two figures is only ever proposed."""
    full = int(year) + 2000 * (len(year) == 2)
    by_order = {
        DateOrder.DAY_FIRST: _calendar(full, int(second), int(first)),
        DateOrder.MONTH_FIRST: _calendar(full, int(first), int(second)),
    }
    possible = sorted({day for day in by_order.values() if day})
    day_first, month_first = by_order.values()
    if order is None and len(possible) == 2 and full >= _FIRST_YEAR:
        return problem(Code.DATE_AMBIGUOUS, value=written, first=day_first, second=month_first, proposed=day_first)
    meant = by_order[order] if order else possible[0] if possible else None
    if meant and len(year) == 4:
        return _of_this_calendar(meant, written)
    return _unreadable(written, meant or (possible[0] if possible else None))


def _basic(digits: str) -> dt.date | None:
    """20261231, the basic form of ISO 8601: with a year of this century first, its end is no year of any calendar."""
    if len(digits) != 8 or not digits.isdecimal() or int(digits[:4]) not in _LIKELY_YEARS:
        return None
    return _calendar(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _of_eight_digits(digits: str, order: DateOrder | None) -> dt.date | None:
    """The one day that 20261231 or 31122026 can be, if it is a likely one."""
    if len(digits) != 8 or not digits.isdecimal():
        return None
    year_first = _calendar(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    ends = int(digits[4:]), int(digits[2:4]), int(digits[:2])
    day_first, month_first = _calendar(*ends), _calendar(ends[0], ends[2], ends[1])
    year_last = {
        DateOrder.DAY_FIRST: (day_first,),
        DateOrder.MONTH_FIRST: (month_first,),
        None: (day_first, month_first),
    }[order]
    likely = {day for day in (year_first, *year_last) if day and day.year in _LIKELY_YEARS}
    return likely.pop() if len(likely) == 1 else None


def _without_time(bare: str, order: DateOrder | None) -> dt.date | None:
    day_alone = _TIME.sub("", bare)
    found = _of_text(day_alone, order) if day_alone != bare else None
    return found if isinstance(found, dt.date) else None


def _of_this_calendar(day: dt.date, written: str) -> dt.date | Problem:
    return day if day.year >= _FIRST_YEAR else problem(Code.DATE_UNREADABLE, value=written)


def _unreadable(written: str, meant: dt.date | None) -> Problem:
    if meant is None or meant.year < _FIRST_YEAR:
        return problem(Code.DATE_UNREADABLE, value=written)
    return problem(Code.DATE_UNREADABLE, value=written, proposed=meant)


def _calendar(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None

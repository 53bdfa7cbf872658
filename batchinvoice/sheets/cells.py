"""Values into cells: any text is safe to write, and a value keeps its type."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.table import Broken, Cell

MAX_ROWS = 1_048_576  # of a sheet, the header among them
MAX_LINKS = 65_000  # Excel opens no sheet with more than 65,530; some are left for our own
MAX_TEXT = 32_767  # UTF-16 units of a cell
_MAX_URL = 2_000
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # by XML 1.0
_SURROGATE = re.compile("[\ud800-\udfff]")
# An address that needs no closer look: nearly every one.
_USUAL_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]{1,5})?(?:/[A-Za-z0-9/._~?=-]*)?")
_NOT_IN_URL = re.compile(r"[\s\x00-\x1f\x7f<>\"]")
Time = dt.datetime | dt.date | dt.time | dt.timedelta
_FIRST_DAY = dt.date(1900, 3, 1)  # Excel takes 1900 for a leap year: earlier days come out wrong


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """The text as a workbook can hold it: what XML forbids becomes a space or `�`, and it is cut at `limit`."""
    safe = _SURROGATE.sub("\ufffd", _FORBIDDEN.sub(" ", text))
    if len(safe) * 2 <= limit:
        return safe
    return safe.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def write_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write text as text, whatever it looks like."""
    safe = clean(text)
    if safe.startswith("<r>") and safe.endswith("</r>"):
        # The library would take it for its own markup; in two runs it is escaped like any text.
        sheet.write_rich_string(row, column, safe[:1], style, safe[1:], style)
    elif safe:
        sheet.write_string(row, column, safe, style)
    else:
        sheet.write_blank(row, column, None, style)


def is_link(text: str) -> bool:
    """True if the text is a web address that Excel can hold as a link."""
    if len(text) > _MAX_URL:
        return False
    if _USUAL_URL.fullmatch(text):
        return True
    if not text.startswith(("https://", "http://")) or _NOT_IN_URL.search(text):
        return False
    try:
        return bool(urlsplit(text).hostname) and clean(text) == text
    except ValueError:
        return False


def write_cell(sheet: Worksheet, row: int, column: int, value: Cell, style: Format) -> None:
    """Write a value with its own type; what Excel has no type for goes in as text."""
    if isinstance(value, Broken):
        error = error_of(value)
        sheet.write_formula(row, column, f"={error}", style, error)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, int | float) and holds(value):
        sheet.write_number(row, column, value, style)
    elif is_time(value):
        sheet.write_datetime(row, column, _naive(value), style)
    else:
        write_text(sheet, row, column, "" if value is None else str(value), style)


def error_of(cell: Broken) -> str:
    """The error that a broken cell is written as: as text or as nothing it might pass for a value the next time."""
    return cell.shown if cell.shown in _ERRORS else "#N/A"


def holds(number: float) -> bool:
    """True if a workbook can hold the number."""
    return math.isfinite(number) and abs(number) < 1e300


def is_time(value: Cell) -> TypeGuard[Time]:
    """True if the value is a date or a time that a workbook can hold as one."""
    if isinstance(value, dt.datetime):
        return value.date() >= _FIRST_DAY
    if isinstance(value, dt.date):
        return value >= _FIRST_DAY
    return isinstance(value, dt.time) or (isinstance(value, dt.timedelta) and value >= dt.timedelta())


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime | dt.time) else value

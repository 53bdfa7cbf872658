"""Text and references as people type them → exact values; what is not certain comes back as a Problem."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.table import Broken, Cell

# Excel keeps 15 significant digits: a longer whole number has lost its last ones.
LARGEST_EXACT = 10**15

# Marks that steer writing direction or hide: nobody types them on purpose, and they make equal texts differ.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_SPACES = re.compile(r"\s+")
# Text of which nothing is to be taken away, as most is: in ASCII, on one line, no space at its ends, no error.
_PLAIN = re.compile(r"(?![ #]|Err:)[ -~]*[!-~]")
# A reference of which every rule leaves each letter as it is, as most are.
_PLAIN_REFERENCE = re.compile(r"[A-Za-z][A-Za-z0-9/_.-]*|[0-9]+")
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_DIGITS_ONLY = re.compile(r"\d+")
# A whole number that some program wrote out with a decimal: 1001.0.
_WITH_DECIMAL = re.compile(r"(\d+)\.0")
# How Excel and other programs shorten a long number when they write it out as text: 1.23457E+15, 1.23457E15.
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{2,}|\d[.,]\d+[eE](?:[7-9]|[12]\d)")
# What Excel and LibreOffice show in place of a value.
_ERROR = re.compile(
    r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|FIELD!|CONNECT!|BLOCKED!|UNKNOWN!|BUSY!|GETTING_DATA)"
    r"|Err:\d{3}"
)


def shown(cell: Cell) -> str:
    """The cell as a person sees it in the sheet: 66666666.0 → `66666666`, a date → `2026-12-31`."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() | int() if abs(cell) < 1e21 and cell % 1 == 0:
            return str(int(cell))
        case float():
            return format(cell, ".15g")
        case int():
            return format(Decimal(cell), ".15g")
        case dt.datetime():
            return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
        case Broken():
            return cell.shown
    return str(cell)


def text(cell: Cell) -> str | Problem | None:
    """Free text (a name, a description): as it is, but on one line and without invisible marks; None if empty."""
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):
        return cell
    match cell:
        case Broken():
            return broken(cell)
        case dt.date() | dt.time() | dt.timedelta():
            return problem(Code.TEXT_IS_DATE, value=shown(cell))
    cleaned = _BREAKS.sub(_on_one_line, shown(cell).translate(_INVISIBLE)).strip()
    return problem(Code.CELL_ERROR, value=cleaned) if _ERROR.fullmatch(cleaned) else cleaned or None


def _on_one_line(gap: re.Match[str]) -> str:
    """A gap of spaces alone as it is, each of them a plain one; one space where a line breaks."""
    broken_line = any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in gap[0])
    return " " if broken_line else " " * len(gap[0])


def typed(cell: Cell) -> str | Problem | None:
    """A reference, a code or a phone number to the letter, a whole number as its digits; None if empty.

    Arabic-Indic and Persian digits become ASCII ones, any run of spaces one space and composed letters one letter, so
    that references which look the same are the same.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if cell % 1 != 0:
            return problem(Code.NUMBER_FRACTION, value=shown(cell))
        if abs(cell) >= LARGEST_EXACT:
            return problem(Code.NUMBER_LOSSY)
    value = text(cell)
    if not isinstance(value, str):
        return value
    if not value.isascii() or "  " in value:
        value = _SPACES.sub(" ", unicodedata.normalize("NFC", ascii_digits(value)))
    return problem(Code.NUMBER_LOSSY) if _EXPONENT.fullmatch(value) else value


def identifier(cell: Cell) -> str | Problem | None:
    """A reference, as `typed`; None if empty. `1001.0` is an issue: the next sheet would have it as 1001."""
    if isinstance(cell, str) and _PLAIN_REFERENCE.fullmatch(cell):
        return cell
    value = typed(cell)
    if isinstance(value, str) and (tail := _WITH_DECIMAL.fullmatch(value)):
        return problem(Code.NUMBER_FRACTION, value=value, proposed=tail[1])
    return value


def code(cell: Cell) -> str | Problem | None:
    """A code of digits, as `typed`, where a decimal can mean nothing: `842217.0` is 842217; None if empty."""
    value = typed(cell)
    return _WITH_DECIMAL.sub(r"\1", value) if isinstance(value, str) and _WITH_DECIMAL.fullmatch(value) else value


def invoice_id(cell: Cell) -> str | Problem | None:
    """A gateway id: digits only (`12887`), without leading zeros; None if empty."""
    value = code(cell)
    if value is None or isinstance(value, Problem) or _is_id(value):
        return value
    bare = value.lstrip("#0 ").replace(" ", "")
    proposal = {"proposed": bare} if _is_id(bare) else {}
    return problem(Code.INVOICE_ID_BAD, value=value, **proposal)


def _is_id(value: str) -> bool:
    return value[:1] != "0" and _DIGITS_ONLY.fullmatch(value) is not None


def money(value: Decimal) -> str:
    """An amount as the gateway writes it (seed 004): `"120.000"`."""
    return f"{value:.3f}"


def broken(cell: Broken) -> Problem:
    """The problem of a cell without a usable value."""
    return problem(Code.CELL_ERROR, value=cell.shown) if cell.shown else problem(Code.FORMULA_EMPTY)


def ascii_digits(value: str) -> str:
    """Arabic-Indic (٠-٩), Persian (۰-۹) and any other decimal digits as 0-9."""
    if value.isascii():
        return value
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in value)

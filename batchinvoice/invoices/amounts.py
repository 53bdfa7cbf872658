"""Amounts and quantities as people type them → exact numbers; what is not certain comes back as a Problem."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from batchinvoice.invoices.cells import LARGEST_EXACT, ascii_digits, broken, code, money, shown, text
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.table import Broken, Cell

FILS = Decimal("0.001")
_UNLIKELY = Decimal(100_000)  # KWD, of one invoice
# Above this Excel's digits leave no room for the fils.
_LARGEST_AMOUNT = 10**12
_LONGEST = 40

_KWD = r"(?:kwd|k\.?\s?d|(?:kuwaiti\s)?dinars?|د\.?\s?ك|دينار(?:\s?كويتي)?|دنانير)"
# The point of "KD.500" may end the abbreviation or begin the fils: it is understood only where it can be one of them.
_CURRENCY = re.compile(rf"^{_KWD}(?:\.?\s+|\.(?=[\d,]+[.٫]\d)|(?!\.))|\s*{_KWD}\.?$", re.IGNORECASE)
_HAS_CURRENCY = re.compile(_KWD, re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_GROUPS = {mark: re.compile(rf"[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+") for mark in (",", ".", " ", "٬")}
_FIGURES = re.compile(r"[\d.,٫٬ +-]*")
_DIGITS = re.compile(r"\d+")
_DINARS_AND_FILS = re.compile(r"(\d{1,9})\s?/\s?(\d{3})")
_ONLY_FILS = re.compile(r"(\d{1,3})\s?(?:fils|فلس|فلسا)")
_NO_FILS = re.compile(r"\s?/\s?[-=]+$")
_COMMA_DECIMALS = re.compile(r"-?\d+,\d{1,2}|-?\d{1,3}(?:\.\d{3})+,\d+")
_POINT_OR_GROUP = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_LETTERS_FOR_DIGITS = str.maketrans("oOlI", "0011")
_WITH_UNIT = re.compile(r"(\d{1,9})(?:\.00?)?\s?[^\W\d_]{0,12}\.?")


class _Reading(NamedTuple):
    """One way to read an amount: `point` stands before the fils, `group` between thousands; empty if there is none."""

    value: Decimal
    point: str
    group: str
    fils: str


def amount(cell: Cell, decimal_mark: str | None = None) -> Decimal | Problem | None:
    """An amount in KWD, exact, three decimals (`Decimal("120.500")`); None if empty.

    A number cell's binary noise (0.30000000000000004) falls away at Excel's 15 digits; a fourth decimal that is really
    there is a Problem, never rounded. `decimal_mark` (`.` or `,`) is what the user has declared of text; undeclared, a
    point begins the fils, and a comma is thousands only where it can be nothing else.
    """
    if isinstance(cell, float) and (plain := _plain(cell)):
        return plain
    if isinstance(cell, Broken):
        return broken(cell)
    if isinstance(cell, (bool, dt.date, dt.time, dt.timedelta)):
        return _unreadable(shown(cell), None, decimal_mark)
    if isinstance(cell, (int, float)):
        number = Decimal(format(cell, ".15g")) if abs(cell) < LARGEST_EXACT else None
        return _unreadable(shown(cell), None, decimal_mark) if number is None else _exact(number, decimal_mark)
    written = text(cell)
    if written is None or isinstance(written, Problem):
        return written
    return _of_text(written, _bare(written), decimal_mark)


def _plain(cell: float) -> Decimal | None:
    """The amount of an ordinary number, which is just how a whole number of fils is kept: most are, told quickly."""
    if not 0 < cell < _LARGEST_AMOUNT:
        return None
    fils = round(cell * 1000)
    return fils * FILS if fils / 1000 == cell else None


def _bare(written: str) -> str:
    """Without currency, in ASCII digits, with one kind of comma, minus and space."""
    plain = ascii_digits(written).replace("−", "-").replace("،", ",")
    return _CURRENCY.sub("", _SPACES.sub(" ", plain)).strip()


def _of_text(written: str, bare: str, decimal_mark: str | None) -> Decimal | Problem:
    readings = list(_readings(bare))
    sure = [reading for reading in readings if _is_usual(reading, decimal_mark or ".")]
    doubts = [] if decimal_mark else [reading for reading in readings if _is_doubt(reading)]
    if sure and {reading.value for reading in doubts} <= {sure[0].value}:
        return _exact(sure[0].value, decimal_mark)
    if doubts:
        return _ambiguous(written, [reading.value for reading in (*sure, *doubts)])
    return _unreadable(written, _meant(bare, readings, decimal_mark), decimal_mark)


def _ambiguous(written: str, values: Sequence[Decimal]) -> Problem:
    """Names both readings; the likelier one is that of thousands, unless it is more than invoices are."""
    first, second = values[0], next((value for value in values if value != values[0]), None)
    likely = second if second is not None and abs(first) >= _UNLIKELY else first
    both = {"first": money(first), "second": money(second)} if second is not None else {}
    return problem(Code.AMOUNT_AMBIGUOUS, value=written, proposed=money(likely), **both)


def comma_decimals(written: str) -> bool:
    """True if the comma in a text can only begin the fils: `12,5`, `1.250,000`; it need not be right for all that."""
    return _COMMA_DECIMALS.fullmatch(_bare(written)) is not None


def point_or_group(written: str) -> Problem | None:
    """The doubt about `1.500` among amounts in which commas begin the fils; None if there is none."""
    bare = _bare(written)
    if not _POINT_OR_GROUP.fullmatch(bare):
        return None
    return _ambiguous(written, [Decimal(bare.replace(".", "")), Decimal(bare)])


def _readings(bare: str) -> Iterator[_Reading]:
    """Every way to read a number whose marks are used consistently, whatever the country."""
    if len(bare) > _LONGEST or not _FIGURES.fullmatch(bare):
        return
    sign = -1 if bare.startswith("-") else 1
    unsigned = bare[1:] if bare[:1] in ("+", "-") else bare
    for point in ("", ".", ",", "٫", " "):
        whole, found, fils = unsigned.partition(point) if point else (unsigned, "", "")
        if point and not (found and (_DIGITS.fullmatch(fils) or (whole and not fils))):
            continue
        if point == " " and len(fils) != 3:
            continue
        if _DIGITS.fullmatch(whole) or (fils and not whole):
            yield _Reading(sign * Decimal(f"{whole or 0}.{fils or 0}"), point, "", fils)
        for group, form in _GROUPS.items():
            if group != point != " " and form.fullmatch(whole):
                yield _Reading(sign * Decimal(f"{whole.replace(group, '')}.{fils or 0}"), point, group, fils)


def _is_usual(reading: _Reading, mark: str) -> bool:
    """Whether somebody whose decimal mark this is writes it like that; the Arabic marks mean one thing everywhere."""
    return reading.point in ("", "٫", mark) and reading.group in ("", "٬", " ", "." if mark == "," else ",")


def _is_doubt(reading: _Reading) -> bool:
    """Whether it may be meant like that by somebody who has not said how to read a comma or a space."""
    return reading.point in (",", " ") and 1 <= len(reading.fils) <= 3 and reading.group != "."


def _meant(bare: str, readings: list[_Reading], decimal_mark: str | None) -> Decimal | None:
    """What was probably meant by a slip, if it can be only one thing."""
    if values := {reading.value for reading in readings}:
        return values.pop() if len(values) == 1 else None
    if split := _DINARS_AND_FILS.fullmatch(bare):
        return Decimal(f"{split[1]}.{split[2]}")
    if alone := _ONLY_FILS.fullmatch(bare):
        return int(alone[1]) * FILS
    tidy = _NO_FILS.sub("", bare).strip(" .,;:'\"")
    if any(c.isdigit() for c in tidy) and not _HAS_CURRENCY.search(tidy):
        tidy = tidy.translate(_LETTERS_FOR_DIGITS)
    if tidy == bare or _HAS_CURRENCY.match(bare) or not _FIGURES.fullmatch(again := _bare(tidy)):
        return None
    found = _of_text(tidy, again, decimal_mark)
    return found if isinstance(found, Decimal) else None


def _unreadable(written: str, meant: Decimal | None, decimal_mark: str | None) -> Problem:
    example = _written(Decimal("120.500"), decimal_mark)
    if meant is None or abs(meant) >= _LARGEST_AMOUNT or meant != meant.quantize(FILS):
        return problem(Code.AMOUNT_UNREADABLE, value=written, example=example)
    return problem(Code.AMOUNT_UNREADABLE, value=written, example=example, proposed=_written(meant, decimal_mark))


def _exact(value: Decimal, decimal_mark: str | None) -> Decimal | Problem:
    if abs(value) >= _LARGEST_AMOUNT or not value.is_finite():
        return _unreadable(f"{value:f}", None, decimal_mark)
    rounded = value.quantize(FILS) + 0  # no "-0.000"
    if rounded != value:
        likely = {"proposed": _written(rounded, decimal_mark)} if rounded else {}
        return problem(Code.AMOUNT_DECIMALS, value=f"{value:f}", **likely)
    return rounded


def _written(value: Decimal, decimal_mark: str | None) -> str:
    """An amount in the form that reads back with certainty."""
    return money(value).replace(".", decimal_mark or ".")


def quantity(cell: Cell) -> int | Problem | None:
    """A whole number of 1 or more; None if empty."""
    value = code(cell)
    if value is None:
        return None
    if isinstance(value, str) and _is_count(value):
        return int(value)
    if isinstance(cell, Broken):
        return broken(cell)
    meant = _WITH_UNIT.fullmatch(value) if isinstance(value, str) else None
    proposal = {"proposed": int(meant[1])} if meant and _is_count(meant[1]) else {}
    return problem(Code.QUANTITY_BAD, value=shown(cell), **proposal)


def _is_count(digits: str) -> bool:
    return len(digits) <= 9 and _DIGITS.fullmatch(digits) is not None and int(digits) >= 1

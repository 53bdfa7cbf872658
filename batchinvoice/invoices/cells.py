"""Text, numbers and dates as people type them → exact values; what is not certain comes back as a Problem."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

from email_validator import EmailNotValidError, validate_email

from batchinvoice.invoices.columns import PAYMENT_TYPES
from batchinvoice.invoices.issue import Code, Problem, problem
from batchinvoice.invoices.table import Broken, Cell

# Excel keeps 15 significant digits: a longer whole number has lost its last ones.
LARGEST_EXACT = 10**15
# Above this Excel's digits leave no room for the fils.
_LARGEST_AMOUNT = 10**12
FILS = Decimal("0.001")

# Marks that steer writing direction or hide: nobody types them on purpose, and they make equal texts differ.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_KWD = r"(?:kwd|kd|k\.d|د\.?\s?ك|دينار(?:\s?كويتي)?)"
# The point of "KD.500" may end the abbreviation or begin the fils: it is understood only where it can be one of them.
_CURRENCY = re.compile(rf"^{_KWD}(?:\.?\s+|\.(?=[\d,]+\.\d)|(?!\.))|\s*{_KWD}\.?$", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_DIGITS_ONLY = re.compile(r"\d+")
_PLAIN_AMOUNT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?P<mark>[,٬\s])\d{3})(?:(?P=mark)\d{3})*(?P<decimals>\.\d+)?")
_COMMA_DECIMALS = re.compile(r"[+-]?\d{1,12},\d{1,3}")
# How Excel shortens a long number when it writes it out as text: 1.23457E+15.
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{2,}")
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"})
_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DAY_MONTH_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_NAMED_DATES = (
    re.compile(r"(?P<day>\d{1,2})[-/. ](?P<month>[A-Za-z]{3,9})[-/., ]+(?P<year>\d{4})"),
    re.compile(r"(?P<month>[A-Za-z]{3,9})[. ]+(?P<day>\d{1,2})[, ]+(?P<year>\d{4})"),
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


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
    """Free text (a name, a description): as it is, without invisible marks and line breaks; None if empty."""
    match cell:
        case Broken():
            return broken(cell)
        case dt.date() | dt.time() | dt.timedelta():
            return problem(Code.TEXT_IS_DATE, value=shown(cell))
    cleaned = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in shown(cell).translate(_INVISIBLE)
    ).strip()
    return problem(Code.CELL_ERROR, value=cleaned) if cleaned in _ERRORS else cleaned or None


def identifier(cell: Cell) -> str | Problem | None:
    """A reference or a code: text kept to the letter, a whole number as its digits; None if empty.

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
    value = _SPACES.sub(" ", unicodedata.normalize("NFC", ascii_digits(value)))
    return problem(Code.NUMBER_LOSSY) if _EXPONENT.fullmatch(value) else value


def invoice_id(cell: Cell) -> str | Problem | None:
    """A gateway id: digits only (`12887`), without leading zeros; None if empty."""
    value = identifier(cell)
    if value is None or isinstance(value, Problem):
        return value
    return value if _DIGITS_ONLY.fullmatch(value) and value[0] != "0" else problem(Code.INVOICE_ID_BAD, value=value)


def email(cell: Cell) -> str | Problem | None:
    """One e-mail address, checked for form alone (no look-up); None if empty."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        return problem(Code.EMAIL_BAD, value=value)


def amount(cell: Cell) -> Decimal | Problem | None:
    """An amount in KWD, exact, three decimals (`Decimal("120.500")`); None if empty.

    A number cell's binary noise (0.30000000000000004) falls away at Excel's 15 digits; a fourth decimal that is really
    there is a Problem, never rounded. A comma is thousands only where it can be nothing else.
    """
    if isinstance(cell, Broken):
        return broken(cell)
    if isinstance(cell, (bool, dt.date, dt.time, dt.timedelta)):
        return problem(Code.AMOUNT_UNREADABLE, value=shown(cell))
    if isinstance(cell, (int, float)):
        return (
            _exact(Decimal(format(cell, ".15g")))
            if abs(cell) < LARGEST_EXACT
            else problem(Code.AMOUNT_UNREADABLE, value=shown(cell))
        )
    written = text(cell)
    if written is None or isinstance(written, Problem):
        return written
    bare = _CURRENCY.sub("", ascii_digits(written).replace("٫", ".").replace("−", "-"))
    if len(bare) > 40:
        return problem(Code.AMOUNT_UNREADABLE, value=written)
    if _PLAIN_AMOUNT.fullmatch(bare):
        return _exact(Decimal(bare))
    if grouped := _GROUPED.fullmatch(bare):
        return _of_groups(bare, grouped, written)
    if _COMMA_DECIMALS.fullmatch(bare):
        return problem(Code.AMOUNT_AMBIGUOUS, value=written, proposed=money(Decimal(bare.replace(",", "."))))
    return problem(Code.AMOUNT_UNREADABLE, value=written)


def _of_groups(bare: str, grouped: re.Match[str], written: str) -> Decimal | Problem:
    """Thousands in groups; one group alone, as `1,234` or `1 234`, may just as well be dinars and fils."""
    mark = grouped["mark"]
    value = Decimal(bare.replace(mark, ""))
    if grouped["decimals"] or bare.count(mark) > 1 or mark == "٬":
        return _exact(value)
    return problem(Code.AMOUNT_AMBIGUOUS, value=written, proposed=money(value))


def _exact(value: Decimal) -> Decimal | Problem:
    if abs(value) >= _LARGEST_AMOUNT:
        return problem(Code.AMOUNT_UNREADABLE, value=f"{value:f}")
    rounded = value.quantize(FILS) + 0  # no "-0.000"
    if rounded != value:
        return problem(Code.AMOUNT_DECIMALS, value=f"{value:f}", proposed=rounded)
    return rounded


def money(value: Decimal) -> str:
    """An amount as the gateway writes it (seed 004): `"120.000"`."""
    return f"{value:.3f}"


def quantity(cell: Cell) -> int | Problem | None:
    """A whole number of 1 or more; None if empty."""
    value = identifier(cell)
    if value is None:
        return None
    if isinstance(value, str) and _DIGITS_ONLY.fullmatch(value) and int(value[:12]) >= 1 and len(value) <= 9:
        return int(value)
    return broken(cell) if isinstance(cell, Broken) else problem(Code.QUANTITY_BAD, value=shown(cell))


def date(cell: Cell) -> dt.date | Problem | None:
    """A calendar date; None if empty. A day and month that could be either way round is a Problem."""
    match cell:
        case Broken():
            return broken(cell)
        case dt.datetime():
            return cell.date()
        case dt.date():
            return cell
        case bool() | int() | float() | dt.time() | dt.timedelta():
            return problem(Code.DATE_UNREADABLE, value=shown(cell))
    written = text(cell)
    if written is None or isinstance(written, Problem):
        return written
    found = _written_date(ascii_digits(written))
    return found if found is not None else problem(Code.DATE_UNREADABLE, value=written)


def _written_date(written: str) -> dt.date | Problem | None:
    if iso := _ISO_DATE.fullmatch(written):
        return _calendar(*map(int, iso.groups()))
    for form in _NAMED_DATES:
        if named := form.fullmatch(written):
            months = [i for i, name in enumerate(_MONTHS, 1) if name.startswith(named["month"].lower())]
            return _calendar(int(named["year"]), months[0], int(named["day"])) if months else None
    if either := _DAY_MONTH_DATE.fullmatch(written):
        a, b, year_ = map(int, either.groups())
        readings = {d for d in (_calendar(year_, b, a), _calendar(year_, a, b)) if d is not None}
        if len(readings) == 2:
            day_first, month_first = _calendar(year_, b, a), _calendar(year_, a, b)
            return problem(Code.DATE_AMBIGUOUS, value=written, first=day_first, second=month_first, proposed=day_first)
        return readings.pop() if readings else None
    return None


def _calendar(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def payment_types(cell: Cell, default: tuple[int, ...]) -> tuple[int, ...] | Problem:
    """Payment types by number or name with `,` `;` or `+` between (seed 004); an empty cell means the default."""
    value = text(cell)
    if value is None:
        return default
    if isinstance(value, Problem):
        return value
    names = {name.casefold(): number for number, name in PAYMENT_TYPES.items()}
    found: list[int] = []
    for part in ascii_digits(value).strip("[]").replace("،", ",").replace(";", ",").replace("+", ",").split(","):
        word = part.strip(" \"'").casefold()
        number = int(word) if word.isdecimal() and len(word) < 4 else names.get(word)
        if number in PAYMENT_TYPES:
            found.append(number)
        elif word:
            return _no_method(part.strip())
    return tuple(sorted(set(found))) or _no_method(value)


def _no_method(value: str) -> Problem:
    choices = ", ".join(f"{number} {name}" for number, name in PAYMENT_TYPES.items())
    return problem(Code.PAYMENT_METHOD_UNKNOWN, value=value, choices=choices)


def broken(cell: Broken) -> Problem:
    """The problem of a cell without a usable value."""
    return problem(Code.CELL_ERROR, value=cell.shown) if cell.shown else problem(Code.FORMULA_EMPTY)


def ascii_digits(value: str) -> str:
    """Arabic-Indic (٠-٩), Persian (۰-۹) and any other decimal digits as 0-9."""
    if value.isascii():
        return value
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in value)

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
FILS = Decimal("0.001")

# Marks that steer writing direction or hide: nobody types them on purpose, and they make equal texts differ.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_KWD = r"(?:kwd|kd|k\.d\.?|د\.?\s?ك\.?|دينار(?:\s?كويتي)?)"
_CURRENCY = re.compile(rf"^{_KWD}\s*|\s*{_KWD}$", re.IGNORECASE)
_SPACED = re.compile(r"[+-]?\d{1,3}(?:\s\d{3})+(?:\.\d+)?")
_DIGITS_ONLY = re.compile(r"\d+")
_PLAIN_AMOUNT = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ISO_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DAY_MONTH_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_NAMED_DATE = re.compile(r"(\d{1,2})[-/. ]([A-Za-z]{3,9})[-/., ]+(\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def shown(cell: Cell) -> str:
    """The cell as a person sees it in the sheet: 66666666.0 → `66666666`, a date → `2026-12-31`."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() | int():
            return str(int(cell)) if float(cell).is_integer() and abs(cell) < 1e21 else format(cell, ".15g")
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
        case dt.datetime() | dt.date():
            return problem(Code.TEXT_IS_DATE, value=shown(cell))
    cleaned = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in shown(cell).translate(_INVISIBLE)
    )
    return cleaned.strip() or None


def identifier(cell: Cell) -> str | Problem | None:
    """A reference or a code: text kept to the letter, a whole number as its digits; None if empty.

    Arabic-Indic and Persian digits become ASCII ones, so that one reference has one spelling.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if not float(cell).is_integer():
            return problem(Code.NUMBER_FRACTION, value=shown(cell))
        if abs(cell) >= LARGEST_EXACT:
            return problem(Code.NUMBER_LOSSY)
    value = text(cell)
    return ascii_digits(value) if isinstance(value, str) else value


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
    bare = _CURRENCY.sub("", ascii_digits(written).replace("٫", ".").replace("٬", " ").replace("−", "-"))
    if _SPACED.fullmatch(bare):
        bare = re.sub(r"\s", "", bare)
    if len(bare) <= 40 and _PLAIN_AMOUNT.fullmatch(bare):
        return _exact(Decimal(bare))
    return _with_commas(bare, written)


def _with_commas(bare: str, written: str) -> Decimal | Problem:
    if _THOUSANDS.fullmatch(bare) and len(bare) <= 40:
        if "." in bare or bare.count(",") > 1:
            return _exact(Decimal(bare.replace(",", "")))
        return problem(Code.AMOUNT_AMBIGUOUS, value=written, proposed=f"{bare.replace(',', '')}.000")
    if re.fullmatch(r"[+-]?\d{1,12},\d{1,3}", bare):
        return problem(Code.AMOUNT_AMBIGUOUS, value=written, proposed=money(Decimal(bare.replace(",", "."))))
    return problem(Code.AMOUNT_UNREADABLE, value=written)


def _exact(value: Decimal) -> Decimal | Problem:
    if not value.is_finite() or abs(value) >= LARGEST_EXACT:
        return problem(Code.AMOUNT_UNREADABLE, value=value)
    rounded = value.quantize(FILS)
    if rounded != value:
        return problem(Code.AMOUNT_DECIMALS, value=value, proposed=rounded)
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
    if named := _NAMED_DATE.fullmatch(written):
        day, month, year = named.groups()
        full = month.lower()
        known = [i for i, short in enumerate(_MONTHS, 1) if full[:3] == short]
        return _calendar(int(year), known[0], int(day)) if known else None
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
        number = int(word) if word.isdigit() and len(word) < 4 else names.get(word)
        if number not in PAYMENT_TYPES:
            choices = ", ".join(f"{n} {name}" for n, name in PAYMENT_TYPES.items())
            return problem(Code.PAYMENT_METHOD_UNKNOWN, value=part.strip(), choices=choices)
        found.append(number)
    return tuple(dict.fromkeys(found))


def broken(cell: Broken) -> Problem:
    """The problem of a cell without a usable value."""
    return problem(Code.CELL_ERROR, value=cell.shown) if cell.shown else problem(Code.FORMULA_EMPTY)


def ascii_digits(value: str) -> str:
    """Arabic-Indic (٠-٩), Persian (۰-۹) and any other decimal digits as 0-9."""
    if value.isascii():
        return value
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in value)

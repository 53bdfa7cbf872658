"""Amounts: read where they are certain, proposed where they are not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from corpus_case import RULES, File, case
from corpus_files import HEADINGS, good, replaced, text, xlsx

from batchinvoice.invoices.table import Broken


def _amounts(*cells: Any, **about: Any) -> File:
    return "amounts.xlsx", xlsx(replaced(3, *cells), **about)


@case("pending " * 6, amount=("120.500", "120.500", "120.000", "0.500", "1234.500", "12345.250"))
def written_plainly() -> File:
    """Text as most people write it."""
    return _amounts("120.500", "120.5", "120", ".500", "1,234.500", "12,345.25")


@case("pending " * 7, amount=("5.000", "5.000", "5.250", "5.250", "5.250", "5.000", "1234.500"))
def with_the_currency() -> File:
    """Our currency before or behind, in both languages."""
    return _amounts("KD 5", "5 KD", "KWD5.250", "5.250 د.ك", "٥٫٢٥٠ دينار", "K.D. 5", "KWD 1,234.500")


@case("pending " * 5, amount=("5.250", "1234.500", "120.500", "7.000", "12.750"))
def arabic_and_persian_digits() -> File:
    """Both kinds of digits, with the Arabic signs for thousands and fils."""
    return _amounts("٥٫٢٥٠", "١٬٢٣٤٫٥٠٠", "۱۲۰٫۵۰۰", "٧", "١٢.٧٥٠")


@case("pending " * 5, amount=("7.000", "8.125", "9.500", "1234.500", "3.250"))
def spaces_and_marks() -> File:
    """Spaces that do not break, marks of direction, a space between thousands."""
    return _amounts("\u00a07.000 ", "\u200f8.125\u200f", "\u202a9.500\u202c", "1 234.500", "3.250\n")


@case("pending " * 6, amount=("0.300", "120.000", "5.000", "33.333", "99999.999", "0.001"))
def number_cells() -> File:
    """Numbers, one with the noise of binary fractions."""
    return _amounts(0.1 + 0.2, 120.0, 5, 33.333, 99999.999, 0.001)


@case("pending " * 3, amount=("1234.500", "0.250", "15.000"))
def formatted_numbers() -> File:
    """What a format shows (thousands, decimals, dinars) changes no number."""
    codes = {(2, 4): "#,##0.000", (3, 4): "0.00", (4, 4): '"KD" 0'}
    return _amounts(1234.5, 0.25, 15, formats=codes)


@case(
    "invalid " * 4,
    "D2 amount-ambiguous; D3 amount-ambiguous; D4 amount-ambiguous; D5 amount-ambiguous",
    proposed={"D2": "1234.000", "D3": "12.500", "D4": "1234.000"},
)
def thousands_or_fils() -> File:
    """1,234 may be a thousand or one dinar and 234 fils."""
    return _amounts("1,234", "12,5", "1,234 KD", "0,500")


@case("pending " * 3, amount=("1.234", "12.500", "1234.500"), rules=replace(RULES, decimal_mark=","))
def comma_declared() -> File:
    """The user has declared the comma."""
    return _amounts("1,234", "12,5", "1.234,500")


@case(
    "pending " * 2,
    amount=("1234.000", "1234567.000"),
    rules=replace(RULES, decimal_mark=".", amount_max=Decimal(10**7)),
)
def point_declared() -> File:
    """The user has declared the point: commas are thousands."""
    return _amounts("1,234", "1,234,567")


@case(
    "invalid " * 3,
    "D2 amount-decimals; D3 amount-decimals; D4 amount-decimals",
    proposed={"D2": "12.346", "D3": "33.333", "D4": "1.001"},
)
def more_than_fils() -> File:
    """A fourth decimal that is really there is never rounded away in silence."""
    return _amounts("12.3456", 100 / 3, 1.0009)


@case(
    "invalid " * 5,
    "; ".join(f"D{row} amount-unreadable" for row in range(2, 7)),
    proposed={"D2": "12.500", "D3": "0.500", "D4": "120.500", "D5": "10.250", "D6": "1234.500"},
)
def slips() -> File:
    """What was meant can be told, but not with certainty: proposed."""
    return _amounts("12/500", "500 fils", "12O.500", "10.250/-", "1.234,500")


@case("invalid " * 8, "; ".join(f"D{row} amount-unreadable" for row in range(2, 10)))
def no_amounts() -> File:
    """Words, another currency, a percentage, a date, a yes: no amounts."""
    return _amounts("free", "$5", "5 USD", "50%", dt.date(2026, 12, 31), True, "1e3", "1,23,456")


@case(
    "invalid " * 5,
    "D2 amount-not-positive; D3 amount-not-positive; D4 amount-not-positive; D5 amount-large; D6 amount-unreadable",
)
def out_of_bounds() -> File:
    """Nought, less, and more than the limit."""
    return _amounts(0, -5, "-5.250", 100000.001, 1e300)


@case(
    "invalid pending invalid",
    "D2 amount-not-positive; D4 amount-large",
    amount=("1.000",),
    rules=replace(RULES, amount_min=Decimal(1), amount_max=Decimal(500)),
)
def own_bounds() -> File:
    """The bounds of the settings."""
    return _amounts(0.999, 1, 500.001)


@case("invalid " * 3 + "pending", "D2 cell-error; D3 cell-error; D4 cell-empty", amount=("5.000",))
def broken_and_empty() -> File:
    """An error, an error as text (a CSV of it was opened), nothing."""
    return _amounts(Broken("#DIV/0!"), "#REF!", "  ", 5)


@case("pending pending invalid", "D4 amount-unreadable", amount=("1000.000", "5.000"))
def from_a_csv() -> File:
    """A CSV has only text: 1000.0 is a thousand; what Excel has shortened is not known."""
    return "amounts.csv", text([HEADINGS, *replaced(3, "1000.0", "5", "1.00E+06")[1:]])


@case("pending invalid", "D3 amount-unreadable", amount=("5.000",))
def negative_in_brackets() -> File:
    """Accountants write a credit in brackets: not an invoice over as much."""
    return _amounts(5, "(50.000)")


@case("pending", amount=("10.250",))
def currency_in_a_cell_of_its_own() -> File:
    """KWD stands beside the amount, in a column without heading."""
    return "currency.xlsx", xlsx([[*HEADINGS, "Currency"], good(1, "KWD")])

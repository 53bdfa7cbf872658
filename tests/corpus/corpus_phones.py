"""Phone numbers: of Kuwait and elsewhere, as text and as numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from corpus_case import File, case
from corpus_files import HEADINGS, fill, replaced, text, xlsx

from batchinvoice.invoices.table import Broken


def _phones(*cells: Any) -> File:
    return "phones.xlsx", xlsx(replaced(2, *cells))


@case("pending " * 7, mobile=[f"6610020{n}" for n in range(1, 8)], country=["965"] * 7)
def of_kuwait() -> File:
    """With and without the country's code, with spaces and dashes, in Arabic digits, as a number."""
    spelled = ("66100201", 66100202, "+965 6610 0203", "00965-66100204", "965 66100205", "٦٦١٠٠٢٠٦", "6610-0207")
    return _phones(*spelled)


@case("pending " * 4, mobile=["66100201", "66100202", "66100203", "66100204"])
def marks_and_decimals() -> File:
    """Marks of direction, brackets, a decimal that some program added, a number with the country's code."""
    return _phones("\u202a66100201\u202c\u200e", "(965) 66100202", "66100203.0", 96566100204)


@case("pending pending", mobile=["501234567", "512345678"], country=["971", "966"])
def of_other_countries() -> File:
    """A plus sign, or two noughts, begin the code of another country."""
    return _phones("+971 50 123 4567", "00966512345678")


@case("pending " * 3, mobile=["501234567", "501234568", "66100203"], country=["971", "971", "965"])
def with_a_country_code() -> File:
    """The country has a column of its own."""
    rows = fill("Country Code", 971, "+971", None)
    for row, phone in zip(rows[1:], ("501234567", "971501234568", "66100203"), strict=True):
        row[2] = phone
    return "phones.xlsx", xlsx(rows)


@case(
    "invalid " * 4,
    "C2 phone-country; E3 country-code-bad; E4 country-code-bad; E5 country-code-bad",
    proposed={"E3": "965"},
)
def country_that_contradicts() -> File:
    """A number of the Emirates with Kuwait's code; countries by letters, by name, and none at all."""
    rows = fill("Country Code", 965, "KW", "Kuwait", 999)
    rows[1][2] = "+971501234567"
    return "phones.xlsx", xlsx(rows)


@case(
    "invalid " * 3,
    "C2 phone-implausible; C3 phone-implausible; C4 phone-implausible",
    proposed={"C2": "66100201", "C3": "66100202"},
)
def too_many_digits() -> File:
    """A nought before it; two numbers in one cell; too few digits."""
    return _phones("066100201", "66100202/66100203", "6610020")


@case("invalid " * 3, "C2 phone-exponent; C3 phone-exponent; C4 phone-exponent")
def shortened() -> File:
    """Digits that Excel has lost cannot be found again."""
    return _phones("9.66E+10", "6.61002E+07", 1e15)


@case(
    "invalid " * 5,
    "C2 phone-unreadable; C3 text-is-date; C4 number-fraction; C5 cell-error; C6 cell-empty",
)
def no_phones() -> File:
    """Words, a date, a fraction, an error, nothing."""
    return _phones("call Ali", dt.date(2026, 12, 31), 66100201.5, Broken("#N/A"), None)


@case("pending", "C2 phone-unusual", mobile=["30000000"])
def unusual() -> File:
    """Of the right length, but nobody has such numbers: sent, and said."""
    return _phones("30000000")


@case("pending", mobile=["66100201"], country=["965"])
def letters_from_the_right() -> File:
    """Typed from right to left, with Arabic digits and the plus sign of another keyboard behind marks."""
    return _phones("\u200f+٩٦٥ ٦٦١٠٠٢٠١")


@case("pending invalid", "C3 phone-unreadable", mobile=["66100201"], proposed={"C3": "66100202"})
def letter_for_nought() -> File:
    """The letter O for a nought."""
    return _phones("66100201", "661OO2O2")


@case("pending pending", mobile=["22440001", "66100202"])
def landline() -> File:
    """A landline is a number like any other; the gateway's text may not reach it, which nobody can know here."""
    return _phones("2244 0001", "66100202")


@case("pending invalid", "C3 phone-exponent", mobile=["66100201"])
def from_a_csv() -> File:
    """A CSV that Excel has saved."""
    return "phones.csv", text([HEADINGS, *replaced(2, "66100201.0", "9.65661E+10")[1:]])

"""Phone numbers as people type them → country code and national number."""

from __future__ import annotations

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber

from batchinvoice.invoices.cells import identifier, shown
from batchinvoice.invoices.issue import Code, Problem, problem
from batchinvoice.invoices.table import Cell

_PUNCTUATION = re.compile(r"[\s\u00a0\-‐‑–—().\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff/]")
# A number that some program wrote out with decimals: 66666666.0.
_WITH_DECIMALS = re.compile(r"[^.]*\d\.(\d\d?)")
# The gateway's own form takes 8 to 16 digits that do not begin with 0.
_GATEWAY_FORM = re.compile(r"[1-9][0-9]{7,15}")


class Phone(NamedTuple):
    """A phone number: `country` (`965`) and `national` (`66666666`), digits only.

    `unusual` marks one of a right length whose first digits no operator of the country uses.
    """

    country: str
    national: str
    unusual: bool = False

    @property
    def digits(self) -> str:
        """Country code and number without `+`, as the update call wants it (seed 001): `96566666666`."""
        return f"{self.country}{self.national}"

    def __str__(self) -> str:
        return f"+{self.country} {self.national}"


def country_code(cell: Cell) -> str | Problem | None:
    """A dialling code (`965`, `+965`, `00965`, 965.0) → digits without `+`; None if empty."""
    code = identifier(cell)
    if code is None or isinstance(code, Problem):
        return code
    code = re.sub(r"[\s()]", "", code).removesuffix(".0").removeprefix("+").removeprefix("00")
    if code.isascii() and code.isdigit() and len(code) <= 3 and int(code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return code
    return problem(Code.COUNTRY_CODE_BAD, value=shown(cell))


def phone(cell: Cell, stated_country: str | None, default_country: str) -> Phone | Problem | None:
    """A phone number; None if empty.

    `+` and `00` begin an international number. Other digits are a number of the stated (else the default) country,
    with or without its code before them; where both readings would do, or neither, it is a Problem.
    """
    typed = identifier(cell)
    if typed is None:
        return None
    if isinstance(typed, Problem):
        return problem(Code.PHONE_EXPONENT, value=shown(cell)) if typed.code is Code.NUMBER_LOSSY else typed
    decimals = _WITH_DECIMALS.fullmatch(typed)
    if typed.startswith("-") or (decimals and decimals[1] != "0"):
        return problem(Code.PHONE_UNREADABLE, value=typed)
    digits = _PUNCTUATION.sub("", typed.removesuffix(".0") if decimals else typed)
    country = stated_country or default_country
    if digits.startswith(("+", "00")):
        return _international(digits.removeprefix("+").removeprefix("00"), typed, stated_country)
    if not (digits.isascii() and digits.isdigit()):
        return problem(Code.PHONE_UNREADABLE, value=typed)
    return _of_country(digits, typed, country)


def _international(digits: str, typed: str, stated_country: str | None) -> Phone | Problem:
    if not (digits.isascii() and digits.isdigit()):
        return problem(Code.PHONE_UNREADABLE, value=typed)
    number = _parse(f"+{digits}")
    if number is None:
        return problem(Code.PHONE_UNREADABLE, value=typed)
    found = str(number.country_code)
    if stated_country and found != stated_country:
        return problem(Code.PHONE_COUNTRY, found=found, country=stated_country)
    return _accepted(number) or problem(Code.PHONE_IMPLAUSIBLE, value=typed, country=found)


def _of_country(digits: str, typed: str, country: str) -> Phone | Problem:
    as_national = _parse(f"+{country}{digits}")
    as_prefixed = _parse(f"+{digits}") if digits.startswith(country) else None
    readings = {phone for number in (as_national, as_prefixed) if number and (phone := _accepted(number, country))}
    if len(readings) > 1:
        readings = {phone for phone in readings if not phone.unusual} or readings
    if len(readings) == 1:
        return readings.pop()
    if readings:
        return problem(Code.PHONE_IMPLAUSIBLE, value=typed, country=country, why=": it can be read in two ways")
    elsewhere = _parse(f"+{digits}")
    if elsewhere and phonenumbers.is_valid_number(elsewhere):
        return problem(Code.PHONE_IMPLAUSIBLE, value=typed, country=country, proposed=f"+{digits}")
    return problem(Code.PHONE_IMPLAUSIBLE, value=typed, country=country)


def _accepted(number: PhoneNumber, country: str | None = None) -> Phone | None:
    found = str(number.country_code)
    if (country and found != country) or not phonenumbers.is_possible_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    if not _GATEWAY_FORM.fullmatch(national):
        return None
    return Phone(found, national, unusual=not phonenumbers.is_valid_number(number))


def _parse(international: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return None

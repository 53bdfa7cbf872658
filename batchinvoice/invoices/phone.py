"""Phone numbers as people type them → country code and national number."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber

from batchinvoice.invoices.cells import code, shown, typed
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.dates import date
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.table import Cell

_PUNCTUATION = re.compile(r"[\s\u00a0\-‐‑–—().\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff/]")
# A number that some program wrote out with decimals: 66666666.0.
_WITH_DECIMALS = re.compile(r"[^.]*\d\.(\d\d?)")
_LETTER_O = re.compile(r"(?<=[\doO])[oO]|[oO](?=\d)")
_NOT_DIGITS = re.compile(r"[^0-9]")
_BETWEEN = re.compile(r"[/,;|&،؛]+|\s(?:or|and|و|أو|او|-)\s", re.IGNORECASE)
# What typing from right to left makes of +965 66666666.
_CODE_BEHIND = re.compile(r"([\d ]+?) ?(\+ ?\d{1,3}|(?<= )\d{1,3} ?\+)")
_LIKE_DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}")
_CODE = re.compile(r"[0-9]{1,3}")
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
_SHORTEST_ABROAD = 11
_LONGEST = 80
# In the library's tables.
_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
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
    value = code(cell)
    if value is None or isinstance(value, Problem):
        return value
    digits = re.sub(r"[\s()]", "", value).removeprefix("+").removeprefix("00")
    if _is_country(digits):
        return digits
    # Two letters are how countries are named elsewhere: KW.
    meant = str(phonenumbers.country_code_for_region(digits.upper()) or digits.lstrip("0"))
    proposal = {"proposed": meant} if _is_country(meant) else {}
    return problem(Code.COUNTRY_CODE_BAD, value=shown(cell), **proposal)


def _is_country(digits: str) -> bool:
    return bool(_CODE.fullmatch(digits)) and int(digits) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE


def phone(cell: Cell, stated_country: str | None, default_country: str) -> Phone | Problem | None:
    """A phone number; None if empty.

    `+` and `00` begin an international number. Other digits are a number of the stated (else the default) country,
    with or without its code before them; where both readings would do, or neither, it is a Problem.
    """
    country = stated_country or default_country
    if isinstance(cell, str) and _is_plain(cell, country):
        return Phone(country, cell)
    written = typed(cell)
    if written is None:
        return None
    if isinstance(written, Problem):
        return problem(Code.PHONE_EXPONENT, value=shown(cell)) if written.code is Code.NUMBER_LOSSY else written
    if _is_plain(written, country):
        return Phone(country, written)
    if _is_date(written):
        return problem(Code.TEXT_IS_DATE, value=written)
    found = _read(written, stated_country, country)
    if isinstance(found, Phone) and not found.unusual:
        return found
    meant = _meant(written, country, stated_country is None) if len(written) <= _LONGEST else None
    if isinstance(found, Phone):
        # A number that nobody has is not read where a slip explains it: 971 971501234567.
        found = problem(Code.PHONE_IMPLAUSIBLE, value=written, country=country) if meant else found
    if isinstance(found, Phone) or found.code is Code.PHONE_COUNTRY or meant is None:
        return found
    why = {"why": "several"} if found.code is Code.PHONE_IMPLAUSIBLE and _are_several(written, country) else {}
    return Problem(found.code, {**found.params, **why, "proposed": _as_read(meant, country)})


def _is_plain(written: str, country: str) -> bool:
    """Whether it is nothing but a number of the country as it is dialled there: most are, and these are told quickly.

    By the library's own tables. One that begins like the country's code may be read in two ways: it is left to `_read`.
    """
    plain = _plain(country)
    return plain is not None and plain.fullmatch(written) is not None


@cache
def _plain(country: str) -> re.Pattern[str] | None:
    assigned = _assigned(country)
    return re.compile(rf"(?!{country})(?={_GATEWAY_FORM.pattern}\Z)(?:{assigned.pattern})") if assigned else None


@cache
def _assigned(country: str) -> re.Pattern[str] | None:
    """The numbers that are assigned in a country; None if it is one of several, or has digits for dialling at home."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(country), ())
    table = PhoneMetadata.metadata_for_region(regions[0]) if len(regions) == 1 else None
    if table is None or table.national_prefix or table.national_prefix_for_parsing:
        return None
    patterns = (getattr(table, kind).national_number_pattern for kind in _KINDS if getattr(table, kind))
    return re.compile("|".join(filter(None, patterns)))


def _are_several(written: str, country: str) -> bool:
    parts = _BETWEEN.split(written)
    return len(parts) > 1 and all(_likely(part, country, abroad=False) for part in parts)


def _as_read(number: Phone, country: str) -> str:
    """A number as it is read with certainty where this country is meant: `66666666`, else `+971501234567`."""
    return number.national if _of_country(number.national, "", country) == number else f"+{number.digits}"


def _is_date(written: str) -> bool:
    """Whether it is a date: 20/12/2026 has eight digits, too."""
    if not _LIKE_DATE.fullmatch(written):
        return False
    found = date(written)
    return isinstance(found, dt.date) or (isinstance(found, Problem) and found.code is Code.DATE_AMBIGUOUS)


def _read(written: str, stated_country: str | None, country: str) -> Phone | Problem:
    decimals = _WITH_DECIMALS.fullmatch(written)
    if written.startswith("-") or (decimals and decimals[1] != "0"):
        return problem(Code.PHONE_UNREADABLE, value=written)
    digits = _PUNCTUATION.sub("", written.removesuffix(".0") if decimals else written)
    if digits.startswith(("+", "00")):
        return _international(digits.removeprefix("+").removeprefix("00"), written, stated_country)
    if not (digits.isascii() and digits.isdigit()):
        return problem(Code.PHONE_UNREADABLE, value=written)
    return _of_country(digits, written, country)


def _international(digits: str, written: str, stated_country: str | None) -> Phone | Problem:
    if not (digits.isascii() and digits.isdigit()):
        return problem(Code.PHONE_UNREADABLE, value=written)
    number = _parse(f"+{digits}")
    if number is None:
        return problem(Code.PHONE_UNREADABLE, value=written)
    found = str(number.country_code)
    if stated_country and found != stated_country:
        return problem(Code.PHONE_COUNTRY, found=found, country=stated_country)
    accepted = _accepted(number)
    # What is dialled only at home may be written and is dropped: a nought is nothing else, another digit may be.
    if accepted and digits in (accepted.digits, f"{found}0{accepted.national}"):
        return accepted
    return problem(Code.PHONE_IMPLAUSIBLE, value=written, country=found)


def _of_country(digits: str, written: str, country: str) -> Phone | Problem:
    as_national = _parse(f"+{country}{digits}")
    as_prefixed = _parse(f"+{digits}") if digits.startswith(country) else None
    readings = {phone for number in (as_national, as_prefixed) if number and (phone := _accepted(number, country))}
    if len(readings) > 1:
        readings = {phone for phone in readings if not phone.unusual} or readings
    if len(readings) == 1:
        return readings.pop()
    why = {"why": "ambiguous"} if readings else {}
    return problem(Code.PHONE_IMPLAUSIBLE, value=written, country=country, **why)


def _meant(written: str, country: str, abroad: bool) -> Phone | None:
    """The number that was probably meant by a slip; of several, the first. `abroad`: whether it may be of elsewhere."""
    plain = _LETTER_O.sub("0", written)
    if behind := _CODE_BEHIND.fullmatch(plain):
        plain = behind[2] + behind[1]
    decimals = _WITH_DECIMALS.fullmatch(plain)
    whole = plain[: decimals.start(1)] if decimals else plain
    for parts in ([plain], _BETWEEN.split(plain), plain.split(), [whole]):
        numbers = [_likely(part, country, abroad) for part in parts]
        if all(numbers):
            return numbers[0]
    return None


def _likely(written: str, country: str, abroad: bool) -> Phone | None:
    """The one number that digits can be with noughts or the country's code before them too often, or of elsewhere."""
    digits = _NOT_DIGITS.sub("", written)
    found = set()
    bare = digits.lstrip("0")
    for _ in range(3):
        found.add(_valid_here(country, bare))
        if not bare.startswith(country):
            break
        bare = bare.removeprefix(country).lstrip("0")
    found -= {None}
    if found:
        return found.pop() if len(found) == 1 else None
    # A shorter number of a mobile abroad is likelier one of here with a digit too many.
    return _valid(f"+{digits}", mobile=True) if abroad and len(digits) >= _SHORTEST_ABROAD else None


def _valid_here(country: str, bare: str) -> Phone | None:
    """A number of the country that somebody can have; by its table alone, where that says all."""
    assigned = _assigned(country)
    if assigned is None or not bare.isascii() or bare.startswith("0"):
        return _valid(f"+{country}{bare}")
    return Phone(country, bare) if assigned.fullmatch(bare) and _GATEWAY_FORM.fullmatch(bare) else None


def _valid(international: str, mobile: bool = False) -> Phone | None:
    number = _parse(international)
    if number is None or (mobile and phonenumbers.number_type(number) not in _MOBILE):
        return None
    found = _accepted(number)
    return found if found and not found.unusual else None


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

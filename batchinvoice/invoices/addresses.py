"""E-mail addresses as people type them: one that is right in form, or an issue that proposes what was meant."""

from __future__ import annotations

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from batchinvoice.invoices.cells import text
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.headings import fold
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.table import Cell

# Signs of other keyboards that look like ours.
_LOOKALIKES = str.maketrans({"＠": "@", "．": ".", "،": ",", "؛": ";", "。": "."})
_NAMED = re.compile(r"[^<>]*<([^<>]*)>\W*")
_AROUND_SIGNS = re.compile(r" ?([@.]) ?")
_BETWEEN = re.compile(r"[;,|/ ]+")
_AT_THE_ENDS = " ,;:.\"'()[]<>"
# What people write where there is no address.
_NOTHING = frozenset(
    map(fold, ("-", "--", "–", "—", "/", ".", "n/a", "na", "none", "nil", "no email", "لا يوجد", "لايوجد"))
)
_PLAIN = re.compile(
    r"[A-Za-z0-9_+-]{1,32}(?:\.[A-Za-z0-9_+-]{1,31})?@(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,3}[a-z]{2,18}"
)
_LONGEST_PLAIN = 200
# The longest address there can be is of 254 characters.
_LONGEST = 500


def email(cell: Cell) -> str | Problem | None:
    """One e-mail address, checked for form alone (no look-up); None if empty."""
    if isinstance(cell, str) and _is_plain(cell):
        return cell
    value = text(cell)
    if value is None or isinstance(value, Problem) or _is_plain(value):
        return value
    if fold(value) in _NOTHING:
        return None
    if address := _valid(value):
        return address
    meant = _meant(value) if len(value) <= _LONGEST else None
    return problem(Code.EMAIL_BAD, value=value, **({"proposed": meant} if meant else {}))


def _meant(value: str) -> str | None:
    """The address that was probably meant; of several, the first."""
    plain = " ".join(value.translate(_LOOKALIKES).split())
    if named := _NAMED.fullmatch(plain):
        plain = named[1]
    plain = _AROUND_SIGNS.sub(r"\1", plain.strip(_AT_THE_ENDS).removeprefix("mailto:")).strip(_AT_THE_ENDS)
    several = [_valid(part) for part in _BETWEEN.split(plain)]
    if all(several):
        return several[0]
    name, at, domain = plain.replace("@@", "@").partition("@")
    return _valid(f"{name}@{domain.replace(',', '.')}") if at else None


def _valid(address: str) -> str | None:
    if "@" not in address:
        return None
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _is_plain(address: str) -> bool:
    """Whether it is an ordinary address, which the library takes as it is: most are, and these are told quickly."""
    if len(address) > _LONGEST_PLAIN or not _PLAIN.fullmatch(address):
        return False
    return address.rpartition(".")[2] not in SPECIAL_USE_DOMAIN_NAMES and "--" not in address

"""What the emulated gateway accepts: required fields, shapes and lengths, as documented or seen in its own forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

FieldErrors = dict[str, list[str]]

CREATE_REQUIRED = (
    "mobileNumber",
    "customerName",
    "amount",
    "countryCode",
    "invoiceType",
    "invoiceSubType",
    "allocatePayType",
    "expiresAt",
)
UPDATE_REQUIRED = ("amount", "name", "email", "phone", "reference_number")
LENGTHS = {
    "customerName": 50,
    "referenceNumber": 25,
    "description": 250,
    "customerEmail": 50,
    "name": 50,
    "reference_number": 25,
    "email": 50,
}
CHOICES = {
    "invoiceType": {"0", "1"},
    "invoiceSubType": {"0", "1", "2", "3"},
    "subscription": {"0", "1"},
    "language": {"en", "ar"},
}
PATTERNS = {
    "mobileNumber": re.compile(r"[1-9][0-9]{7,15}"),
    "phone": re.compile(r"[1-9][0-9]{7,18}"),
    "countryCode": re.compile(r"\+?[1-9][0-9]{0,3}"),
    "customerEmail": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
}
PAYMENT_TYPES = {1, 2, 5, 7, 8, 9, 10, 11, 12, 13, 14, 16}
_AMOUNT = re.compile(r"[0-9]{1,9}\.[0-9]{3}")


def check_create(payload: Mapping[str, object]) -> FieldErrors:
    """The field errors of a create payload (seed 004); none means accepted."""
    errors = _common(payload, CREATE_REQUIRED)
    if str(payload.get("invoiceSubType")) == "2" and not payload.get("customerEmail"):
        _add(errors, "customerEmail", "The customer email field is required when invoice sub type is Email.")
    if "allocatePayType" not in errors and not _payment_types(payload["allocatePayType"]):
        _add(errors, "allocatePayType", "The selected allocate pay type is invalid.")
    if "expiresAt" not in errors and not _is_date(payload["expiresAt"]):
        _add(errors, "expiresAt", "The expires at does not match the format Y-m-d.")
    if payload.get("itemsList") and "amount" not in errors and not _items_cover(payload):
        _add(errors, "itemsList", "Products total amount should not be less than invoice amount.")
    return errors


def check_update(payload: Mapping[str, object]) -> FieldErrors:
    """The field errors of an update payload (seed 001); none means accepted."""
    return _common(payload, UPDATE_REQUIRED)


def _common(payload: Mapping[str, object], required: tuple[str, ...]) -> FieldErrors:
    errors: FieldErrors = {}
    for name in required:
        if payload.get(name) in (None, "", []):
            _add(errors, name, f"The {name} field is required.")
    for name, value in payload.items():
        if name not in errors and value not in (None, "") and (words := _field_error(name, value)):
            errors[name] = [words]
    return errors


def _field_error(name: str, value: object) -> str:
    if name in LENGTHS and len(str(value)) > LENGTHS[name]:
        return f"The {name} may not be greater than {LENGTHS[name]} characters."
    if name in CHOICES and str(value) not in CHOICES[name]:
        return f"The selected {name} is invalid."
    if name in PATTERNS and not PATTERNS[name].fullmatch(str(value)):
        return f"The {name} format is invalid."
    if name == "amount" and (not isinstance(value, str) or not _AMOUNT.fullmatch(value) or Decimal(value) <= 0):
        return "The amount must be above 0 with three decimals."
    return ""


def _payment_types(raw: object) -> bool:
    # Both documented forms: an array of numbers, and numbers in one text with commas between.
    parts = raw.split(",") if isinstance(raw, str) else raw
    if not isinstance(parts, list) or not parts:
        return False
    return all(str(part).strip().isdigit() and int(str(part)) in PAYMENT_TYPES for part in parts)


def _items_cover(payload: Mapping[str, object]) -> bool:
    items = payload["itemsList"]
    if not isinstance(items, list) or not all(isinstance(item, Mapping) and item.get("itemTitle") for item in items):
        return False
    try:
        return sum(Decimal(str(item["amount"])) for item in items) >= Decimal(str(payload["amount"]))
    except (InvalidOperation, KeyError):
        return False


def _is_date(raw: object) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(raw)) and date.fromisoformat(str(raw)))
    except ValueError:
        return False


def _add(errors: FieldErrors, name: str, words: str) -> None:
    errors.setdefault(name, []).append(words)

"""The invoice: what one row means, its fingerprint, and its payloads for create and update."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.lifecycle import SmsStatus


class Delivery(StrEnum):
    """How the customer gets the invoice."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    LINK = "link"


class SmsMode(StrEnum):
    """Who sends the text message: our bulk call afterwards, or the gateway at once on creation."""

    BULK = "bulk"
    INSTANT = "instant"


# invoiceSubType (seed 004, "List of invoice sub types").
SUB_TYPES: dict[Delivery, str] = {Delivery.SMS: "0", Delivery.WHATSAPP: "1", Delivery.EMAIL: "2", Delivery.LINK: "3"}
LINK_TYPE, TEXTED_TYPE = "0", "1"

# What the update call can carry (seed 001); anything else stays as it was made.
CHANGEABLE = frozenset({"amount", "customer", "email", "country", "mobile", "reference"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an invoice: `rate` and `amount` in KWD with three decimals, `amount` = rate × quantity."""

    title: str
    rate: Decimal
    quantity: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """What one row means. `amount` in KWD, three decimals; `country` and `mobile` digits only.

    `expires` is None when the sheet does not say; `raw_types` are invoiceType and invoiceSubType when it gives those.
    """

    reference: str
    customer: str
    country: str
    mobile: str
    amount: Decimal
    email: str | None = None
    description: str | None = None
    expires: dt.date | None = None
    delivery: Delivery = Delivery.SMS
    raw_types: tuple[str, str] | None = None
    payment_types: tuple[int, ...] = ()
    language: str = "en"
    subscription: bool = False
    items: tuple[Item, ...] = ()
    invoice_id: str | None = field(default=None, compare=False)

    @property
    def phone(self) -> str:
        """Country code and number without `+` (seed 001)."""
        return f"{self.country}{self.mobile}"

    def fingerprint(self) -> str:
        """SHA-256 over everything the row says; two rows that say the same have the same."""
        return fingerprint_of(self.content())

    def content(self) -> dict[str, Any]:
        """The invoice as plain JSON values, to be stored; `from_content` reads it back."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _SAID}
        values["amount"] = money(self.amount)
        values["expires"] = self.expires.isoformat() if self.expires else None
        values["items"] = [[item.title, money(item.rate), item.quantity, money(item.amount)] for item in self.items]
        return values

    @classmethod
    def from_content(cls, values: Mapping[str, Any], invoice_id: str | None = None) -> Invoice:
        """The invoice that `content` stored."""
        raw = values.get("raw_types")
        read: dict[str, Any] = {
            "amount": Decimal(values["amount"]),
            "expires": dt.date.fromisoformat(values["expires"]) if values.get("expires") else None,
            "delivery": Delivery(values["delivery"]),
            "raw_types": (raw[0], raw[1]) if raw else None,
            "payment_types": tuple(values["payment_types"]),
            "items": tuple(Item(t, Decimal(rate), n, Decimal(amount)) for t, rate, n, amount in values["items"]),
        }
        return cls(**{name: values[name] for name in _SAID if name in values} | read, invoice_id=invoice_id)


def fingerprint_of(content: Mapping[str, Any]) -> str:
    """The fingerprint of the invoice that has this content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# Without copying each value, as `asdict` would: this is done several times for each row of a run.
_SAID = tuple(f.name for f in fields(Invoice) if f.name != "invoice_id")


@dataclass(frozen=True, slots=True)
class WireForms:
    """Two forms that the gateway's pages disagree about: as seed 004 has them, or as newer public pages do.

    `country_plus`: countryCode `"+965"`, else `"965"`. `pay_types_list`: allocatePayType `[1, 2]`, else `"1,2"`.
    """

    country_plus: bool = True
    pay_types_list: bool = True


SEED_FORMS = WireForms()


def wire_types(invoice: Invoice, mode: SmsMode) -> tuple[str, str]:
    """`(invoiceType, invoiceSubType)` for the create call (seed 004).

    An SMS that we send in bulk is made as a link invoice, so that the gateway does not text it as well.
    """
    if invoice.raw_types:
        return invoice.raw_types
    if invoice.delivery is Delivery.SMS:
        return (
            (TEXTED_TYPE, SUB_TYPES[Delivery.SMS]) if mode is SmsMode.INSTANT else (LINK_TYPE, SUB_TYPES[Delivery.LINK])
        )
    return LINK_TYPE, SUB_TYPES[invoice.delivery]


def sms_after_create(invoice: Invoice, mode: SmsMode) -> SmsStatus:
    """The text message's state once the invoice is made: what the gateway texts itself never enters a bulk send."""
    invoice_type, sub_type = wire_types(invoice, mode)
    if invoice_type == TEXTED_TYPE:
        return SmsStatus.SENT if sub_type == SUB_TYPES[Delivery.SMS] else SmsStatus.NOT_WANTED
    return SmsStatus.PENDING if invoice.delivery is Delivery.SMS else SmsStatus.NOT_WANTED


def create_payload(
    invoice: Invoice, merchant_code: str, mode: SmsMode, default_expiry: dt.date, forms: WireForms = SEED_FORMS
) -> dict[str, object]:
    """The create call's fields in the order and forms of seed 004; `default_expiry` is used when the row gives none."""
    invoice_type, sub_type = wire_types(invoice, mode)
    pay_types = list(invoice.payment_types)
    payload: dict[str, object] = {
        "merchantCode": merchant_code,
        "mobileNumber": invoice.mobile,
        "customerName": invoice.customer,
        "referenceNumber": invoice.reference,
        "amount": money(invoice.amount),
        "countryCode": f"+{invoice.country}" if forms.country_plus else invoice.country,
        "invoiceType": invoice_type,
        "invoiceSubType": sub_type,
        "description": invoice.description or "",
        "customerEmail": invoice.email,
        "allocatePayType": pay_types if forms.pay_types_list else ",".join(map(str, pay_types)),
        "itemsList": [
            {"itemTitle": i.title, "rate": money(i.rate), "quantity": str(i.quantity), "amount": money(i.amount)}
            for i in invoice.items
        ],
        "subscription": "1" if invoice.subscription else "0",
        "language": invoice.language,
        "expiresAt": (invoice.expires or default_expiry).isoformat(),
    }
    optional = ("description", "customerEmail", "itemsList")
    return {name: value for name, value in payload.items() if value or name not in optional}


def update_payload(invoice: Invoice, merchant_code: str) -> dict[str, object]:
    """The update call's fields in the order and forms of seed 001, all of them required."""
    return {
        "merchantCode": merchant_code,
        "amount": money(invoice.amount),
        "name": invoice.customer,
        "email": invoice.email or "",
        "phone": invoice.phone,
        "reference_number": invoice.reference,
    }


def changed(before: Invoice, after: Invoice) -> frozenset[str]:
    """Names of the fields in which `after` says something else; an empty expiry date says nothing about it."""
    names = {f.name for f in fields(Invoice) if f.compare and getattr(before, f.name) != getattr(after, f.name)}
    return frozenset(names - {"expires"} if after.expires is None else names)

"""An invoice as the gateway describes it, read from either of the two shapes it uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

Source = Literal["create", "update", "find", "invoice"]

_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]{3}")


@dataclass(frozen=True, slots=True)
class GatewayInvoice:
    """One invoice in the gateway's words; a text the answer does not carry is "".

    amount: KWD, or None when the answer has no readable amount. status: `invoice_status` ("0" unpaid, "1" paid,
    "3" cancelled) or, for a bulk row, its own `status`, which says something else. created_at: as written by the
    gateway, time zone unknown. source: the call that gave it, since ids of single and of bulk invoices may be two
    different series.
    """

    id: str
    source: Source
    token: str = ""
    url: str = ""
    reference: str = ""
    amount: Decimal | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    status: str = ""
    sms_status: str = ""
    created_at: str = ""


def read_invoice(raw: object, source: Source) -> GatewayInvoice | None:
    """The invoice in a decoded answer, or None when it has no usable id.

    Create and look-up nest `customer {name, email, phone_number}` and give `url`; update is flat: `name, phone, email`.
    """
    if not isinstance(raw, Mapping):
        return None
    identity = _text(raw.get("id"))
    if not identity or identity == "0":
        return None
    nested = raw.get("customer")
    customer: Mapping[str, object] = nested if isinstance(nested, Mapping) else {}
    return GatewayInvoice(
        id=identity,
        source=source,
        token=_text(raw.get("token")),
        url=_text(raw.get("url")),
        reference=_text(raw.get("reference_number")),
        amount=read_amount(raw.get("amount")),
        name=_text(raw.get("name")) or _text(customer.get("name")),
        phone=_text(raw.get("phone")) or _text(customer.get("phone_number")),
        email=_text(raw.get("email")) or _text(customer.get("email")),
        status=_text(raw.get("invoice_status")) or ("" if source == "invoice" else _text(raw.get("status"))),
        sms_status=_text(raw.get("sms_status")),
        created_at=_text(raw.get("created_at")),
    )


def read_amount(raw: object) -> Decimal | None:
    """KWD as Decimal from "100.000", "1,000.000" (three decimals make the comma certain) or a number; else None."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        return None
    text = str(raw).strip()
    try:
        amount = Decimal(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def read_page(response: object) -> tuple[list[GatewayInvoice], int | None] | None:
    """The invoices of one look-up page and, where the answer tells it, how many pages there are.

    None when the answer is not a look-up page: an unreadable list must never pass for an empty one.
    """
    invoices = response.get("invoices") if isinstance(response, Mapping) else None
    rows = invoices.get("data") if isinstance(invoices, Mapping) else None
    if not isinstance(invoices, Mapping) or not isinstance(rows, list):
        return None
    found = [read_invoice(row, "find") for row in rows]
    whole = [invoice for invoice in found if invoice is not None]
    return (whole, _page_count(invoices.get("pagination"))) if len(whole) == len(rows) else None


def _page_count(pagination: object) -> int | None:
    # The shape of `pagination` is not documented: believed only where it is plainly a count of pages.
    if not isinstance(pagination, Mapping):
        return None
    count = _text(pagination.get("last_page")) or _text(pagination.get("total_pages"))
    return int(count) if re.fullmatch("[0-9]{1,6}", count) else None


def _text(raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        return ""
    return str(raw).strip()

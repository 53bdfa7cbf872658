"""The truth of the emulated gateway: its invoices, texts, calls and tokens. In memory, one thread."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice

KUWAIT = timezone(timedelta(hours=3))
FIRST_ID = 12880  # where the published samples are
REFRESH_SECONDS = 86400.0

UNPAID, CANCELLED = 0, 3


@dataclass(slots=True)
class StoredInvoice:
    """An invoice as the gateway keeps it. amount: KWD text with three decimals; phone: country code and number.

    at: when it was made, as exactly as texts and calls tell it; the gateway itself shows whole seconds.
    """

    id: int
    token: str
    reference_number: str
    amount: str
    name: str
    phone: str
    email: str
    description: str
    invoice_type: str
    invoice_sub_type: str
    subscription: str
    created_at: str
    updated_at: str
    at: str
    invoice_status: int = UNPAID
    texted: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """One SMS to a customer. via: the call that caused it."""

    invoice_id: int
    phone: str
    via: str
    at: str


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One request as it came in. payload: decrypted, without passwords. outcome: what was done, and which fault."""

    name: str
    method: str
    path: str
    payload: object
    at: str
    outcome: str


@dataclass(slots=True)
class Store:
    """Everything the gateway remembers. token_seconds: how long a token lives."""

    token_seconds: float = 900.0
    invoices: dict[int, StoredInvoice] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    tokens: dict[str, float] = field(default_factory=dict)
    refresh_tokens: dict[str, float] = field(default_factory=dict)
    last_id: int = FIRST_ID - 1

    def add(self, payload: Mapping[str, object]) -> StoredInvoice:
        """Make an invoice of a create payload. There is no idempotency: the same reference twice makes two."""
        self.last_id += 1
        now = kuwait_now()
        invoice = StoredInvoice(
            id=self.last_id,
            token=f"84{secrets.randbelow(10**16):016d}",
            reference_number=str(payload.get("referenceNumber", "")),
            amount=str(payload["amount"]),
            name=str(payload["customerName"]),
            phone=f"{payload['countryCode']}{payload['mobileNumber']}".lstrip("+"),
            email=str(payload.get("customerEmail") or ""),
            description=str(payload.get("description") or ""),
            invoice_type=str(payload["invoiceType"]),
            invoice_sub_type=str(payload["invoiceSubType"]),
            subscription=str(payload.get("subscription") or "0"),
            created_at=now,
            updated_at=now,
            at=utc_now(),
        )
        self.invoices[invoice.id] = invoice
        return invoice

    def text(self, invoice: StoredInvoice, via: str) -> None:
        """Send the customer an SMS."""
        invoice.texted += 1
        self.texts.append(Text(invoice.id, invoice.phone, via, utc_now()))

    def by_id(self, identity: object) -> StoredInvoice | None:
        """The invoice of an id that came as number or text."""
        text = str(identity)
        return self.invoices.get(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None

    def as_of(self, seconds: float) -> Store:
        """This store without the invoices made less than `seconds` ago; the rest is shared, not copied."""
        until = datetime.now(UTC) - timedelta(seconds=seconds)
        old = {key: each for key, each in self.invoices.items() if datetime.fromisoformat(each.at) <= until}
        return replace(self, invoices=old)

    def new_tokens(self) -> dict[str, object]:
        """A login's `response.token`."""
        access, refresh = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
        self.tokens[access] = time.monotonic() + self.token_seconds
        self.refresh_tokens[refresh] = time.monotonic() + REFRESH_SECONDS
        return {
            "token_type": "Bearer",
            "expires_in": self.token_seconds if self.token_seconds % 1 else int(self.token_seconds),
            "access_token": access,
            "refresh_token": refresh,
        }

    def knows(self, access: str) -> bool:
        """Whether a token is alive."""
        return self.tokens.get(access, 0.0) > time.monotonic()

    def trade(self, refresh: str) -> bool:
        """Use up a refresh token; False when it is unknown or too old."""
        return self.refresh_tokens.pop(refresh, 0.0) > time.monotonic()

    def truth(self) -> dict[str, object]:
        """All of it, as JSON can hold it."""
        return {part: self.page(part, 0, None) for part in ("invoices", "texts", "calls")}

    def page(self, part: str, start: int, count: int | None) -> list[dict[str, object]]:
        """So many of the invoices, texts or calls, from that number on, in their order; None: all."""
        parts: dict[str, Iterable[StoredInvoice | Text | CallRecord]]
        parts = {"invoices": self.invoices.values(), "texts": self.texts, "calls": self.calls}
        stop = None if count is None else start + count
        return [asdict(each) for each in islice(parts[part], start, stop)]


def kuwait_now() -> str:
    """The time as the gateway writes it."""
    return datetime.now(KUWAIT).strftime("%Y-%m-%d %H:%M:%S")


def utc_now() -> str:
    """The time with its zone and microseconds, for the truth."""
    return datetime.now(UTC).isoformat()

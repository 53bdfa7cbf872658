"""What each call of the emulated gateway does to the store, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from batchinvoice.emulator import rules, sandbox, views
from batchinvoice.emulator.store import CANCELLED, Store, StoredInvoice, kuwait_now

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, decrypted. path: its path parameters. pay_at: where payment links lead."""

    payload: Mapping[str, object]
    path: Mapping[str, str]
    query: Mapping[str, str]
    pay_at: str


class Refusal(Exception):
    """The gateway says no: HTTP status and plain answer."""

    def __init__(self, message: str, *, status: int = 400, code: int | None = None, response: object = None) -> None:
        super().__init__(message)
        self.status = status
        coded = {} if code is None else {"code": code}
        self.answer: dict[str, object] = {"status": False, **coded, "message": message, "response": response}


Answer = dict[str, object]
Handler = Callable[[Store, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. sealed: encrypted, with accessCode and token; the login calls are plain and open."""

    name: str
    method: str
    path: str
    handler: Handler
    sealed: bool = True


def log_in(store: Store, asked: Asked) -> Answer:
    """Trade user name and password for tokens."""
    if (asked.payload.get("username"), asked.payload.get("password")) != (sandbox.USERNAME, sandbox.PASSWORD):
        raise Refusal("Invalid username or password", status=401)
    return _yes("Login successful", {"token": store.new_tokens()})


def refresh(store: Store, asked: Asked) -> Answer:
    """Trade a refresh token for new tokens."""
    if not store.trade(str(asked.payload.get("refreshToken"))):
        raise Refusal("Invalid refresh token", status=401)
    return _yes("Token refreshed", {"token": store.new_tokens()})


def create(store: Store, asked: Asked) -> Answer:
    """Make an invoice; type 1 with subtype 0 texts the customer at once."""
    _refuse_fields(rules.check_create(asked.payload))
    invoice = store.add(asked.payload)
    if (invoice.invoice_type, invoice.invoice_sub_type) == ("1", "0"):
        store.text(invoice, "create")
    return _yes("Invoice created successfully", views.single(invoice, asked.pay_at))


def update(store: Store, asked: Asked) -> Answer:
    """Change an invoice. As in the sample of seed 001, it keeps its own reference number."""
    invoice = _found(store, asked.path["id"])
    _refuse_fields(rules.check_update(asked.payload))
    invoice.amount = str(asked.payload["amount"])
    invoice.name = str(asked.payload["name"])
    invoice.email = str(asked.payload["email"])
    invoice.phone = str(asked.payload["phone"])
    invoice.updated_at = kuwait_now()
    return _yes("Invoice updated successfully", views.bulk(invoice))


def send_bulk(store: Store, asked: Asked) -> Answer:
    """Text the customers of all ids, or of none when one is not known; an id given twice is texted twice."""
    ids = asked.payload.get("ids")
    if not isinstance(ids, list) or not ids:
        raise _not_found()
    invoices = [_found(store, identity) for identity in ids]
    for invoice in invoices:
        store.text(invoice, "send")
    return _yes("Invoice sent successfully", None)


def find(store: Store, asked: Asked) -> Answer:
    """One page of the look-up, newest first: dates (inclusive, Kuwait), type and free text."""
    since, until = asked.query.get("fromDate", ""), asked.query.get("toDate", "9")
    wanted = asked.query.get("search", "").casefold()
    kind = asked.query.get("invoiceType", "")
    matching = [
        invoice
        for invoice in reversed(store.invoices.values())
        if since <= invoice.created_at[:10] <= until and wanted in _haystack(invoice) and _is_kind(invoice, kind)
    ]
    page = _page_number(asked.query)
    shown = matching[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return _yes(
        "Invoice Dashboard",
        {
            "stats": {"total_invoice_count": len(matching)},
            "invoices": {
                "data": [views.single(invoice, asked.pay_at) for invoice in shown],
                "pagination": {"current_page": page, "per_page": PAGE_SIZE, "total": len(matching)},
            },
        },
    )


def one(store: Store, asked: Asked) -> Answer:
    """One invoice."""
    return _yes("Invoice details", views.single(_found(store, asked.path["id"]), asked.pay_at))


def bulk_list(store: Store, asked: Asked) -> Answer:
    """One page of the bulk invoices; nothing is ever scheduled here."""
    page = _page_number(asked.query)
    rows = list(store.invoices.values()) if str(asked.payload.get("type", "0")) == "0" else []
    return _yes(
        "Bulk invoice list", [views.bulk(invoice) for invoice in rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
    )


def resend(store: Store, asked: Asked) -> Answer:
    """Text one customer again."""
    invoice = _found(store, asked.payload.get("resendId"))
    store.text(invoice, "resend")
    return _yes("Invoice sent successfully", views.single(invoice, asked.pay_at))


def cancel(store: Store, asked: Asked) -> Answer:
    """Cancel an invoice by its token."""
    invoice = next((each for each in store.invoices.values() if each.token == asked.path["token"]), None)
    if invoice is None or str(asked.payload.get("statusId")) != str(CANCELLED):
        raise _not_found()
    invoice.invoice_status = CANCELLED
    return _yes("Invoice has been cancelled", None)


def delete_bulk(store: Store, asked: Asked) -> Answer:
    """Forget an invoice."""
    del store.invoices[_found(store, asked.path["id"]).id]
    return _yes("Invoice has been deleted", None)


CALLS = (
    Call("login", "POST", "/api/v1/login", log_in, sealed=False),
    Call("refresh", "POST", "/api/v1/token-refresh", refresh, sealed=False),
    Call("create", "POST", "/api/v1/invoice", create),
    Call("send", "POST", "/api/v1/invoice/bulk", send_bulk),
    Call("resend", "POST", "/api/v1/invoice/resend", resend),
    Call("update", "PUT", "/api/v1/invoice-bulk-upload/{id}", update),
    Call("find", "GET", "/api/v1/invoice-dashboard", find),
    Call("list", "GET", "/api/v1/invoice-bulk-upload/", bulk_list),
    Call("delete", "DELETE", "/api/v1/invoice-bulk-upload/{id}", delete_bulk),
    Call("cancel", "PUT", "/api/v1/invoice/{token}", cancel),
    Call("invoice", "GET", "/api/v1/invoice/{id}", one),
)


def _yes(message: str, response: object) -> Answer:
    return {"status": True, "message": message, "response": response}


def _not_found() -> Refusal:
    return Refusal("Request not found, Please verify the request data", status=404)


def _refuse_fields(errors: rules.FieldErrors) -> None:
    if errors:
        raise Refusal("Validation failed", status=422, response=errors)


def _found(store: Store, identity: object) -> StoredInvoice:
    invoice = store.by_id(identity)
    if invoice is None:
        raise _not_found()
    return invoice


def _haystack(invoice: StoredInvoice) -> str:
    return f"{invoice.reference_number}\n{invoice.name}\n{invoice.phone}\n{invoice.amount}".casefold()


def _is_kind(invoice: StoredInvoice, kind: str) -> bool:
    return not kind or kind == ("0" if invoice.subscription == "1" else "1")


def _page_number(query: Mapping[str, str]) -> int:
    page = query.get("page", "1")
    return max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 9 else 1

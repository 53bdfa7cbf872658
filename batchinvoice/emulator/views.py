"""How the gateway shows an invoice in its different answers."""

from __future__ import annotations

from batchinvoice.emulator.store import StoredInvoice

MERCHANT_ID = 84


def single(invoice: StoredInvoice, pay_at: str) -> dict[str, object]:
    """The answer of create, resend and one invoice: the customer is nested, `url` is the payment link."""
    return {
        "id": invoice.id,
        "merchant_id": MERCHANT_ID,
        "token": invoice.token,
        "url": f"{pay_at}/invoice/{invoice.token}",
        "invoice_type": int(invoice.invoice_type),
        "invoice_sub_type": int(invoice.invoice_sub_type),
        "reference_number": invoice.reference_number,
        "amount": invoice.amount,
        "description": invoice.description,
        "subscription": int(invoice.subscription),
        "invoice_status": invoice.invoice_status,
        "sms_status": int(invoice.texted > 0),
        "customer": {"name": invoice.name, "email": invoice.email or None, "phone_number": invoice.phone},
        "created_at": invoice.created_at,
        "updated_at": invoice.updated_at,
    }


def bulk(invoice: StoredInvoice) -> dict[str, object]:
    """The answer of update and of the bulk list: flat, as in seed 001."""
    return {
        "id": invoice.id,
        "merchant_id": MERCHANT_ID,
        "reference_number": invoice.reference_number,
        "name": invoice.name,
        "phone": invoice.phone,
        "email": invoice.email,
        "amount": invoice.amount,
        "description": invoice.description,
        "status": 1,
        "has_schedule": 0,
        "schedule_time": None,
        "schedule_status": 0,
        "schedule_sent_at": None,
        "created_at": invoice.created_at,
        "updated_at": invoice.updated_at,
    }

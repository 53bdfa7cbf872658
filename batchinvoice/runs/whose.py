"""Whose: before a change, the gateway says which invoice an ID is that only a sheet has named."""

from __future__ import annotations

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import Refused
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import InvoiceState
from batchinvoice.ledger.intent import Intent


def not_this(gateway: Gateway, intent: Intent, *, trust_ids: bool) -> Problem | None:
    """Why the invoice of this ID must not be changed: it is not seen to have the row's reference; None if it is.

    Nothing is asked of an ID that the gateway itself has given. `trust_ids`: nor of one that a person has looked up,
    except for an invoice whose create was lost. Raises GatewayError.
    """
    lost = intent.before is not None and intent.before.state is InvoiceState.UNKNOWN
    if not lost and (trust_ids or not intent.stated):
        return None
    names = {"value": intent.gateway_id, "reference": intent.invoice.reference}
    try:
        there = gateway.invoice(intent.gateway_id)
    except Refused as error:
        return problem(Code.ID_UNSEEN, **names, answer=error.reason)
    if there.reference == intent.invoice.reference and there.id == intent.gateway_id:
        return None
    if lost:
        return problem(Code.ID_CONFLICT, **names, owner=there.reference, other="")
    return problem(Code.ID_OTHER, **names, owner=there.reference)

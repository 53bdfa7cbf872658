"""Whose: before a change, the gateway says which invoice an ID is that only a sheet has named, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import Refused
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import InvoiceState
from batchinvoice.ledger.intent import Intent
from batchinvoice.runs.look_up import CANCELLED

# invoice_status, as seen in the gateway's own app: nobody is to pay these any more, so no amount of theirs is changed.
_CLOSED = {"1": Code.ID_PAID, CANCELLED: Code.ID_CANCELLED}


@dataclass(frozen=True, slots=True)
class Whose:
    """`why` the invoice must not be changed, if so; `confirmed`: the gateway said that the ID has this reference."""

    why: Problem | None = None
    confirmed: bool = False


def whose(gateway: Gateway, intent: Intent, *, trust_ids: bool) -> Whose:
    """What the gateway says of the ID under which a change is to go out. Raises GatewayError.

    Nothing is asked of an ID that the gateway itself has given. `trust_ids`: nor of one that a person has looked up,
    except for an invoice whose create was lost.
    """
    lost = intent.before is not None and intent.before.state is InvoiceState.UNKNOWN
    if not lost and (trust_ids or not intent.stated):
        return Whose()
    names = {"value": intent.gateway_id, "reference": intent.invoice.reference}
    try:
        there = gateway.invoice(intent.gateway_id)
    except Refused as error:
        return Whose(problem(Code.ID_UNSEEN, **names, answer=error.reason))
    if there.reference == intent.invoice.reference and there.id == intent.gateway_id:
        return Whose(None if lost else _closed(there), confirmed=True)
    if lost:
        return Whose(problem(Code.ID_CONFLICT, **names, owner=there.reference, other=""))
    if there.id != intent.gateway_id:  # an answer about another ID tells nothing of this one
        return Whose(problem(Code.ID_UNSEEN, **names, answer=there.id))
    return Whose(problem(Code.ID_OTHER, **names, owner=there.reference))


def _closed(there: GatewayInvoice) -> Problem | None:
    code = _CLOSED.get(there.status)
    return problem(code, value=there.id) if code else None

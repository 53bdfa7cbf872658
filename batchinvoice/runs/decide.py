"""Create, update or leave alone: one invoice held against what the ledger knows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import CHANGEABLE, TEXTED_TYPE, Invoice, Item, changed
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import Action, InvoiceState, RowStatus
from batchinvoice.ledger.records import Known, Said

# The column at which a change of an invoice's field is shown.
_FIELDS: dict[str, Field] = {
    "description": Field.DESCRIPTION,
    "expires": Field.EXPIRY,
    "delivery": Field.DELIVERY,
    "raw_types": Field.INVOICE_TYPE,
    "payment_types": Field.PAYMENT_METHODS,
    "language": Field.LANGUAGE,
    "subscription": Field.SUBSCRIPTION,
    "items": Field.ITEM_TITLE,
}

_Problems = tuple[tuple[Field, Problem], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a row. `status` is pending if something is to be sent or confirmed, else where the row ends now.

    `known` is the ledger's invoice of that reference or id; `problems` carry the field at which they are shown.
    """

    action: Action
    status: RowStatus = RowStatus.PENDING
    known: Known | None = None
    problems: _Problems = ()


def decide(invoice: Invoice, by_reference: Known | None, by_id: Known | None) -> Decision:
    """The decision for a valid row. `by_id` is the ledger's invoice of the row's Invoice ID, if it has one."""
    if by_reference and by_reference.state is InvoiceState.UNKNOWN:
        return _lost(invoice, by_reference, by_id)
    if invoice.invoice_id:
        return _for_id(invoice, invoice.invoice_id, by_reference, by_id)
    if by_reference is None or by_reference.state is InvoiceState.NOT_MADE:
        return Decision(Action.CREATE, known=by_reference)
    return _against(invoice, by_reference)


def _lost(invoice: Invoice, lost: Known, by_id: Known | None) -> Decision:
    """A row of a reference whose create was lost: it waits to be settled, unless a person says which invoice it is."""
    if not invoice.invoice_id:
        said = problem(Code.OUTCOME_UNKNOWN, tried=lost.run_id)
        return Decision(Action.NONE, RowStatus.UNKNOWN, lost, ((Field.REFERENCE, said),))
    if by_id:
        return _conflict(invoice, invoice.invoice_id, by_id, "")
    return _update(invoice, lost, ())


def _conflict(invoice: Invoice, invoice_id: str, by_id: Known | None, other: str | None) -> Decision:
    owner = by_id.invoice.reference if by_id else ""
    conflict = problem(Code.ID_CONFLICT, value=invoice_id, owner=owner, reference=invoice.reference, other=other)
    return Decision(Action.NONE, RowStatus.HELD, by_id, ((Field.INVOICE_ID, conflict),))


def _for_id(invoice: Invoice, invoice_id: str, by_reference: Known | None, by_id: Known | None) -> Decision:
    made = by_reference if by_reference and by_reference.state is InvoiceState.MADE else None
    if by_id and made and by_id.key == made.key:
        return _against(invoice, by_id)
    if made:
        return _conflict(invoice, invoice_id, by_id, made.gateway_id)
    if by_id:
        return _against(invoice, by_id)
    return _update(invoice, None, ((Field.INVOICE_ID, problem(Code.ID_UNKNOWN, value=invoice_id)),))


def _against(invoice: Invoice, known: Known) -> Decision:
    """The row against an invoice that is made. An empty fingerprint means: what the gateway holds is not certain."""
    if known.fingerprint == invoice.fingerprint():
        return Decision(Action.UNCHANGED, known=known)
    if known.forgotten:  # what differs cannot be told, so neither can whether an update could bring it
        said = problem(Code.INVOICE_FORGOTTEN, run=known.run_id)
        return Decision(Action.NONE, RowStatus.HELD, known, ((Field.REFERENCE, said),))
    names = changed(known.invoice, invoice)
    if not names and known.fingerprint:
        return Decision(Action.UNCHANGED, known=known)
    cannot = tuple(_cannot(name, known.invoice, invoice) for name in sorted(names - CHANGEABLE))
    if not cannot:
        return _update(invoice, known, ())
    # With the old values put back, nothing else may be left to change, and then no e-mail is needed.
    needed = _lacking(invoice) if names & CHANGEABLE else ()
    return Decision(Action.NONE, RowStatus.HELD, known, (*cannot, *needed))


def _cannot(name: str, before: Invoice, after: Invoice) -> tuple[Field, Problem]:
    field = _FIELDS[name]
    return field, problem(Code.UPDATE_CANNOT, fields=field, was=_shown(before, name), value=_shown(after, name))


def _shown(invoice: Invoice, name: str) -> str:
    """What the invoice says in a field, as a cell could say it."""
    match getattr(invoice, name):
        case None | "" | ():
            return "—"
        case bool(value):
            return "yes" if value else "no"
        case tuple(values):
            return ", ".join(
                f"{v.title} {v.quantity} × {money(v.rate)}" if isinstance(v, Item) else str(v) for v in values
            )
        case value:
            return str(value)


def _update(invoice: Invoice, known: Known | None, said: _Problems) -> Decision:
    if needed := _lacking(invoice):
        return Decision(Action.NONE, RowStatus.HELD, known, (*said, *needed))
    return Decision(Action.UPDATE, known=known, problems=said)


def _lacking(invoice: Invoice) -> _Problems:
    """What an update needs besides."""
    return () if invoice.email else ((Field.EMAIL, problem(Code.UPDATE_NEEDS_EMAIL)),)


def texts_nobody(invoice: Invoice, decision: Decision) -> Decision:
    """The decision in a run that texts nobody: a row that the gateway would text at once is held."""
    if decision.action is not Action.CREATE or invoice.raw_types is None or invoice.raw_types[0] != TEXTED_TYPE:
        return decision
    return Decision(Action.NONE, RowStatus.HELD, problems=((Field.INVOICE_TYPE, problem(Code.NO_SMS)),))


def superseded(invoice: Invoice, decision: Decision, later: Sequence[Said]) -> Decision:
    """The decision; held if it would send what a row of a later run says otherwise of the same invoice."""
    if decision.action is Action.UNCHANGED or decision.status is RowStatus.UNKNOWN:
        return decision
    newer = [said.run_id for said in later if said.of(invoice, decision.known) and said.invoice != invoice]
    if not newer:
        return decision
    # A change whose answer was lost may have been carried out before the newer sheet came.
    lost = decision.action is Action.UPDATE and decision.known is not None and not decision.known.fingerprint
    older = problem(Code.SUPERSEDED_UNSURE if lost else Code.SUPERSEDED, run=newer[-1])
    return Decision(Action.NONE, RowStatus.HELD, decision.known, ((Field.REFERENCE, older),))

"""The past as a new invoice is held against it: invoices of the same customer, and those of references like its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from batchinvoice.invoices.lifecycle import InvoiceState
from batchinvoice.ledger.tables import invoices, references

_MOST = 5000  # invoices against which the rows of a page are held
FORGOTTEN = ""  # the phone of an invoice whose personal data was removed


class Past(NamedTuple):
    """An invoice that is made, or may be. `phone`: country code and number; `amount` in KWD, as the sheet said it."""

    reference: str
    phone: str
    amount: Decimal
    run_id: str


_Conditions = Sequence[ColumnElement[bool]]
_REFERENCE = invoices.c.content["reference"].as_string()
_REST = (invoices.c.phone, invoices.c.content["amount"].as_string(), invoices.c.run_id)


def to_past(record: Sequence[Any]) -> Past:
    """What one of these queries found."""
    reference, phone, amount, run_id, *_ = record
    return Past(reference, phone, Decimal(amount), run_id)


def alike(own: _Conditions, likenesses: Collection[str]) -> Select[Any]:
    """References of these likenesses whose invoice is made or may be, the oldest first; the likeness comes last."""
    query = select(references.c.reference, *_REST, references.c.likeness)
    query = query.join(invoices, invoices.c.id == references.c.invoice_id)
    there = invoices.c.state.in_((InvoiceState.MADE, InvoiceState.UNKNOWN))
    return query.where(*own, references.c.likeness.in_(likenesses), there).order_by(references.c.invoice_id)


def last_made(own: _Conditions, phones: Collection[str]) -> Select[Any]:
    """The invoice last made for each of these phones."""
    # By the highest key, which every database finds in the index alone, without reading the customer's other invoices.
    last = select(func.max(invoices.c.id)).where(*_made(own), invoices.c.phone.in_(phones)).group_by(invoices.c.phone)
    return select(_REFERENCE, *_REST).where(invoices.c.id.in_(last))


def made_since(own: _Conditions, phones: Collection[str], since: dt.datetime) -> Select[Any]:
    """The invoices made for these phones since then, the oldest first; of very many the newest."""
    order = (invoices.c.intended_at, invoices.c.id)
    since_then = (*_made(own), invoices.c.phone.in_(phones), invoices.c.intended_at >= since)
    # A phone can be that of a whole company's invoices: which are the newest, the index tells without reading them.
    newest = select(invoices.c.id).where(*since_then).order_by(*(column.desc() for column in order)).limit(_MOST)
    return select(_REFERENCE, *_REST).where(invoices.c.id.in_(newest)).order_by(*order)


def _made(own: _Conditions) -> _Conditions:
    return *own, invoices.c.state == InvoiceState.MADE

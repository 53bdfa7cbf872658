"""Forgetting: of old runs, what tells of people is removed; numbers, references, sums, statuses and ids stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, null, or_, select, update

from batchinvoice.invoices.lifecycle import InvoiceState, RowStatus, RunStatus
from batchinvoice.ledger.tables import attempts, invoices, item_rows, rows, runs, sms_calls

# What an issue may go on saying: numbers of rows, names of runs and of columns. All else may quote a cell.
_HARMLESS = frozenset({"run", "row", "rows", "count", "more", "tried", "field", "fields"})
# What is left of an invoice: what a look-up, a sum or a comparison needs. A reference must stay, so that nothing is
# made twice.
_STAYS = ("reference", "amount", "expires", "delivery", "raw_types", "payment_types", "language", "subscription")
_PAGE = 500
_AT: Any = bindparam("at")
_EMPTY: dict[str, Any] = {"customer": "", "country": "", "mobile": "", "email": None, "description": None, "items": []}


def ended_before(own: Sequence[ColumnElement[bool]], before: dt.datetime) -> Select[Any]:
    """Runs that ended, or were planned and never begun, before then and still have their personal data.

    With each: whether rows of it may still come to something, and whether an invoice of its rows is still unknown.
    """
    waits = exists().where(rows.c.run_id == runs.c.id, rows.c.status.in_((RowStatus.PENDING, RowStatus.UNKNOWN)))
    lost = exists().where(
        rows.c.run_id == runs.c.id, invoices.c.id == rows.c.invoice_id, invoices.c.state == InvoiceState.UNKNOWN
    )
    over = runs.c.finished_at < before
    never_begun = (runs.c.status == RunStatus.PLANNED) & (runs.c.planned_at < before)
    query = select(runs, waits.label("waits"), lost.label("lost"))
    return query.where(*own, runs.c.forgotten_at.is_(None), over | never_begun).order_by(runs.c.sequence)


def forget(db: Connection, run_id: str, now: dt.datetime) -> dict[str, int]:
    """Remove what tells of people from a run and from the invoices of which no other run speaks that still has it.

    Returns how many rows and invoices that were. The caller has seen that the run is settled.
    """
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete=ON")  # what is overwritten is not left in the file's free space
    _strip_issues(db, rows, run_id)
    _strip_issues(db, item_rows, run_id)
    emptied = {"customer": "", "mobile": "", "typed_amount": "", "cells": [], "content": null()}
    count = db.execute(update(rows).where(rows.c.run_id == run_id).values(emptied)).rowcount
    db.execute(update(item_rows).where(item_rows.c.run_id == run_id).values(cells=[]))
    db.execute(update(attempts).where(attempts.c.run_id == run_id).values(detail=None))
    db.execute(update(sms_calls).where(sms_calls.c.run_id == run_id).values(message=""))
    notes = db.execute(select(runs.c.notes).where(runs.c.id == run_id)).scalar_one()
    db.execute(update(runs).where(runs.c.id == run_id).values(notes=_harmless(notes), forgotten_at=now))
    return {"count": count, "invoices": _forget_invoices(db, run_id, now)}


def _strip_issues(db: Connection, table: Any, run_id: str) -> None:
    own = table.c.run_id == run_id
    query = select(table.c.position, table.c.issues).where(own, table.c.position > _AT)
    strip = update(table).where(own, table.c.position == _AT).values(issues=bindparam("said"))
    for page in _pages(db, query.order_by(table.c.position).limit(_PAGE)):
        if stripped := [{"at": position, "said": _harmless(issues)} for position, issues in page if issues]:
            db.execute(strip, stripped)


def _pages(db: Connection, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """Page by page, so that no run is too large. query: by its first column, and from behind `_AT` on."""
    after = -1
    while page := db.execute(query, {"at": after}).all():
        yield page
        after = page[-1][0]


def _harmless(issues: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**issue, "params": {name: value for name, value in issue["params"].items() if name in _HARMLESS}}
        for issue in issues
    ]


def _forget_invoices(db: Connection, run_id: str, now: dt.datetime) -> int:
    """Those of the run that no run speaks of any more whose personal data is still there."""
    spoken_of = select(rows.c.invoice_id).where(rows.c.run_id == run_id)
    elsewhere = exists().where(
        rows.c.invoice_id == invoices.c.id, runs.c.id == rows.c.run_id, runs.c.forgotten_at.is_(None)
    )
    of_run = or_(invoices.c.run_id == run_id, invoices.c.id.in_(spoken_of))
    settled = (invoices.c.state != InvoiceState.UNKNOWN) & invoices.c.forgotten_at.is_(None)
    query = select(invoices.c.id, invoices.c.content).where(of_run, settled, ~elsewhere, invoices.c.id > _AT)
    emptied: dict[str, Any] = {"content": bindparam("left"), "phone": "", "token": None, "link": None}
    empty = update(invoices).where(invoices.c.id == _AT).values({**emptied, "forgotten_at": now})
    count = 0
    for page in _pages(db, query.order_by(invoices.c.id).limit(_PAGE)):
        db.execute(empty, [{"at": key, "left": _left(content)} for key, content in page])
        count += len(page)
    return count


def _left(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**{name: content[name] for name in _STAYS if name in content}, **_EMPTY}

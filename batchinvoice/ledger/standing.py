"""How a run stands, for the audit log: its rows counted and summed by status, and one hash over what came of each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Integer, String, case, func, select, type_coerce

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.lifecycle import AT_GATEWAY
from batchinvoice.ledger.audit import canonical
from batchinvoice.ledger.tables import invoices, rows, sms_calls

_PAGE = 1000


def standing(db: Connection, run_id: str) -> dict[str, Any]:
    """`{"rows": {status: [count, KWD]}, "digest": …}`, free of personal data, so that it stays when those are removed.

    The digest is SHA-256 over each row's position, row number, reference, amount, status, gateway id, gateway amount
    and whether it wanted a text, and over each bulk send's invoices and outcome. All of that changes only by what the
    log tells of this run. (Whether an invoice is texted does not: another run may text it later, and has that in its
    own bulk sends.)
    """
    digest = hashlib.sha256()
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in db.execute(_rows(run_id).execution_options(yield_per=_PAGE)):
        digest.update(canonical(list(row)).encode())
        tally = counts[row.status]
        tally[0] += 1
        tally[1] += row.amount or 0
    for call in db.execute(_calls(run_id)):
        digest.update(canonical(list(call)).encode())
    told = {status: [count, money(Decimal(fils).scaleb(-3))] for status, (count, fils) in counts.items()}
    return {"rows": told, "digest": digest.hexdigest()}


def _rows(run_id: str) -> Any:
    # As the database has them: whole fils and words, which need no reading.
    there = case((rows.c.status.in_(AT_GATEWAY), func.coalesce(invoices.c.gateway_id, "")), else_="")
    query = select(
        rows.c.position,
        rows.c.row,
        rows.c.reference,
        type_coerce(rows.c.amount, Integer).label("amount"),
        type_coerce(rows.c.status, String).label("status"),
        there,
        type_coerce(rows.c.gateway_amount, Integer),
        type_coerce(rows.c.sms, String),
    )
    query = query.select_from(rows.outerjoin(invoices, invoices.c.id == rows.c.invoice_id))
    return query.where(rows.c.run_id == run_id).order_by(rows.c.position)


def _calls(run_id: str) -> Any:
    query = select(sms_calls.c.number, sms_calls.c.gateway_ids, type_coerce(sms_calls.c.outcome, String))
    return query.where(sms_calls.c.run_id == run_id).order_by(sms_calls.c.number)

"""How a run stands, for the audit log: its rows counted and summed by status, and one hash over what came of each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Integer, String, and_, case, false, func, select, type_coerce

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.lifecycle import AT_GATEWAY, InvoiceState, SmsStatus
from batchinvoice.ledger.audit import canonical
from batchinvoice.ledger.tables import invoices, references, rows, runs, sms_calls

_PAGE = 1000


def standing(db: Connection, run_id: str) -> dict[str, Any]:
    """`{"rows": {status: [count, KWD]}, "digest": …}`, free of personal data, so that it stays when those are removed.

    The digest is SHA-256 over each row's position, row number, reference, amount, status, gateway id, gateway amount,
    whether it wanted a text, what was decided, whether it needs a person and the codes of its issues; over whether its
    reference still belongs to its invoice, so that none is made again; and over each bulk send's invoices and outcome,
    and how many of those that it texted are still known to be. All of that changes only by what the log
    tells of this run. (Whether any other invoice is texted does not: another run may text it later, and has that in its
    own bulk sends.)
    """
    found = Standing(run_id)
    while found.add_page(db):
        pass
    return found.as_facts(db)


class Standing:
    """How a run stands, added up page by page: in one transaction, or in several while nobody can change its rows."""

    def __init__(self, run_id: str) -> None:
        self._run_id, self._after = run_id, -1
        self._digest = hashlib.sha256()
        self._counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def add_page(self, db: Connection) -> bool:
        """Add the next rows; False if there were none."""
        page = db.execute(_rows(self._run_id, self._after)).all()
        for row in page:
            *told, issues = row
            self._digest.update(canonical([*told, [issue["code"] for issue in issues]]).encode())
            tally = self._counts[row.status]
            tally[0] += 1
            tally[1] += row.amount or 0
            self._after = row.position
        return bool(page)

    def as_facts(self, db: Connection) -> dict[str, Any]:
        """What it came to, with the bulk sends."""
        for call in db.execute(_calls(self._run_id)):
            texted = _texted(db, self._run_id, call.gateway_ids) if call.outcome == SmsStatus.SENT else None
            self._digest.update(canonical([*call, texted]).encode())
        sums = {status: [count, money(Decimal(fils).scaleb(-3))] for status, (count, fils) in self._counts.items()}
        return {"rows": sums, "digest": self._digest.hexdigest()}


def _rows(run_id: str, after: int) -> Any:
    # As the database has them: whole fils and words, which need no reading.
    there = case((rows.c.status.in_(AT_GATEWAY), func.coalesce(invoices.c.gateway_id, "")), else_="")
    there_as_said = and_(
        rows.c.status.in_(AT_GATEWAY),
        invoices.c.state == InvoiceState.MADE,
        references.c.invoice_id == rows.c.invoice_id,
    )
    query = select(
        rows.c.position,
        rows.c.row,
        rows.c.reference,
        type_coerce(rows.c.amount, Integer).label("amount"),
        type_coerce(rows.c.status, String).label("status"),
        there,
        type_coerce(rows.c.gateway_amount, Integer),
        type_coerce(rows.c.sms, String),
        type_coerce(rows.c.action, String),
        rows.c.attention,
        func.coalesce(there_as_said, false()),
        rows.c.issues,
    )
    own = and_(*(references.c[name] == invoices.c[name] for name in ("environment", "merchant_code")))
    joined = rows.outerjoin(invoices, invoices.c.id == rows.c.invoice_id)
    joined = joined.outerjoin(references, own & (references.c.reference == rows.c.reference))
    query = query.select_from(joined)
    return query.where(rows.c.run_id == run_id, rows.c.position > after).order_by(rows.c.position).limit(_PAGE)


def _calls(run_id: str) -> Any:
    query = select(
        sms_calls.c.number, sms_calls.c.gateway_ids, type_coerce(sms_calls.c.outcome, String).label("outcome")
    )
    return query.where(sms_calls.c.run_id == run_id).order_by(sms_calls.c.number)


def _texted(db: Connection, run_id: str, ids: Sequence[str]) -> int:
    """How many of these ids have an invoice that is known to be texted; that is never taken back."""
    own = and_(*(invoices.c[name] == runs.c[name] for name in ("environment", "merchant_code")))
    query = select(func.count(func.distinct(invoices.c.gateway_id))).select_from(runs.join(invoices, own))
    query = query.where(runs.c.id == run_id, invoices.c.gateway_id.in_(ids), invoices.c.sms == SmsStatus.SENT)
    return int(db.execute(query).scalar_one())

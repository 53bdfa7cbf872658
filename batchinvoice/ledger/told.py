"""What the log says of rows: one line for each outcome, told only once it is durable."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.ledger.records import Row

_log = logging.getLogger(__name__)


class Told:
    """The lines of one transaction, kept back until its commit. A row is named by its number, never by its content."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = now
        self._wanted = _log.isEnabledFor(logging.DEBUG)
        self._lines: list[tuple[str, dict[str, Any]]] = []

    def row(self, row: Row, action: Action, before: RowStatus, outcome: Outcome, intent: Intent | None) -> None:
        """What came of a row; without a call and without another status, it has only been looked for in vain."""
        if not self._wanted:
            return
        fields = _fields(row.run_id, row.row, action, outcome.status, outcome.issues)
        fields["attempts"] = row.attempts + outcome.tries
        if gateway_id := _gateway_id(intent, outcome):
            fields["gateway_id"] = gateway_id
        if intent and outcome.tries:
            fields["ms"] = round((self._now - intent.at).total_seconds() * 1000)
        came_to_this = outcome.tries or outcome.status is not before
        self._lines.append(("row outcome" if came_to_this else "row not settled", fields))

    def tell(self) -> None:
        """Let the lines out: what they say is committed."""
        for event, fields in self._lines:
            _log.debug(event, extra=fields)


def tell_planned(rows: Iterable[Row]) -> None:
    """Of a plan that is committed: the rows for which planning is the end, since nothing is to be sent."""
    if _log.isEnabledFor(logging.DEBUG):
        for row in rows:
            if row.status is not RowStatus.PENDING:
                fields = _fields(row.run_id, row.row, row.action, row.status, row.issues)
                _log.debug("row outcome", extra={**fields, "attempts": 0})


def _fields(run_id: str, row: int, action: Action, status: RowStatus, issues: Sequence[Issue]) -> dict[str, Any]:
    codes = [str(issue.code) for issue in issues]
    return {"run": run_id, "row": row, "action": str(action), "status": str(status), "codes": codes}


def _gateway_id(intent: Intent | None, outcome: Outcome) -> str | None:
    """The invoice's id if the gateway has said it; one that only the sheet states is the content of a cell."""
    known = intent.before.gateway_id if intent and intent.before and not intent.stated else None
    return outcome.gateway_id or known

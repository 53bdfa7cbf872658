"""One transaction's entries in the ledger: here the outcomes, after calls; before them the intents (intents.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from batchinvoice.invoices.lifecycle import NEXT, Action, InvoiceState, RowStatus, SmsStatus
from batchinvoice.ledger.audit import Log
from batchinvoice.ledger.intent import Intent, Outcome, Settled
from batchinvoice.ledger.intents import Intents
from batchinvoice.ledger.reader import batches
from batchinvoice.ledger.records import Row, Run, issues_to_json
from batchinvoice.ledger.tables import attempts, invoices, references, rows
from batchinvoice.ledger.told import Told
from batchinvoice.ledger.writing import OF_INVOICE, OF_ROW, Values, kept, line_of, write_each

_OF_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("attempt"))
_OF_ROW_TRIED = OF_ROW.values(attempts=rows.c.attempts + bindparam("tries"))
# The action is asked for, too, though nobody needs it: else SQLite would go through all of the run in an index that has
# the other two.
_STANDING = select(rows.c.position, rows.c.status, rows.c.action).where(
    rows.c.run_id == bindparam("run"), rows.c.position.in_(bindparam("positions", expanding=True))
)
_OWNERS = (
    select(invoices.c.gateway_id, invoices.c.id, references.c.reference)
    .join(references)
    .where(
        invoices.c.environment == bindparam("environment"),
        invoices.c.merchant_code == bindparam("merchant_code"),
        invoices.c.gateway_id.in_(bindparam("ids", expanding=True)),
    )
)
_NAMED = 500  # values that one statement names: no database takes any number of them


class Entry(Intents):
    """The writes of one transaction; all of them are durable together, or none is."""

    def __init__(self, connection: Connection, now: dt.datetime, log: Log) -> None:
        super().__init__(connection, now, log)
        self.told = Told(now)

    def owners_of(self, run: Run, gateway_ids: Collection[str]) -> dict[str, dict[int, str]]:
        """For each of these ids, the invoices of this merchant that have it: their keys and a reference of each."""
        found: dict[str, dict[int, str]] = {}
        own = {"environment": run.environment, "merchant_code": run.merchant_code}
        for ids in batches(gateway_ids, _NAMED):
            for gateway_id, key, reference in self._db.execute(_OWNERS, {**own, "ids": ids}):
                found.setdefault(gateway_id, {})[key] = reference
        return found

    def settle(self, came: Sequence[tuple[Intent, Outcome]]) -> None:
        """Write down what came of calls."""
        write_each(self._db, _OF_ATTEMPT, (self._ended(intent, outcome) for intent, outcome in came))
        write_each(self._db, OF_INVOICE, (self._invoice_values(intent, outcome) for intent, outcome in came))
        self.settle_rows(
            [
                Settled(intent.row, intent.action, outcome, intent.invoice_key, intent)
                for intent, outcome in came
                if intent.row.status is not RowStatus.HELD  # given up by a person: only its invoice is settled
            ]
        )
        for intent, outcome in came:
            # Else a later row of that reference would be taken for a change of this invoice.
            if outcome.unfounded(intent):
                self._db.execute(delete(references).where(references.c.invoice_id == intent.invoice_key))
            elif outcome.certainly_nothing and intent.renames and not outcome.confirmed:
                own = references.c.invoice_id == intent.invoice_key
                self._db.execute(delete(references).where(own, references.c.reference == intent.invoice.reference))

    def _ended(self, intent: Intent, outcome: Outcome) -> Values:
        # Without a detail, what was written down before still tells most.
        detail = {"detail": outcome.detail} if outcome.detail else {}
        return {"attempt": intent.attempt, "ended_at": self._now, "outcome": str(outcome.status), **detail}

    def settle_rows(self, came: Sequence[Settled]) -> None:
        """Write down what came of rows, no row twice. Raises ValueError for a step that is not allowed."""
        before = self._standing([each.row for each in came])
        for each in came:
            status, was = each.outcome.status, before[each.row.run_id, each.row.position]
            if status != was and status not in NEXT[was]:
                raise ValueError(f"a row that is {was} cannot become {status}")
            self.told.row(each.row, each.action, was, each.outcome, each.intent)
        write_each(self._db, _OF_ROW_TRIED, map(self._row_settled, came))

    def _standing(self, wanted: Iterable[Row]) -> dict[tuple[str, int], RowStatus]:
        """The statuses of these rows as they are now, by run and position."""
        positions: dict[str, list[int]] = {}
        for row in wanted:
            positions.setdefault(row.run_id, []).append(row.position)
        return {
            (run, position): status
            for run, own in positions.items()
            for some in batches(own, _NAMED)
            for position, status, _ in self._db.execute(_STANDING, {"run": run, "positions": some})
        }

    def _row_settled(self, came: Settled) -> Values:
        issues = (*came.row.issues, *came.outcome.issues)
        no_text = came.outcome.status in (RowStatus.HELD, RowStatus.REJECTED)
        return {
            **line_of(came.row),
            "status": came.outcome.status,
            "action": came.action,
            "issues": issues_to_json(issues),
            "attention": any(issue.is_error for issue in issues),
            "gateway_amount": came.outcome.gateway_amount,
            "tries": came.outcome.tries,
            "invoice_id": came.invoice_key,
            "updated_at": self._now,
            **({"sms": SmsStatus.NOT_WANTED} if no_text else {}),
        }

    def _invoice_values(self, intent: Intent, outcome: Outcome) -> Values:
        values: Values = {"key": intent.invoice_key, "updated_at": self._now}
        if outcome.status in (RowStatus.CREATED, RowStatus.UPDATED, RowStatus.ADOPTED):
            values |= {"state": InvoiceState.MADE, **_as_made(intent, outcome)}
        elif intent.action is Action.CREATE and outcome.status in (RowStatus.REJECTED, RowStatus.PENDING):
            values |= {"state": InvoiceState.NOT_MADE}
        elif outcome.unfounded(intent):
            values |= {"state": InvoiceState.NOT_MADE, "gateway_id": None}
        elif outcome.certainly_nothing and intent.before:
            values |= {"fingerprint": intent.before.fingerprint}
        given = {
            "gateway_id": outcome.gateway_id,
            "origin": outcome.origin,
            "token": outcome.token,
            "link": outcome.link,
            "gateway_amount": outcome.gateway_amount,
            "sms": outcome.sms,
        }
        return values | {name: value for name, value in given.items() if value is not None}


def _as_made(intent: Intent, outcome: Outcome) -> Values:
    """What an invoice says now that it is there. A create's was written down when it was meant, word for word."""
    doubtful = intent.doubtful or any(issue.is_error for issue in outcome.issues)
    said = {} if intent.action is Action.CREATE else kept(intent.invoice)
    # What the gateway said back to be otherwise is not certain: no later row may pass for unchanged.
    return {**said, "fingerprint": ""} if doubtful else said

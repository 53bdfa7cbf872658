"""One transaction's entries in the ledger: intents before calls, outcomes after them, those of many rows at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, delete, insert, select, update

from batchinvoice.invoices.invoice import Invoice, fingerprint_of
from batchinvoice.invoices.lifecycle import NEXT, Action, InvoiceState, RowStatus, SmsStatus
from batchinvoice.invoices.likeness import likeness
from batchinvoice.ledger.audit import Log
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.intent import ASKED, STATED, Change, Create, Intent, Outcome, Settled
from batchinvoice.ledger.reader import batches
from batchinvoice.ledger.records import Row, Run, issues_to_json
from batchinvoice.ledger.tables import attempts, invoices, references, rows
from batchinvoice.ledger.texts import Texts
from batchinvoice.ledger.told import Told

# Each statement is built once and carried out for all rows of an entry together: building it takes longer than SQLite.
# What is returned comes in any order (in that of the rows, SQLAlchemy would insert them one by one).
_NEW_INVOICES = insert(invoices).returning(invoices.c.fingerprint, invoices.c.id)
_NEW_INVOICE = insert(invoices).returning(invoices.c.id)
_NEW_ATTEMPTS = insert(attempts).returning(attempts.c.position, attempts.c.id)
_NEW_REFERENCES = insert(references)
_OF_ATTEMPT = update(attempts).where(attempts.c.id == bindparam("attempt"))
_OF_INVOICE = update(invoices).where(invoices.c.id == bindparam("key"))
_OF_ROW = update(rows).where(rows.c.run_id == bindparam("of_run"), rows.c.position == bindparam("at"))
_OF_ROW_TRIED = _OF_ROW.values(attempts=rows.c.attempts + bindparam("tries"))
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
_Values = dict[str, Any]


class Entry(Texts):
    """The writes of one transaction; all of them are durable together, or none is."""

    def __init__(self, connection: Connection, now: dt.datetime, log: Log) -> None:
        super().__init__(connection, now, log)
        self.told = Told(now)

    def intend(self, run: Run, meant: Sequence[Create | Change]) -> list[Intent]:
        """Write down what is about to be sent → the intents, in the same order.

        The outcome of a create is unknown until it is understood. A change is harmless to repeat, so its row stays
        pending; but what the gateway holds is uncertain from here on, so the invoice's fingerprint is emptied: until
        the change is answered, no row can pass for unchanged. Raises IntegrityError if a reference has an invoice
        already, LedgerBusy if another process has meant to make one of them meanwhile.
        """
        if not meant:
            return []
        scope = {"environment": run.environment, "merchant_code": run.merchant_code}
        fresh = iter(self._new_invoices(run, scope, [m for m in meant if isinstance(m, Create) and not m.not_made]))
        keyed: list[tuple[Create | Change, int, bool]] = []
        for each in meant:
            if isinstance(each, Change):
                keyed.append((each, *self._changed(run, scope, each)))
            else:
                keyed.append((each, self._meant_again(run, each) if each.not_made else next(fresh), False))
        self._each(_OF_ROW, (self._row_meant(each, key) for each, key, _ in keyed))
        started = [
            {"run_id": run.id, "position": m.row.position, "action": m.action, "started_at": self._now} for m in meant
        ]
        numbers = _by_first(self._db.execute(_NEW_ATTEMPTS, started).all(), len(meant))
        return [
            Intent(numbers[m.row.position], m.row, m.invoice, key, m.action, m.known, self._now, renames=renames)
            for m, key, renames in keyed
        ]

    def _new_invoices(self, run: Run, scope: Mapping[str, str], meant: Sequence[Create]) -> Sequence[int]:
        if not meant:
            return []
        values = [{**self._as_meant(run, each), **scope} for each in meant]
        found = _by_first(self._db.execute(_NEW_INVOICES, values).all(), len(meant))
        keys = [found[each["fingerprint"]] for each in values]
        self._refer(scope, ((each.invoice.reference, key) for each, key in zip(meant, keys, strict=True)))
        return keys

    def _meant_again(self, run: Run, meant: Create) -> int:
        """The key of an invoice that is known not to exist, and is to be made after all."""
        key = meant.not_made.key if meant.not_made else 0
        still = update(invoices).where(invoices.c.id == key, invoices.c.state == InvoiceState.NOT_MADE)
        if self._db.execute(still.values(self._as_meant(run, meant))).rowcount != 1:
            raise LedgerBusy(OVERTAKEN)
        return key

    def _as_meant(self, run: Run, meant: Create) -> _Values:
        return {
            "state": InvoiceState.UNKNOWN,
            **_said(meant.invoice),
            "sms": meant.sms,
            "run_id": run.id,
            "intended_at": self._now,
            "updated_at": self._now,
        }

    def _row_meant(self, meant: Create | Change, key: int) -> _Values:
        values = {**_at(meant.row), "action": meant.action, "invoice_id": key, "updated_at": self._now}
        if isinstance(meant, Create):
            said = issues_to_json((*meant.row.issues, meant.lost))
            values |= {"status": RowStatus.UNKNOWN, "issues": said, "attention": True}
        return values

    def _changed(self, run: Run, scope: Mapping[str, str], meant: Change) -> tuple[int, bool]:
        """The key of an invoice that is about to be changed, and whether that gives it a reference new to it.

        One that was made elsewhere enters the ledger under its Invoice ID.
        """
        origin = STATED if run.trusts_ids else ASKED
        if known := meant.known:
            key = known.key
            trusted = {"origin": STATED} if (known.origin, origin) == (ASKED, STATED) else {}
            self._each(_OF_INVOICE, [{"key": key, "fingerprint": "", **trusted}])
        else:
            made = {
                **scope,
                "state": InvoiceState.MADE,
                **_said(meant.invoice),
                "fingerprint": "",
                "gateway_id": meant.invoice.invoice_id,
                "origin": origin,
                "sms": SmsStatus.NOT_WANTED,
                "run_id": run.id,
                "intended_at": self._now,
                "updated_at": self._now,
            }
            key = self._db.execute(_NEW_INVOICE, made).scalar_one()
        return key, self._name(scope, meant.invoice.reference, key)

    def _name(self, scope: Mapping[str, str], reference: str, key: int) -> bool:
        """Give the invoice this reference, unless it belongs to one that is made; returns whether that is new to it."""
        at = and_(references.c.reference == reference, *(references.c[name] == scope[name] for name in scope))
        owner = self._db.execute(select(invoices.c.id, invoices.c.state).join(references).where(at)).first()
        if owner is None:
            self._refer(scope, [(reference, key)])
        elif owner.state is InvoiceState.NOT_MADE:
            self._db.execute(update(references).where(at).values(invoice_id=key))
        return owner is None or owner.state is InvoiceState.NOT_MADE

    def _refer(self, scope: Mapping[str, str], named: Iterable[tuple[str, int]]) -> None:
        """The database itself refuses a reference that belongs to an invoice already."""
        new = [{**scope, "reference": name, "likeness": likeness(name), "invoice_id": key} for name, key in named]
        self._db.execute(_NEW_REFERENCES, new)

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
        self._each(_OF_ATTEMPT, (self._ended(intent, outcome) for intent, outcome in came))
        self._each(_OF_INVOICE, (self._invoice_values(intent, outcome) for intent, outcome in came))
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

    def _ended(self, intent: Intent, outcome: Outcome) -> _Values:
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
        self._each(_OF_ROW_TRIED, map(self._row_settled, came))

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

    def _row_settled(self, came: Settled) -> _Values:
        issues = (*came.row.issues, *came.outcome.issues)
        no_text = came.outcome.status in (RowStatus.HELD, RowStatus.REJECTED)
        return {
            **_at(came.row),
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

    def _invoice_values(self, intent: Intent, outcome: Outcome) -> _Values:
        values: _Values = {"key": intent.invoice_key, "updated_at": self._now}
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

    def _each(self, statement: Update, records: Iterable[_Values]) -> None:
        """Carry the statement out for each record, those with the same columns at once. Every one must meet a line."""
        alike: dict[tuple[str, ...], list[_Values]] = {}
        for record in records:
            alike.setdefault(tuple(record), []).append(record)
        for group in alike.values():
            if self._db.execute(statement, group).rowcount != len(group):
                raise LedgerBusy(OVERTAKEN)


def _by_first(returned: Sequence[Any], count: int) -> dict[Any, int]:
    """The numbers that the database gave, by what tells the new lines apart. Raises LedgerBusy if two were the same."""
    found = dict(map(tuple, returned))
    if len(found) != count:
        raise LedgerBusy(OVERTAKEN)
    return found


def _at(row: Row) -> _Values:
    return {"of_run": row.run_id, "at": row.position}


def _said(invoice: Invoice) -> _Values:
    """What is kept of what an invoice says."""
    content = invoice.content()
    return {
        "content": content,
        "phone": invoice.phone,
        "fingerprint": fingerprint_of(content),
        "forgotten_at": None,
    }


def _as_made(intent: Intent, outcome: Outcome) -> _Values:
    """What an invoice says now that it is there. A create's was written down when it was meant, word for word."""
    doubtful = intent.doubtful or any(issue.is_error for issue in outcome.issues)
    said = {} if intent.action is Action.CREATE else _said(intent.invoice)
    # What the gateway said back to be otherwise is not certain: no later row may pass for unchanged.
    return {**said, "fingerprint": ""} if doubtful else said

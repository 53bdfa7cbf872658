"""One transaction's entries in the ledger: intents before calls, outcomes after them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import NEXT, TEXTABLE, Action, InvoiceState, RowStatus, SmsStatus
from batchinvoice.invoices.likeness import likeness
from batchinvoice.ledger.audit import Event, Log
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.intent import ASKED, STATED, Intent, Outcome
from batchinvoice.ledger.notes import Notes
from batchinvoice.ledger.records import Known, Row, Run, issues_to_json
from batchinvoice.ledger.tables import attempts, invoices, references, rows, sms_calls
from batchinvoice.ledger.told import Told


class Entry(Notes):
    """The writes of one transaction; all of them are durable together, or none is."""

    def __init__(self, connection: Connection, now: dt.datetime, log: Log) -> None:
        super().__init__(connection, now, log)
        self.told = Told(now)

    def intend_create(
        self, run: Run, row: Row, invoice: Invoice, sms: SmsStatus, not_made: Known | None, lost: Issue
    ) -> Intent:
        """Write down that the invoice is about to be created: its outcome is unknown until it is understood.

        `not_made` is the invoice of the same reference that is known not to exist; `lost` is what the row says if
        nothing more should be heard. Raises IntegrityError if the
        reference has an invoice already, LedgerBusy if another process has meant to make it meanwhile.
        """
        values = {
            "state": InvoiceState.UNKNOWN,
            **_content(invoice),
            "fingerprint": invoice.fingerprint(),
            "sms": sms,
            "run_id": run.id,
            "intended_at": self._now,
            "updated_at": self._now,
        }
        scope = {"environment": run.environment, "merchant_code": run.merchant_code}
        if not_made:
            key = not_made.key
            still = (invoices.c.id == key) & (invoices.c.state == InvoiceState.NOT_MADE)
            if self._db.execute(update(invoices).where(still).values(values)).rowcount != 1:
                raise LedgerBusy(OVERTAKEN)
        else:
            key = self._inserted(self._db.execute(insert(invoices).values(**values, **scope)).inserted_primary_key)
            self._refer(scope, invoice.reference, key)
        said = issues_to_json((*row.issues, lost))
        self._set_row(row, status=RowStatus.UNKNOWN, action=Action.CREATE, invoice_id=key, issues=said, attention=True)
        return self._attempt(run, row, invoice, key, Action.CREATE, None)

    def intend_update(self, run: Run, row: Row, invoice: Invoice, known: Known | None) -> Intent:
        """Write down that an invoice is about to be updated; repeating it is harmless, so the row stays pending.

        What the gateway holds is uncertain from here on, so the fingerprint is emptied: until the update is answered,
        no row can pass for unchanged. `known` is None for an invoice that was made elsewhere: it enters the ledger
        under its Invoice ID.
        """
        scope = {"environment": run.environment, "merchant_code": run.merchant_code}
        origin = STATED if run.trusts_ids else ASKED
        if known:
            key = known.key
            trusted = {"origin": STATED} if (known.origin, origin) == (ASKED, STATED) else {}
            self._db.execute(update(invoices).where(invoices.c.id == key).values(fingerprint="", **trusted))
        else:
            made = insert(invoices).values(
                **scope,
                state=InvoiceState.MADE,
                **_content(invoice),
                fingerprint="",
                gateway_id=invoice.invoice_id,
                origin=origin,
                sms=SmsStatus.NOT_WANTED,
                run_id=run.id,
                intended_at=self._now,
                updated_at=self._now,
            )
            key = self._inserted(self._db.execute(made).inserted_primary_key)
        renames = self._name(scope, invoice.reference, key)
        self._set_row(row, action=Action.UPDATE, invoice_id=key)
        return replace(self._attempt(run, row, invoice, key, Action.UPDATE, known), renames=renames)

    def _name(self, scope: Mapping[str, str], reference: str, key: int) -> bool:
        """Give the invoice this reference, unless it belongs to one that is made; returns whether that is new to it."""
        at = and_(references.c.reference == reference, *(references.c[name] == scope[name] for name in scope))
        owner = self._db.execute(select(invoices.c.id, invoices.c.state).join(references).where(at)).first()
        if owner is None:
            self._refer(scope, reference, key)
        elif owner.state is InvoiceState.NOT_MADE:
            self._db.execute(update(references).where(at).values(invoice_id=key))
        return owner is None or owner.state is InvoiceState.NOT_MADE

    def _refer(self, scope: Mapping[str, str], reference: str, key: int) -> None:
        new = {"reference": reference, "likeness": likeness(reference), "invoice_id": key}
        self._db.execute(insert(references).values(**scope, **new))

    def owner_of(self, gateway_id: str, run: Run, key: int) -> str | None:
        """The reference of another invoice of this merchant that has this id; None if there is no such invoice."""
        other = select(references.c.reference).join(invoices).where(invoices.c.gateway_id == gateway_id)
        own = (invoices.c.environment == run.environment) & (invoices.c.merchant_code == run.merchant_code)
        return self._db.execute(other.where(own, invoices.c.id != key).limit(1)).scalar()

    def settle(self, intent: Intent, outcome: Outcome) -> None:
        """Write down what came of a call."""
        done = {"ended_at": self._now, "outcome": str(outcome.status)}
        if outcome.detail:  # else what was written down before still tells most
            done["detail"] = outcome.detail
        self._db.execute(update(attempts).where(attempts.c.id == intent.attempt).values(done))
        self._db.execute(
            update(invoices).where(invoices.c.id == intent.invoice_key).values(self._invoice_values(intent, outcome))
        )
        if intent.row.status is not RowStatus.HELD:  # a person has given that row up; only its invoice is settled
            self.settle_row(intent.row, intent.action, outcome, intent.invoice_key, intent)
        # Else a later row of that reference would be taken for a change of this invoice.
        own = references.c.invoice_id == intent.invoice_key
        if outcome.unfounded(intent):
            self._db.execute(delete(references).where(own))
        elif outcome.certainly_nothing and intent.renames and not outcome.confirmed:
            self._db.execute(delete(references).where(own, references.c.reference == intent.invoice.reference))

    def settle_row(
        self,
        row: Row,
        action: Action,
        outcome: Outcome,
        invoice_key: int | None = None,
        intent: Intent | None = None,
    ) -> None:
        """Write down what came of a row. `intent`: that of its call, if there was one."""
        before = self._db.execute(select(rows.c.status).where(self._is(row))).scalar_one()
        if outcome.status != before and outcome.status not in NEXT[before]:
            raise ValueError(f"a row that is {before} cannot become {outcome.status}")
        self.told.row(row, action, before, outcome, intent)
        issues = (*row.issues, *outcome.issues)
        attention = any(issue.is_error for issue in issues)
        sent = {} if outcome.status not in (RowStatus.HELD, RowStatus.REJECTED) else {"sms": SmsStatus.NOT_WANTED}
        self._set_row(
            row,
            **sent,
            status=outcome.status,
            action=action,
            issues=issues_to_json(issues),
            attention=attention,
            gateway_amount=outcome.gateway_amount,
            attempts=rows.c.attempts + outcome.tries,
            invoice_id=invoice_key,
        )

    def intend_sms(self, run: Run, number: int, texted: Sequence[Row]) -> None:
        """Write down that the invoices of these rows are about to be texted: unknown until the answer is understood.

        Raises LedgerBusy if another process has meant to text one of them meanwhile.
        """
        self._db.execute(
            insert(sms_calls).values(
                run_id=run.id,
                number=number,
                gateway_ids=[row.gateway_id for row in texted],
                outcome=SmsStatus.UNKNOWN,
                message="",
                started_at=self._now,
            )
        )
        for state, keys in _by_state(texted).items():
            if state not in TEXTABLE:
                raise ValueError(f"a text message that is {state} is not sent")
            as_it_was = update(invoices).where(invoices.c.id.in_(keys), invoices.c.sms == state)
            if self._db.execute(as_it_was.values(sms=SmsStatus.UNKNOWN, updated_at=self._now)).rowcount != len(keys):
                raise LedgerBusy(OVERTAKEN)

    def settle_sms(self, run: Run, number: int, texted: Sequence[Row], outcome: SmsStatus, message: str) -> None:
        """Write down what came of a bulk send. One that never left (`pending`) leaves each text as it was before."""
        call = (sms_calls.c.run_id == run.id) & (sms_calls.c.number == number)
        self._db.execute(update(sms_calls).where(call).values(outcome=outcome, message=message, ended_at=self._now))
        for state, keys in _by_state(texted).items():
            # A refusal says nothing about an earlier send whose answer was lost.
            not_told = outcome is SmsStatus.PENDING or (outcome, state) == (SmsStatus.FAILED, SmsStatus.UNKNOWN)
            after = state if not_told else outcome
            self._db.execute(update(invoices).where(invoices.c.id.in_(keys)).values(sms=after, updated_at=self._now))
        self.note_event(Event.TEXTED, run.id, call=number, customers=len(texted), outcome=str(outcome))

    def _attempt(self, run: Run, row: Row, invoice: Invoice, key: int, action: Action, before: Known | None) -> Intent:
        made = insert(attempts).values(run_id=run.id, position=row.position, action=action, started_at=self._now)
        number = self._inserted(self._db.execute(made).inserted_primary_key)
        return Intent(number, row, invoice, key, action, before, self._now)

    def _invoice_values(self, intent: Intent, outcome: Outcome) -> dict[str, object]:
        values: dict[str, object] = {"updated_at": self._now}
        if outcome.status in (RowStatus.CREATED, RowStatus.UPDATED, RowStatus.ADOPTED):
            doubtful = intent.doubtful or any(issue.is_error for issue in outcome.issues)
            values |= {
                "state": InvoiceState.MADE,
                **_content(intent.invoice),
                # What the gateway said back to be otherwise is not certain: no later row may pass for unchanged.
                "fingerprint": "" if doubtful else intent.invoice.fingerprint(),
            }
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

    def _set_row(self, row: Row, **values: object) -> None:
        self._db.execute(update(rows).where(self._is(row)).values(updated_at=self._now, **values))

    @staticmethod
    def _is(row: Row) -> ColumnElement[bool]:
        return (rows.c.run_id == row.run_id) & (rows.c.position == row.position)

    @staticmethod
    def _inserted(key: Any) -> int:
        return int(key[0])


def _content(invoice: Invoice) -> dict[str, object]:
    """What is kept of what an invoice says."""
    return {"content": invoice.content(), "phone": invoice.phone, "forgotten_at": None}


def _by_state(texted: Sequence[Row]) -> dict[SmsStatus, list[int]]:
    """The invoices of these rows by the state in which their text message was when the rows were read."""
    found: dict[SmsStatus, list[int]] = {}
    for row in texted:
        if row.invoice_key is not None:
            found.setdefault(row.sms, []).append(row.invoice_key)
    return found

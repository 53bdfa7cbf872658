"""What one transaction notes of bulk sends: the intent before the call, the outcome after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, update

from batchinvoice.invoices.lifecycle import TEXTABLE, SmsStatus
from batchinvoice.ledger.audit import Event
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.notes import Notes
from batchinvoice.ledger.records import Run, ToText
from batchinvoice.ledger.tables import invoices, sms_calls


class Texts(Notes):
    """The writes of one transaction that concern text messages."""

    def intend_sms(self, run: Run, number: int, texted: Sequence[ToText]) -> None:
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

    def settle_sms(self, run: Run, number: int, texted: Sequence[ToText], outcome: SmsStatus, message: str) -> None:
        """Write down what came of a bulk send. One that never left (`pending`) leaves each text as it was before."""
        call = (sms_calls.c.run_id == run.id) & (sms_calls.c.number == number)
        self._db.execute(update(sms_calls).where(call).values(outcome=outcome, message=message, ended_at=self._now))
        for state, keys in _by_state(texted).items():
            # A refusal says nothing about an earlier send whose answer was lost.
            not_told = outcome is SmsStatus.PENDING or (outcome, state) == (SmsStatus.FAILED, SmsStatus.UNKNOWN)
            after = state if not_told else outcome
            self._db.execute(update(invoices).where(invoices.c.id.in_(keys)).values(sms=after, updated_at=self._now))
        self.note_event(Event.TEXTED, run.id, call=number, customers=len(texted), outcome=str(outcome))


def _by_state(texted: Sequence[ToText]) -> dict[SmsStatus, list[int]]:
    """The invoices of these rows by the state in which their text message was when the rows were read."""
    found: dict[SmsStatus, list[int]] = {}
    for row in texted:
        found.setdefault(row.sms, []).append(row.invoice_key)
    return found

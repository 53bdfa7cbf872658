"""What one transaction notes of bulk sends: the intent before the call, the outcome after it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, update

from batchinvoice.invoices.lifecycle import TEXTABLE, SmsStatus
from batchinvoice.ledger.audit import Event
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.notes import Notes
from batchinvoice.ledger.records import Run, ToText
from batchinvoice.ledger.tables import invoices, sms_calls

# Built once: building a statement takes longer than SQLite.
_NEW_CALL = insert(sms_calls)
_OF_CALL = update(sms_calls).where(sms_calls.c.run_id == bindparam("run"), sms_calls.c.number == bindparam("call"))
_OF_TEXTS = (
    update(invoices)
    .where(invoices.c.id.in_(bindparam("keys", expanding=True)))
    .values(sms=bindparam("after"), updated_at=bindparam("now"))
)
_AS_THEY_WERE = _OF_TEXTS.where(invoices.c.sms == bindparam("before"))


class Texts(Notes):
    """The writes of one transaction that concern text messages."""

    def intend_sms(self, run: Run, number: int, texted: Sequence[ToText]) -> None:
        """Write down that the invoices of these rows are about to be texted: unknown until the answer is understood.

        Raises LedgerBusy if another process has meant to text one of them meanwhile.
        """
        self._db.execute(
            _NEW_CALL,
            {
                "run_id": run.id,
                "number": number,
                "gateway_ids": [row.gateway_id for row in texted],
                "outcome": SmsStatus.UNKNOWN,
                "message": "",
                "started_at": self._now,
            },
        )
        for state, keys in _by_state(texted).items():
            if state not in TEXTABLE:
                raise ValueError(f"a text message that is {state} is not sent")
            meant = {"keys": keys, "before": state, "after": SmsStatus.UNKNOWN, "now": self._now}
            if self._db.execute(_AS_THEY_WERE, meant).rowcount != len(keys):
                raise LedgerBusy(OVERTAKEN)

    def settle_sms(self, run: Run, number: int, texted: Sequence[ToText], outcome: SmsStatus, message: str) -> None:
        """Write down what came of a bulk send. One that never left (`pending`) leaves each text as it was before."""
        ended = {"outcome": outcome, "message": message, "ended_at": self._now}
        self._db.execute(_OF_CALL, {"run": run.id, "call": number, **ended})
        for state, keys in _by_state(texted).items():
            # A refusal says nothing about an earlier send whose answer was lost.
            not_told = outcome is SmsStatus.PENDING or (outcome, state) == (SmsStatus.FAILED, SmsStatus.UNKNOWN)
            after = state if not_told else outcome
            self._db.execute(_OF_TEXTS, {"keys": keys, "after": after, "now": self._now})
        self.note_event(Event.TEXTED, run.id, call=number, customers=len(texted), outcome=str(outcome))


def _by_state(texted: Sequence[ToText]) -> dict[SmsStatus, list[int]]:
    """The invoices of these rows by the state in which their text message was when the rows were read."""
    found: dict[SmsStatus, list[int]] = {}
    for row in texted:
        found.setdefault(row.sms, []).append(row.invoice_key)
    return found

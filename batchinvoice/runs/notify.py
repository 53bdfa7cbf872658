"""Notify: the invoices of a run that wait for a text message go into bulk sends, in order and in chunks, each once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Refused, Unauthorised
from batchinvoice.invoices.lifecycle import SmsStatus
from batchinvoice.ledger.records import Row
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job

_log = logging.getLogger(__name__)

_PLAINLY_DOWN = 2  # bulk sends in a row whose answers are lost: a person has to look at every one of them
_SAID_EVERY = 100  # bulk sends
_DOWN = f"the answers to {_PLAINLY_DOWN} bulk sends in a row were lost, so the gateway, or the way to it, is down."


def notify(job: Job, states: Collection[SmsStatus] = (SmsStatus.PENDING,), *, doubtful: bool = False) -> None:
    """Text every customer whose text message is in one of these states, in chunks, in the order of the rows.

    `doubtful`, when a person asks for it: also those whose invoice came back other than it was sent. Raises RunStopped
    when somebody asks to stop or the gateway cannot be reached; what was not sent stays as it was.
    """
    after, lost, number = -1, 0, job.ledger.latest_sms_call(job.run)
    texted = 0
    done: set[int | None] = set()  # of those alone whose text would be found in one of the states once more
    while rows := job.ledger.to_text(job.run, after, job.terms.sms_chunk, states, doubtful=doubtful):
        after = rows[-1].position
        # Two rows can speak of one invoice (the same sheet twice in one): it is texted once.
        waiting = {row.invoice_key: row for row in rows if row.invoice_key not in done}
        if waiting:
            job.stop.obey()
            if lost == _PLAINLY_DOWN:
                raise RunStopped(_DOWN)
            number += 1
            outcome = _text(job, number, list(waiting.values()))
            lost = lost + 1 if outcome is SmsStatus.UNKNOWN else 0
            texted += len(waiting) if outcome is SmsStatus.SENT else 0
            if number % _SAID_EVERY == 0:
                job.tell(f"{texted:,} customers were texted so far.")
            if outcome in states:
                done |= waiting.keys()


def _text(job: Job, number: int, rows: Sequence[Row]) -> SmsStatus:
    """Make one bulk send, written down before and after it. Raises RunStopped if it cannot leave."""
    with job.ledger.entry() as entry:
        entry.intend_sms(job.run, number, rows)
    _log.info("bulk send begun", extra={"number": number, "count": len(rows)})
    outcome, message = _send(job.gateway, [row.gateway_id for row in rows])
    with job.ledger.entry() as entry:
        entry.settle_sms(job.run, number, rows, outcome, message)
    _log.info("bulk send ended", extra={"number": number, "count": len(rows), "status": str(outcome)})
    if outcome is SmsStatus.PENDING:
        raise RunStopped(message)
    return outcome


def _send(gateway: Gateway, ids: Sequence[str]) -> tuple[SmsStatus, str]:
    """What came of one bulk send, in the gateway's words; `pending` if it never left, and no other would."""
    try:
        return SmsStatus.SENT, gateway.send_bulk(ids).message
    except Refused as error:
        return SmsStatus.FAILED, error.reason or error.message
    except (OutcomeUnknown, Unauthorised) as error:
        return SmsStatus.UNKNOWN, error.message
    except GatewayError as error:
        return SmsStatus.PENDING, error.message

"""Notify: the invoices of a run that wait for a text message go into bulk sends, in order and in chunks, each once."""

from __future__ import annotations

from collections.abc import Sequence

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Refused, Unauthorised
from batchinvoice.invoices.lifecycle import AT_GATEWAY, SmsStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.stopping import Stop

_PLAINLY_DOWN = 2  # bulk sends in a row whose answers are lost: a person has to look at every one of them
_DOWN = f"the answers to {_PLAINLY_DOWN} bulk sends in a row were lost, so the gateway, or the way to it, is down."


def notify(ledger: Ledger, gateway: Gateway, run: Run, chunk: int, stop: Stop, *, doubtful: bool = False) -> None:
    """Text every customer whose invoice waits for it, at most `chunk` ids a call, in the order of the rows.

    `doubtful`, when a person asks for it: also those whose invoice came back other than it was sent. Raises RunStopped
    when somebody asks to stop or the gateway cannot be reached; what was not sent stays pending.
    """
    lost = 0
    number = len(ledger.sms_calls(run))
    while waiting := ledger.to_text(run, chunk, doubtful=doubtful):
        stop.obey()
        number += 1
        # Two rows can speak of one invoice (the same sheet twice in one): it is texted once.
        ids = {row.invoice_key: row.gateway_id for row in waiting if row.invoice_key is not None}
        with ledger.entry() as entry:
            entry.intend_sms(run, number, list(ids), list(ids.values()))
        outcome, message, hopeless = _send(gateway, list(ids.values()))
        with ledger.entry() as entry:
            entry.settle_sms(run, number, list(ids), outcome, message)
        lost = lost + 1 if outcome is SmsStatus.UNKNOWN else 0
        if hopeless or lost == _PLAINLY_DOWN:
            raise RunStopped(message if hopeless else _DOWN)


def want_again(ledger: Ledger, run: Run, *states: SmsStatus) -> None:
    """Let those texts of the run wait anew that were refused, or, when a person says so, whose outcome is unknown."""
    rows = ledger.rows(run, *AT_GATEWAY)
    keys = {row.invoice_key for row in rows if row.sms in states and row.invoice_key is not None}
    with ledger.entry() as entry:
        for key in sorted(keys):
            entry.want_sms([key])


def _send(gateway: Gateway, ids: Sequence[str]) -> tuple[SmsStatus, str, bool]:
    """What came of one bulk send, the gateway's words, and whether there is no use in going on."""
    try:
        return SmsStatus.SENT, gateway.send_bulk(ids).message, False
    except Refused as error:
        return SmsStatus.FAILED, error.reason or error.message, False
    except (OutcomeUnknown, Unauthorised) as error:
        return SmsStatus.UNKNOWN, error.message, False
    except GatewayError as error:
        return SmsStatus.PENDING, error.message, True

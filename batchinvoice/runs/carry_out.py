"""Carry out: one run driven from the ledger as far as it can go, by whichever process takes it up."""

from __future__ import annotations

from collections.abc import Callable

from batchinvoice.gateway.client import Gateway
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.runs.deliver import deliver
from batchinvoice.runs.notify import notify
from batchinvoice.runs.present import hold_present
from batchinvoice.runs.settle import settle, take_up
from batchinvoice.runs.stopping import Stop
from batchinvoice.runs.terms import Terms

_ROUNDS = 5  # how often a row may be sent whose create was lost each time and was certainly never made


def carry_out(
    ledger: Ledger,
    gateway: Gateway,
    run: Run,
    terms: Terms,
    stop: Stop,
    progress: Callable[[int], None],
    tell: Callable[[str], None],
) -> None:
    """Deliver every row that waits, settle what was lost, then text. The ledger alone says where to begin.

    progress: told how many more rows are done, less those that wait again. tell: told what takes long. Raises
    RunStopped, LedgerBusy or LedgerUnusable.
    """
    take_up(ledger, run)
    if run.options.get("check_gateway") == "yes":
        hold_present(ledger, gateway, run, terms, stop, progress)
    for left in reversed(range(_ROUNDS)):
        deliver(ledger, gateway, run, terms, stop, progress)
        waiting = settle(ledger, gateway, run, terms, stop, tell, again=left > 0)
        if not waiting:
            break
        progress(-waiting)
    if run.options["sms"] == "yes":
        notify(ledger, gateway, run, terms.sms_chunk, stop)

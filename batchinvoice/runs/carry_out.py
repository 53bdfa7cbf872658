"""Carry out: one run driven from the ledger as far as it can go, by whichever process takes it up."""

from __future__ import annotations

from batchinvoice.runs.deliver import deliver
from batchinvoice.runs.job import Job
from batchinvoice.runs.notify import notify
from batchinvoice.runs.present import hold_present
from batchinvoice.runs.settle import settle, take_up

_SENDS = 5  # how often a row may be sent whose create was lost each time and was certainly never made


def carry_out(job: Job) -> None:
    """Settle what was lost, deliver every row that waits, then text. The ledger alone says where to begin.

    Raises RunStopped, LedgerBusy or LedgerUnusable.
    """
    take_up(job.ledger, job.run, changes=True)
    if job.run.options.get("check_gateway") == "yes":
        hold_present(job)
    for sends in range(_SENDS + 1):
        settle(job, again=sends < _SENDS)
        if not job.ledger.waiting(job.run):
            break
        deliver(job)
    if job.run.options["sms"] == "yes":
        notify(job)

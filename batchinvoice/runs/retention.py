"""Retention: of which old runs the personal data may go, and its going."""

from __future__ import annotations

from collections.abc import Iterable

from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Aged, Run


def kept_for(aged: Aged) -> str | None:
    """Why the personal data of an old run is still needed; None if it is not."""
    if aged.run.status is RunStatus.PLANNED:
        return None  # nothing of it was sent; what is forgotten cannot be carried out any more
    if aged.waits or aged.run.status in (RunStatus.RUNNING, RunStatus.FAILED):
        return "not finished: resume it first"
    if aged.lost:
        return "whether one of its invoices was made is still not known"
    return None


def forget(ledger: Ledger, runs: Iterable[Run], older_than: str) -> None:
    """Remove the personal data of these runs, each in a transaction of its own, and write the ledger's file anew.

    Raises LedgerError; what was removed until then is gone, and doing it again removes the rest.
    """
    for run in runs:
        with ledger.entry() as entry:
            entry.forget(run, older_than)
    ledger.compact()

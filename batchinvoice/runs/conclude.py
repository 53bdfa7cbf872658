"""Conclude: a run is noted as begun, as stopped with what stopped it, or as what its rows have come to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain

from batchinvoice.gateway.errors import GatewayError
from batchinvoice.invoices.lifecycle import RunStatus, run_status
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.places import SettingsError
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.told import about, tell
from batchinvoice.sheets.errors import SheetError

# Their messages are told to users and hold nothing of a row; of anything else the audit log keeps the kind alone.
_IN_WORDS = (SettingsError, LedgerError, GatewayError, RunStopped, SheetError)


@contextmanager
def conclusion(ledger: Ledger, run: Run) -> Iterator[None]:
    """The run is `running` inside, and afterwards what its rows say; `failed` if it was stopped on the way."""
    with about(run):
        begin(ledger, run)
        tell("run begun", ledger, run)
        try:
            yield
        except BaseException as error:
            stopped(ledger, run, error)
            raise
        concluded(ledger, run)


def begin(ledger: Ledger, run: Run) -> Run:
    """Note that the run is to be carried out from now on: whatever stops it, `resume` takes it up."""
    with ledger.entry() as entry:
        entry.set_run_status(run, RunStatus.RUNNING)
    return ledger.run(run.id)


def stopped(ledger: Ledger, run: Run, why: BaseException) -> None:
    """Note that the run was stopped; what stopped it matters more than that this could not be noted."""
    words = str(why) if isinstance(why, _IN_WORDS) else type(why).__name__
    with suppress(LedgerError):
        with ledger.entry() as entry:
            entry.set_run_status(run, RunStatus.FAILED, words)
        tell("run stopped", ledger, run, kind=type(why).__name__)


def concluded(ledger: Ledger, run: Run) -> Run:
    """The run with the status that its rows give it: noted anew only if it was not over, or has become another."""
    status = run_status(ledger.tallies(run), ledger.sms_counts(run))
    of_no_row = chain(run.notes, (issue for line in ledger.items(run) for issue in line.issues))
    if status is RunStatus.COMPLETE and (ledger.attention_count(run) or any(issue.is_error for issue in of_no_row)):
        status = RunStatus.PARTIAL
    before = ledger.run(run.id).status
    if status is not before:
        with ledger.entry() as entry:
            entry.set_run_status(run, status)
    tell("run concluded", ledger, run, status=str(status))
    return ledger.run(run.id)

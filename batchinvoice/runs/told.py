"""What the log says of a run: its steps, in rows and KWD."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager

from batchinvoice.invoices.cells import money
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.logs.context import bound_contextvars

_log = logging.getLogger(__name__)


def about(run: Run) -> AbstractContextManager[None]:
    """Inside, every line of the log names the run and its sheet."""
    return bound_contextvars(**_named(run))


def tell(event: str, ledger: Ledger, run: Run, **more: str) -> None:
    """A line about a run, with its rows and KWD by status as the ledger has them now."""
    if _log.isEnabledFor(logging.INFO):
        tallies = ledger.tallies(run)
        rows = {str(status): count for status, (count, _) in tallies.items()}
        kwd = {str(status): money(amount) for status, (_, amount) in tallies.items()}
        _log.info(event, extra={**_named(run), **more, "rows": rows, "kwd": kwd})


def _named(run: Run) -> dict[str, str]:
    """The sheet goes by the first digits of its SHA-256, as in the report: the file's name may be a customer's."""
    return {"run": run.id, "sheet": run.sha256[:12]}

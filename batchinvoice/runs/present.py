"""Present: references that the gateway has already, say of an invoice made by hand in its panel, are held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import Code, problem
from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.ledger.intent import Outcome
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row, Run
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.places import Places
from batchinvoice.runs.plan import Memory
from batchinvoice.runs.settle import look_up
from batchinvoice.runs.stopping import Stop
from batchinvoice.runs.terms import Terms

_PAGE = 200  # rows looked up between two entries in the ledger
_EVER = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)  # before the gateway; how far back a look-up may reach is not known


def hold_present(
    ledger: Ledger, gateway: Gateway, run: Run, terms: Terms, stop: Stop, progress: Callable[[int], None]
) -> None:
    """Look up every row that would be created, before any of them is; hold those that are found.

    Nothing is written down of a look-up that finds nothing, so a run that is taken up looks again. Raises RunStopped
    when somebody asks to stop or a look-up fails: then nothing was sent.
    """
    places, after = Places.of(run), -1
    with ThreadPoolExecutor(terms.workers, thread_name_prefix="present") as pool:
        while page := ledger.page(run, after, _PAGE, RowStatus.PENDING):
            after = page[-1].position
            stop.obey()
            new = _new(ledger, page)
            try:
                found = list(pool.map(lambda row: _found(gateway, row, terms), new))
            except GatewayError as error:
                raise RunStopped(f"the look-up of references (--check-gateway) failed. {error.message}") from None
            with ledger.entry() as entry:
                for row, invoices in zip(new, found, strict=True):
                    if invoices:
                        entry.settle_row(row, Action.NONE, _held(row, invoices[0], places))
                        progress(1)


def _new(ledger: Ledger, rows: list[Row]) -> list[Row]:
    """Those of the rows that would be created, as things stand now."""
    known = Memory(ledger, [row.invoice for row in rows if row.invoice])
    return [row for row in rows if row.invoice and known.decide(row.invoice).action is Action.CREATE]


def _found(gateway: Gateway, row: Row, terms: Terms) -> list[GatewayInvoice]:
    return look_up(gateway, row.reference, _EVER, terms.clock())


def _held(row: Row, found: GatewayInvoice, places: Places) -> Outcome:
    amount = "?" if found.amount is None else str(found.amount)
    present = problem(Code.PRESENT_AT_GATEWAY, value=found.id, amount=amount)
    return Outcome(RowStatus.HELD, (places.issue(row.row, Field.REFERENCE, present),), tries=0)

"""Present: references that the gateway has already, say of an invoice made by hand in its panel, are held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import problem
from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.invoices.wording import Found, found_text
from batchinvoice.ledger.intent import Outcome, Settled
from batchinvoice.ledger.records import Row
from batchinvoice.logs.context import bound_contextvars
from batchinvoice.runs.abreast import abreast
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job
from batchinvoice.runs.look_up import CANCELLED, look_up
from batchinvoice.runs.memory import Memory
from batchinvoice.runs.places import Places

_PAGE = 200  # rows looked up between two entries in the ledger
_EVER = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)  # before the gateway; how far back a look-up may reach is not known


def hold_present(job: Job) -> None:
    """Look up every row that would be created, before any of them is; hold those that are found.

    With --strict, one that is found holds all the others, too. Nothing is written down of a look-up that finds
    nothing, so a run that is taken up looks again. Raises RunStopped when somebody asks to stop or a look-up fails:
    then nothing was sent.
    """
    places, after = Places.of(job.run), -1
    while page := job.ledger.page(job.run, after, _PAGE, RowStatus.PENDING):
        after = page[-1].position
        job.stop.obey()
        new = _new(job, page)
        try:
            found = abreast(job, partial(_look, job), new)
        except GatewayError as error:
            raise RunStopped(f"the look-up of references (--check-gateway) failed. {error.message}") from None
        _hold(job, [(row, _held(row, there, places)) for row, there in zip(new, found, strict=True) if there])
    if job.run.options["strict"] == "yes" and _any_held(job):
        strict = problem(Code.STRICT)
        while page := job.ledger.page(job.run, -1, _PAGE, RowStatus.PENDING):
            _hold(job, [(r, Outcome(RowStatus.HELD, (places.issue(r.row, None, strict),), tries=0)) for r in page])


def _look(job: Job, row: Row) -> list[GatewayInvoice]:
    with bound_contextvars(row=row.row):
        return look_up(job.gateway, row.reference, _EVER, job.terms.clock())


def _any_held(job: Job) -> bool:
    """Whether a reference was found at the gateway, now or before the run was cut off."""
    held = job.ledger.rows(job.run, RowStatus.HELD)
    return any(issue.code is Code.PRESENT_AT_GATEWAY for row in held for issue in row.issues)


def _hold(job: Job, rows: Sequence[tuple[Row, Outcome]]) -> None:
    with job.ledger.entry() as entry:
        entry.settle_rows([Settled(row, Action.NONE, outcome) for row, outcome in rows])
    job.progress(len(rows))


def _new(job: Job, rows: Sequence[Row]) -> list[Row]:
    """Those of the rows that would be created, as things stand now."""
    known = Memory(job.ledger, [row.invoice for row in rows if row.invoice], job.run.id)
    return [row for row in rows if row.invoice and known.decide(row.invoice).action is Action.CREATE]


def _held(row: Row, found: Sequence[GatewayInvoice], places: Places) -> Outcome:
    present = problem(Code.PRESENT_AT_GATEWAY, found=found_text(map(_named, found)))
    return Outcome(RowStatus.HELD, (places.issue(row.row, Field.REFERENCE, present),), tries=0)


def _named(found: GatewayInvoice) -> Found:
    return Found(found.id, "" if found.amount is None else str(found.amount), found.status == CANCELLED)

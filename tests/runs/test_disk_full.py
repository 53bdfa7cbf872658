"""A disk that fills up in the middle of a run: what was sent is in the ledger, and with room again the run goes on."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from bench import Bench, simple
from sqlalchemy import event, func, select

from batchinvoice.invoices.lifecycle import InvoiceState, RowStatus
from batchinvoice.ledger.errors import LedgerUnusable
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.tables import attempts, invoices, references

ROWS = 60
PAGE = 4096
Limit = Callable[[Ledger, int], AbstractContextManager[None]]


@contextmanager
def full_disk(ledger: Ledger, pages: int) -> Iterator[None]:
    """The ledger may grow by so many pages; after that SQLite itself says that the disk is full."""

    def limit(connection: sqlite3.Connection, _: object) -> None:
        size = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {size + pages}")

    event.listen(ledger._engine, "connect", limit)
    ledger._engine.dispose()
    yield
    event.remove(ledger._engine, "connect", limit)


@contextmanager
def used_up_quota(ledger: Ledger, pages: int) -> Iterator[None]:
    """The ledger's file may grow by so many pages; after that the system refuses, and SQLite cannot tell why."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = Path(str(ledger._engine.url.database)).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + pages * PAGE, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def intents(ledger: Ledger) -> tuple[int, set[str]]:
    """How many calls the ledger meant to make, and of which references they may have left: none was taken back."""
    may_be_there = select(references.c.reference).join(invoices).where(invoices.c.state != InvoiceState.NOT_MADE)
    with ledger._engine.connect() as db:
        meant = db.execute(select(func.count()).select_from(attempts)).scalar_one()
        return meant, set(db.execute(may_be_there).scalars())


@pytest.mark.parametrize("pages", [1, 4, 9])
@pytest.mark.parametrize(
    "limit",
    [
        full_disk,
        pytest.param(used_up_quota, marks=pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")),
    ],
)
def test_a_full_disk_stops_the_run_and_loses_nothing(bench: Bench, limit: Limit, pages: int) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    run = bench.plan([simple(n) for n in range(ROWS)])
    with limit(bench.ledger, pages), pytest.raises(LedgerUnusable):
        bench.apply(run)
    with bench.another_ledger() as ledger:
        meant, known = intents(ledger)
        assert 0 < len(bench.calls("create")) <= meant < ROWS
        assert set(bench.made()) <= known
        for row in ledger.rows(run):  # what came of the last calls may not have found room: then it is unknown
            assert (row.status is RowStatus.PENDING) == (row.reference not in known)
    bench.ledger._engine.dispose()  # with room again, as a new process would
    bench.apply(run)
    made = bench.made()
    assert {len(own) for own in made.values()} == {1}
    for row in bench.rows(run):
        assert row.status in (RowStatus.CREATED, RowStatus.UNKNOWN, RowStatus.ADOPTED)
        assert row.reference in made

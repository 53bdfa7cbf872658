"""The ledger of one merchant in one environment: opened, worked with, and written in transactions."""

from __future__ import annotations

import datetime as dt
import platform
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table

from batchinvoice.ledger import forget
from batchinvoice.ledger.account import Account
from batchinvoice.ledger.audit import Event
from batchinvoice.ledger.draft import Draft, give_up, left_behind, remove_some
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.lease import Lease
from batchinvoice.ledger.mapping import item_values, planned_facts, row_values, to_run
from batchinvoice.ledger.reader import batches
from batchinvoice.ledger.records import Aged, ItemRow, NewRow, NewRun
from batchinvoice.ledger.standing import Standing
from batchinvoice.ledger.store import compact, copies, open_store, working_lock
from batchinvoice.ledger.tables import item_rows, rows, runs
from batchinvoice.ledger.told import tell_planned

_PAGE = 2000  # rows that share a commit when a plan is stored
_LEASE_SECONDS = 1800.0


class Ledger(Account):
    """Everything that was meant, sent and answered, for one (environment, merchant).

    `clock` gives aware UTC times. Every method raises LedgerError when the database cannot be used.
    lease_seconds: for a shared database, how long a process may be silent before its work is taken over; it must
    outlast the longest call to the gateway.
    """

    def __init__(
        self,
        engine: Engine,
        environment: str,
        merchant_code: str,
        clock: Callable[[], dt.datetime],
        lease_seconds: float = _LEASE_SECONDS,
    ) -> None:
        super().__init__(engine, environment, merchant_code)
        self._clock, self._lease_seconds = clock, lease_seconds
        self._lease: Lease | None = None

    @classmethod
    def open(
        cls,
        url: str,
        environment: str,
        merchant_code: str,
        clock: Callable[[], dt.datetime],
        lease_seconds: float = _LEASE_SECONDS,
    ) -> Ledger:
        """Open the ledger at a database address, making or migrating it as needed."""
        return cls(open_store(url), environment, merchant_code, clock, lease_seconds)

    @property
    def _has_lock_file(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Held while a run is driven; raises LedgerBusy if another process works with this ledger.

        A ledger file has a lock, which dies with its process. A shared database has a lease, which runs out.
        """
        if self._has_lock_file:
            with working_lock(self._engine):
                yield
        else:
            with self._leased():
                yield

    @contextmanager
    def _leased(self) -> Iterator[None]:
        holder = f"{platform.node() or 'another machine'} {uuid.uuid4().hex[:8]}"
        lease = Lease(self.environment, self.merchant_code, holder, self._lease_seconds)
        with self._begin() as db:
            lease.take(db)
        self._lease = lease
        try:
            yield
        finally:
            self._lease = None
            with suppress(LedgerError), self._begin() as db:  # if it cannot be given back, it runs out
                lease.release(db)

    @contextmanager
    def entry(self) -> Iterator[Entry]:
        """One transaction's writes: durable when the block ends without an exception, undone otherwise.

        Where a lease is held, every transaction renews it: what was taken over meanwhile cannot be written.
        """
        with self._begin() as connection:
            if self._lease:
                self._lease.renew(connection)
            entry = Entry(connection, self._clock(), self._log)
            yield entry
        entry.told.tell()

    def add_run(self, run: NewRun, new_rows: Iterable[NewRow], items: Iterable[ItemRow]) -> str:
        """Store a plan; returns the run's name, as `20261122-001`. It is there as a whole or not at all (draft.py).

        The rows are gone through once, page by page; one whose position comes again takes the earlier one's place.
        """
        self._remove_left_behind()
        with self._begin() as db:
            draft = Draft.begin(db, run, self._clock())
        try:
            self._store(draft, rows, map(row_values, new_rows))
            self._store(draft, item_rows, map(item_values, items))
            stands = self._stands(draft)
            with self._begin() as db:
                draft.publish(db, self._scope())
                self._log.append(db, self._clock(), Event.PLANNED, draft.name, {**planned_facts(run), **stands})
        except BaseException:
            with suppress(LedgerError):
                self._remove(draft.name)
            raise
        tell_planned(self.rows(self.run(draft.name)))
        return draft.name

    def _store(self, draft: Draft, table: Table, values: Iterable[Mapping[str, Any]]) -> None:
        for page in batches(values, _PAGE):  # made before the transaction: what makes them reads the ledger
            with self._begin() as db:
                draft.store(db, table, page, self._clock())

    def _stands(self, draft: Draft) -> dict[str, Any]:
        """How the rows stand; nobody else can change them yet."""
        standing, more = Standing(draft.name), True
        while more:
            with self._begin() as db:
                more = standing.add_page(db)
        with self._begin() as db:
            return standing.as_facts(db)

    def _remove_left_behind(self) -> None:
        for record in self._all(left_behind(self._clock())):
            self._remove(record["id"])

    def _remove(self, name: str) -> None:
        with self._begin() as db:
            give_up(db, name)
        more = True
        while more:
            with self._begin() as db:
                more = remove_some(db, name)

    def ended_before(self, before: dt.datetime) -> list[Aged]:
        """The runs that ended before then, or were never begun, and still have their personal data, in order."""
        found = self._all(forget.ended_before(self._own(runs), before))
        return [Aged(to_run(record), bool(record["waits"]), bool(record["lost"])) for record in found]

    def compact(self) -> None:
        """Write a ledger file anew without what was removed from it. Raises LedgerError; what is in it stays whole."""
        if self._has_lock_file:
            compact(self._engine)

    def copies(self) -> list[Path]:
        """Copies of the ledger's file beside it, from before it was brought to a new version."""
        return copies(self._engine)

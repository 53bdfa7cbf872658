"""The ledger of one merchant in one environment: what is known, page by page, and transactions to write in."""

from __future__ import annotations

import datetime as dt
import platform
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger import queries
from batchinvoice.ledger.disk import unwritable
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy, LedgerError, NoSuchRun
from batchinvoice.ledger.intent import Intent
from batchinvoice.ledger.lease import Lease
from batchinvoice.ledger.mapping import (
    item_values,
    row_values,
    run_values,
    to_intent,
    to_item,
    to_known,
    to_row,
    to_run,
    to_sms_call,
)
from batchinvoice.ledger.records import (
    ItemRow,
    Known,
    NewRow,
    NewRun,
    Row,
    Run,
    SmsCallRecord,
)
from batchinvoice.ledger.store import open_store, working_lock
from batchinvoice.ledger.tables import invoices, item_rows, references, rows, runs, sms_calls

_PAGE = 500
_LEASE_SECONDS = 1800.0


class Ledger:
    """Everything that was meant, sent and answered, for one (environment, merchant).

    `clock` gives aware UTC times. Every method raises LedgerUnusable when the database cannot be used.
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
        self._engine, self.environment, self.merchant_code, self._clock = engine, environment, merchant_code, clock
        self._lease_seconds = lease_seconds
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
            yield Entry(connection, self._clock())

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise LedgerBusy(OVERTAKEN) from None
        except DBAPIError as error:
            raise unwritable(error, self._engine.url) from error

    # --- planning

    def add_run(self, run: NewRun, new_rows: Iterable[NewRow], items: Iterable[ItemRow]) -> str:
        """Store a whole plan at once; returns the run's name, as `20261122-001`."""
        with self._begin() as db:
            name = self._next_name(db, run.planned_at)
            db.execute(insert(runs).values(**run_values(run), id=name, **self._scope(), status=RunStatus.PLANNED))
            for batch in _batches(new_rows, _PAGE):
                db.execute(insert(rows), [{"run_id": name, **row_values(row)} for row in batch])
            for lines in _batches(items, _PAGE):
                db.execute(insert(item_rows), [{"run_id": name, **item_values(line)} for line in lines])
        return name

    def _next_name(self, db: Connection, planned_at: dt.datetime) -> str:
        day = f"{planned_at.astimezone(KUWAIT):%Y%m%d}-"
        # Longer names first: after 999 runs in a day comes 1000.
        latest = select(runs.c.id).order_by(func.length(runs.c.id).desc(), runs.c.id.desc()).limit(1)
        last = db.execute(latest.where(runs.c.id.startswith(day))).scalar()
        return f"{day}{int(last.removeprefix(day)) + 1 if last else 1:03d}"

    def known_references(self, wanted: Sequence[str]) -> dict[str, Known]:
        """The invoices of these references, whatever their state."""
        query = select(references.c.reference, invoices).join(invoices, invoices.c.id == references.c.invoice_id)
        query = query.where(
            references.c.environment == self.environment, references.c.merchant_code == self.merchant_code
        )
        return self._known(query, references.c.reference, wanted, "reference")

    def known_ids(self, wanted: Sequence[str]) -> dict[str, Known]:
        """The invoices of these gateway ids."""
        query = select(invoices).where(
            invoices.c.environment == self.environment, invoices.c.merchant_code == self.merchant_code
        )
        return self._known(query, invoices.c.gateway_id, wanted, "gateway_id")

    def _known(self, query: Select[Any], column: Any, wanted: Sequence[str], key: str) -> dict[str, Known]:
        found = {}
        with self._begin() as db:
            for batch in _batches(wanted, _PAGE):
                for record in db.execute(query.where(column.in_(batch))).mappings():
                    found[record[key]] = to_known(record)
        return found

    # --- reading

    def run(self, name: str) -> Run:
        """A run by its name. Raises NoSuchRun."""
        with self._begin() as db:
            record = db.execute(select(runs).where(runs.c.id == name, *self._own(runs))).mappings().first()
        if record is None:
            raise NoSuchRun(
                f"There is no run {name} for merchant {self.merchant_code} ({self.environment}). "
                "“batchinvoice history” lists the runs."
            )
        return to_run(record)

    def history(self, limit: int) -> list[Run]:
        """The latest runs, the newest first."""
        query = select(runs).where(*self._own(runs)).order_by(runs.c.planned_at.desc(), runs.c.id.desc()).limit(limit)
        return [to_run(record) for record in self._all(query)]

    def rows(self, run: Run, *statuses: RowStatus) -> Iterator[Row]:
        """The run's rows in their order, of these statuses or of all; read in pages, so that no number is too large."""
        after = -1
        while True:
            page = self.page(run, after, _PAGE, *statuses)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].position

    def page(self, run: Run, after: int, limit: int, *statuses: RowStatus) -> list[Row]:
        """At most `limit` rows whose position comes after the given one."""
        return [to_row(record) for record in self._all(queries.page(run, after, limit, *statuses))]

    def to_text(self, run: Run, limit: int, *, doubtful: bool) -> list[Row]:
        """The next rows of the run whose invoices are made and wait for their text message, in their order.

        Rows that need a person (the gateway answered something else than was sent) are left out unless `doubtful`.
        """
        return [to_row(record) for record in self._all(queries.to_text(run, limit, doubtful=doubtful))]

    def tallies(self, run: Run) -> dict[RowStatus, tuple[int, Decimal]]:
        """How many rows of each status, and their sum in KWD as the sheet says it."""
        counted = self._tuples(queries.tallies(run, rows.c.status))
        return {status: (count, amount) for status, count, amount in counted}

    def left_to_do(self, run: Run) -> dict[Action, tuple[int, Decimal]]:
        """How many pending rows of each action, and their sum in KWD as the sheet says it."""
        counted = self._tuples(queries.tallies(run, rows.c.action, rows.c.status == RowStatus.PENDING))
        return {action: (count, amount) for action, count, amount in counted}

    def sms_counts(self, run: Run) -> dict[SmsStatus, int]:
        """How many rows in each state of the text message."""
        return {SmsStatus(status): count for status, count in self._tuples(queries.sms_counts(run))}

    def texts_left(self, run: Run) -> int:
        """How many customers this run is still to text by itself: for rows that are at the gateway or pending."""
        return self._count(queries.texts_left(run, (SmsStatus.PENDING,), planned=True))

    def texts_in(self, run: Run, *states: SmsStatus) -> int:
        """How many invoices of the run, made, have their text message in one of these states."""
        return self._count(queries.texts_left(run, states, planned=False))

    def attention_count(self, run: Run) -> int:
        """How many rows need a person: for what came of them, or of their text message."""
        return self._count(queries.attention_count(run))

    def items(self, run: Run) -> list[ItemRow]:
        """The lines of the run's Items sheet."""
        query = select(item_rows).where(item_rows.c.run_id == run.id).order_by(item_rows.c.position)
        return [to_item(record) for record in self._all(query)]

    def sms_calls(self, run: Run) -> list[SmsCallRecord]:
        """The run's bulk sends, in their order."""
        query = select(sms_calls).where(sms_calls.c.run_id == run.id).order_by(sms_calls.c.number)
        return [to_sms_call(record) for record in self._all(query)]

    # --- what was cut off

    def unfinished(self) -> list[Run]:
        """The runs that were begun and are not over, the oldest first; one that is only planned was not begun."""
        return [to_run(record) for record in self._all(queries.unfinished().where(*self._own(runs)))]

    def lost_creates(self, run: Run) -> list[Intent]:
        """The creates of unknown outcome of which this run's rows speak; some may have been meant by another run."""
        with self._begin() as db:
            lost = db.execute(queries.lost_invoices(run)).mappings().all()
            meant = [db.execute(queries.lost_row(each["id"], each["run_id"])).mappings().one() for each in lost]
        return [to_intent(row, invoice) for row, invoice in zip(meant, lost, strict=True)]

    def to_take_up(self, run: Run) -> list[Row]:
        """Rows of unknown outcome that can simply be decided anew."""
        return [to_row(record) for record in self._all(queries.to_take_up(run))]

    def spoken_of_later(self, run: Run, keys: Iterable[int]) -> dict[int, str]:
        """Of these invoices, those of which a run that was planned later has spoken, with the name of that run."""
        found: dict[int, str] = {}
        for batch in _batches(keys, _PAGE):
            found |= dict(self._tuples(queries.spoken_of_later(run, batch)))
        return found

    def lately_made(self, *, subscription: bool, limit: int) -> list[tuple[str, dt.datetime]]:
        """References of the invoices last made, and when; a look-up that cannot find them proves nothing."""
        query = queries.lately_made(subscription, limit).where(*self._own(invoices))
        return [(record["content"]["reference"], record["intended_at"]) for record in self._all(query)]

    def _all(self, query: Select[Any]) -> Sequence[RowMapping]:
        with self._begin() as db:
            return db.execute(query).mappings().all()

    def _tuples(self, query: Select[Any]) -> Sequence[Any]:
        with self._begin() as db:
            return db.execute(query).all()

    def _count(self, query: Select[Any]) -> int:
        with self._begin() as db:
            return int(db.execute(query).scalar_one())

    def _scope(self) -> dict[str, str]:
        return {"environment": self.environment, "merchant_code": self.merchant_code}

    def _own(self, table: Any) -> tuple[Any, Any]:
        return table.c.environment == self.environment, table.c.merchant_code == self.merchant_code


def _batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch

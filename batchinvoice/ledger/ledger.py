"""The ledger of one merchant in one environment: what is known, page by page, and transactions to write in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, case, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import AT_GATEWAY, Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy, LedgerUnusable, NoSuchRun
from batchinvoice.ledger.mapping import (
    item_values,
    row_values,
    run_values,
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


class Ledger:
    """Everything that was meant, sent and answered, for one (environment, merchant).

    `clock` gives aware UTC times. Every method raises LedgerUnusable when the database cannot be used.
    """

    def __init__(self, engine: Engine, environment: str, merchant_code: str, clock: Callable[[], dt.datetime]) -> None:
        self._engine, self.environment, self.merchant_code, self._clock = engine, environment, merchant_code, clock

    @classmethod
    def open(cls, url: str, environment: str, merchant_code: str, clock: Callable[[], dt.datetime]) -> Ledger:
        """Open the ledger at a database address, making or migrating it as needed."""
        return cls(open_store(url), environment, merchant_code, clock)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def working(self) -> AbstractContextManager[object]:
        """Held while a run is driven; raises LedgerBusy if another process works with this ledger."""
        return working_lock(self._engine)

    @contextmanager
    def entry(self) -> Iterator[Entry]:
        """One transaction's writes: durable when the block ends without an exception, undone otherwise."""
        with self._begin() as connection:
            yield Entry(connection, self._clock())

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise LedgerBusy(OVERTAKEN) from None
        except DBAPIError as error:
            raise LedgerUnusable(
                f"The ledger could not be read or written ({error.orig}). Check the disk and the folder of "
                "BATCHINVOICE_HOME; what was written before is safe, and the run can be taken up again."
            ) from error

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
        with self._begin() as db:
            return [to_run(record) for record in db.execute(query).mappings()]

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
        query = _ROWS.where(rows.c.run_id == run.id, rows.c.position > after).order_by(rows.c.position).limit(limit)
        if statuses:
            query = query.where(rows.c.status.in_(statuses))
        with self._begin() as db:
            return [to_row(record) for record in db.execute(query).mappings()]

    def to_text(self, run: Run, limit: int, *, doubtful: bool) -> list[Row]:
        """The next rows of the run whose invoices are made and wait for their text message, in their order.

        Rows that need a person (the gateway answered something else than was sent) are left out unless `doubtful`.
        """
        query = _ROWS.where(rows.c.run_id == run.id, rows.c.status.in_(AT_GATEWAY), invoices.c.sms == SmsStatus.PENDING)
        if not doubtful:
            query = query.where(~rows.c.attention)
        with self._begin() as db:
            return [to_row(record) for record in db.execute(query.order_by(rows.c.position).limit(limit)).mappings()]

    def tallies(self, run: Run) -> dict[RowStatus, tuple[int, Decimal]]:
        """How many rows of each status, and their sum in KWD as the sheet says it."""
        query = select(rows.c.status, func.count(), func.coalesce(func.sum(rows.c.amount), Decimal(0)))
        with self._begin() as db:
            counted = db.execute(query.where(rows.c.run_id == run.id).group_by(rows.c.status)).all()
        return {status: (count, amount) for status, count, amount in counted}

    def left_to_do(self, run: Run) -> dict[Action, tuple[int, Decimal]]:
        """How many pending rows of each action, and their sum in KWD as the sheet says it."""
        query = select(rows.c.action, func.count(), func.coalesce(func.sum(rows.c.amount), Decimal(0)))
        with self._begin() as db:
            pending = query.where(rows.c.run_id == run.id, rows.c.status == RowStatus.PENDING)
            counted = db.execute(pending.group_by(rows.c.action)).all()
        return {action: (count, amount) for action, count, amount in counted}

    def sms_counts(self, run: Run) -> dict[SmsStatus, int]:
        """How many rows in each state of the text message."""
        query = select(_SMS, func.count()).select_from(_JOINED).where(rows.c.run_id == run.id).group_by(_SMS)
        with self._begin() as db:
            return {SmsStatus(status): count for status, count in db.execute(query)}

    def texts_left(self, run: Run, *, again: bool = False) -> int:
        """How many customers are still to be texted for this run: for rows that are at the gateway or pending.

        `again`: also those whose text was refused before, and of rows at the gateway alone.
        """
        wanted = (SmsStatus.PENDING, SmsStatus.FAILED) if again else (SmsStatus.PENDING,)
        statuses = AT_GATEWAY if again else AT_GATEWAY | {RowStatus.PENDING}
        query = select(func.count(func.distinct(func.coalesce(rows.c.invoice_id, -rows.c.position))))
        query = query.select_from(_JOINED).where(rows.c.run_id == run.id, rows.c.status.in_(statuses))
        if not again:  # a person must look at these first
            query = query.where((rows.c.status == RowStatus.PENDING) | ~rows.c.attention)
        with self._begin() as db:
            return db.execute(query.where(_SMS.in_(wanted))).scalar_one()

    def attention_count(self, run: Run) -> int:
        """How many rows need a person: for what came of them, or of their text message."""
        unsure = _SMS.in_((SmsStatus.FAILED, SmsStatus.UNKNOWN))
        query = select(func.count()).select_from(_JOINED).where(rows.c.run_id == run.id, rows.c.attention | unsure)
        with self._begin() as db:
            return db.execute(query).scalar_one()

    def items(self, run: Run) -> list[ItemRow]:
        """The lines of the run's Items sheet."""
        query = select(item_rows).where(item_rows.c.run_id == run.id).order_by(item_rows.c.position)
        with self._begin() as db:
            return [to_item(record) for record in db.execute(query).mappings()]

    def sms_calls(self, run: Run) -> list[SmsCallRecord]:
        """The run's bulk sends, in their order."""
        query = select(sms_calls).where(sms_calls.c.run_id == run.id).order_by(sms_calls.c.number)
        with self._begin() as db:
            return [to_sms_call(record) for record in db.execute(query).mappings()]

    def _scope(self) -> dict[str, str]:
        return {"environment": self.environment, "merchant_code": self.merchant_code}

    def _own(self, table: Any) -> tuple[Any, Any]:
        return table.c.environment == self.environment, table.c.merchant_code == self.merchant_code


_JOINED = rows.outerjoin(invoices, and_(invoices.c.id == rows.c.invoice_id))
# What the invoice says of its text message, once the row's invoice is (or may be) there; before that, the plan.
_SMS = case(
    (and_(rows.c.invoice_id.is_not(None), rows.c.status != RowStatus.PENDING), invoices.c.sms), else_=rows.c.sms
)
_ROWS = select(
    rows, _SMS.label("effective_sms"), invoices.c.gateway_id, invoices.c.link, invoices.c.state.label("invoice_state")
).select_from(_JOINED)


def _batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch

"""Reading the database of one (environment, merchant): in transactions, with what prevents it said in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select
from sqlalchemy.exc import DBAPIError, IntegrityError

from batchinvoice.ledger.audit import Log
from batchinvoice.ledger.disk import unwritable
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy


class Reader:
    """Asks questions of the database, each in a transaction of its own."""

    def __init__(self, engine: Engine, environment: str, merchant_code: str) -> None:
        self._engine, self.environment, self.merchant_code = engine, environment, merchant_code
        self._log = Log.of(environment, merchant_code)

    def _all(self, query: Select[Any]) -> Sequence[RowMapping]:
        with self._begin() as db:
            return db.execute(query).mappings().all()

    def _tuples(self, query: Select[Any]) -> Sequence[Any]:
        with self._begin() as db:
            return db.execute(query).all()

    def _count(self, query: Select[Any]) -> int:
        with self._begin() as db:
            return int(db.execute(query).scalar_one())

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise LedgerBusy(OVERTAKEN) from None
        except DBAPIError as error:
            raise unwritable(error, self._engine.url) from error

    def _scope(self) -> dict[str, str]:
        return {"environment": self.environment, "merchant_code": self.merchant_code}

    def _own(self, table: Any) -> tuple[Any, Any]:
        return table.c.environment == self.environment, table.c.merchant_code == self.merchant_code


def batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The values in lists of at most this size."""
    batch: list[Any] = []
    for value in values:
        batch.append(value)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch

"""What the audit log tells, of all and of one run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from batchinvoice.ledger.audit import Event, Record, of_run
from batchinvoice.ledger.mapping import to_run
from batchinvoice.ledger.reader import Reader
from batchinvoice.ledger.records import Run
from batchinvoice.ledger.standing import standing
from batchinvoice.ledger.tables import audit, runs

_PAGE = 500


class Logged(Reader):
    """The audit log of one (environment, merchant). Every method raises LedgerError if it cannot be read."""

    def log(self) -> Iterator[Record]:
        """The records of the audit log, the oldest first."""
        after: int | None = None  # not 0: a record could have been put in before the first one
        while True:
            query = select(audit).where(*self._own(audit)).order_by(audit.c.number)
            query = query if after is None else query.where(audit.c.number > after)
            page = [Record(**record) for record in self._all(query.limit(_PAGE))]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].number

    def log_of(self, run: Run) -> list[Record]:
        """What the audit log tells of a run, the oldest first."""
        return [Record(**record) for record in reversed(self._all(of_run(self._log, run.id)))]

    def mark(self, run: Run) -> str:
        """Number and hash of the latest record that tells what was done with the run, as `17:9f86d08…`.

        Not of one that tells of a report: a report of the same run, written again, is the same.
        """
        query = of_run(self._log, run.id).where(audit.c.event != Event.REPORTED).limit(1)
        return next((Record(**record).mark for record in self._all(query)), "")

    def as_logged(self, name: str) -> tuple[Run, list[Record], dict[str, Any]]:
        """A run, what the audit log tells of it, and how its rows stand (`standing`), all of one moment."""
        with self._begin() as db:
            run = db.execute(select(runs).where(runs.c.id == name)).mappings().one()
            told = db.execute(of_run(self._log, name)).mappings().all()
            stands = standing(db, name)
        return to_run(run), [Record(**record) for record in reversed(told)], stands

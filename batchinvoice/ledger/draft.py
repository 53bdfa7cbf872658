"""A plan on its way into the ledger: page by page, under a run that is nobody's until all of it is there.

Storing a million rows takes minutes, and a transaction keeps all others out. So each page has a commit of its own, and
whoever else wants the ledger gets it between two pages. All that is asked about runs names a merchant: a run without
one is seen by nobody. The last commit gives it its merchant, its place among the others and its record in the audit
log, and with that the whole plan is there. What a plan left that was killed on its way is removed by a later one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, insert, select, update

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.mapping import run_values
from batchinvoice.ledger.records import NewRun
from batchinvoice.ledger.tables import item_rows, rows, runs

NOBODY = ""  # the environment of such a run
_LEFT = "left"  # the merchant of one that is being removed: whoever was writing it cannot go on
_SILENT = dt.timedelta(hours=1)  # between two pages: then its process is taken for dead
_CHUNK = 5000  # rows that are removed in one commit

_OPEN = (runs.c.environment == NOBODY) & (runs.c.merchant_code == NOBODY)


@dataclass(slots=True)
class Draft:
    """A run that is being stored. `name`: which it will have."""

    name: str
    _highest: int = -1

    @classmethod
    def begin(cls, db: Connection, run: NewRun, now: dt.datetime) -> Draft:
        """Take the next name of the day, as `20261122-001`."""
        name = _next_name(db, run.planned_at)
        hidden = {"environment": NOBODY, "merchant_code": NOBODY, "sequence": 0, "finished_at": now}
        db.execute(insert(runs).values(**run_values(run), id=name, status=RunStatus.PLANNED, **hidden))
        return cls(name)

    def store(self, db: Connection, table: Table, values: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
        """Store a page of rows or of items. A row whose position was stored already comes in the place of that one.

        Raises LedgerBusy if this process was silent for so long that its draft was removed.
        """
        self._change(db, finished_at=now)
        page = {each["position"]: {"run_id": self.name, **each} for each in values}
        if table is rows:
            if again := [position for position in page if position <= self._highest]:
                db.execute(delete(rows).where(rows.c.run_id == self.name, rows.c.position.in_(again)))
            self._highest = max(self._highest, *page)
        db.execute(insert(table), list(page.values()))

    def publish(self, db: Connection, scope: Mapping[str, str]) -> None:
        """Give the run its merchant, as the latest of his: from this commit on it is there. Raises LedgerBusy."""
        own = (runs.c.environment == scope["environment"]) & (runs.c.merchant_code == scope["merchant_code"])
        latest = db.execute(select(func.coalesce(func.max(runs.c.sequence), 0)).where(own)).scalar_one()
        self._change(db, **scope, sequence=latest + 1, finished_at=None)

    def _change(self, db: Connection, **values: object) -> None:
        if db.execute(update(runs).where(runs.c.id == self.name, _OPEN).values(values)).rowcount != 1:
            raise LedgerBusy(OVERTAKEN)


def left_behind(now: dt.datetime) -> Select[Any]:
    """The names of drafts of which nothing was heard for so long that their processes must have died."""
    given_up = runs.c.merchant_code == _LEFT
    return select(runs.c.id).where(runs.c.environment == NOBODY, (runs.c.finished_at < now - _SILENT) | given_up)


def give_up(db: Connection, name: str) -> None:
    """Keep whoever was writing a draft from going on with it."""
    db.execute(update(runs).where(runs.c.id == name, _OPEN).values(merchant_code=_LEFT))


def remove_some(db: Connection, name: str) -> bool:
    """Remove some rows of a draft that was given up, or the draft itself; False if nothing is left to remove."""
    given_up = (runs.c.id == name) & (runs.c.environment == NOBODY) & (runs.c.merchant_code == _LEFT)
    if db.execute(select(runs.c.id).where(given_up)).first() is None:  # or it is a merchant's, and came to its end
        return False
    for table in (rows, item_rows):
        own: ColumnElement[bool] = table.c.run_id == name
        some = select(table.c.position).where(own).order_by(table.c.position).limit(_CHUNK)
        if positions := db.execute(some).scalars().all():
            db.execute(delete(table).where(own, table.c.position <= positions[-1]))
            return True
    db.execute(delete(runs).where(given_up))
    return False


def _next_name(db: Connection, planned_at: dt.datetime) -> str:
    day = f"{planned_at.astimezone(KUWAIT):%Y%m%d}-"
    # Longer names first: after 999 runs in a day comes 1000.
    latest = select(runs.c.id).order_by(func.length(runs.c.id).desc(), runs.c.id.desc()).limit(1)
    of_day = (runs.c.id > day) & (runs.c.id < f"{int(day[:8]) + 1}")  # an index knows where a day begins and ends
    last = db.execute(latest.where(of_day, runs.c.id.startswith(day))).scalar()
    return f"{day}{int(last.removeprefix(day)) + 1 if last else 1:03d}"

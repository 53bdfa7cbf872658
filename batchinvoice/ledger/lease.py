"""A lease on one merchant's invoices, for a database that several machines share: who works there, and until when.

A ledger file needs none: its lock dies with its process, so that a resume after a kill starts at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.ledger.errors import LedgerBusy
from batchinvoice.ledger.tables import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """`holder`: a name that no other process has. `seconds`: must outlast the longest call to the gateway.

    Times are the database's, so that the clocks of two machines need not agree.
    """

    environment: str
    merchant_code: str
    holder: str
    seconds: float

    def take(self, db: Connection) -> None:
        """Take the lease if nobody holds it or it has run out. Raises LedgerBusy, or IntegrityError in a race."""
        now = _database_time(db)
        held = db.execute(select(leases.c.holder, leases.c.until).where(self._own())).first()
        if held is None:
            scope = {"environment": self.environment, "merchant_code": self.merchant_code}
            db.execute(insert(leases).values(**scope, holder=self.holder, until=self._until(now)))
            return
        free = (leases.c.holder == held.holder) & (leases.c.until == held.until)
        taken = update(leases).where(self._own(), free).values(holder=self.holder, until=self._until(now))
        if held.until > now or db.execute(taken).rowcount != 1:
            raise LedgerBusy(
                f"{held.holder} is working with this ledger, at the latest until {held.until.astimezone(KUWAIT):%H:%M} "
                "(Kuwait). Wait until it has finished; from here nothing was sent."
            )

    def renew(self, db: Connection) -> None:
        """Hold the lease for longer, as part of the transaction that relies on it. Raises LedgerBusy if it was lost."""
        mine = update(leases).where(self._own(), leases.c.holder == self.holder)
        if db.execute(mine.values(until=self._until(_database_time(db)))).rowcount != 1:
            raise LedgerBusy(
                "This process was silent for so long that another has taken over its work. What was sent is in the "
                "ledger; to see how things stand: batchinvoice history"
            )

    def release(self, db: Connection) -> None:
        """Let go, if it is still ours."""
        db.execute(delete(leases).where(self._own(), leases.c.holder == self.holder))

    def _until(self, now: dt.datetime) -> dt.datetime:
        return now + dt.timedelta(seconds=self.seconds)

    def _own(self) -> ColumnElement[bool]:
        return (leases.c.environment == self.environment) & (leases.c.merchant_code == self.merchant_code)


def _database_time(db: Connection) -> dt.datetime:
    now: dt.datetime = db.execute(select(func.current_timestamp())).scalar_one()
    return now.astimezone(dt.UTC) if now.tzinfo else now.replace(tzinfo=dt.UTC)

"""What one transaction notes of a run as a whole, in the ledger and in its audit log."""

from __future__ import annotations

import datetime as dt
import os

from sqlalchemy import Connection, select, update

from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.audit import Event, Log, canonical, of_run
from batchinvoice.ledger.forget import forget
from batchinvoice.ledger.records import Run
from batchinvoice.ledger.standing import standing
from batchinvoice.ledger.tables import runs


class Notes:
    """The notes of one transaction; all of them are durable together with its other writes, or none is."""

    def __init__(self, connection: Connection, now: dt.datetime, log: Log) -> None:
        self._db, self._now, self._log = connection, now, log

    def set_run_status(self, run: Run, status: RunStatus, why: str = "") -> None:
        """Note how far the run is; a run that is over gets its time, and one that goes on is to be reported anew.

        why: what stopped it, in words that hold nothing of its rows.
        """
        over = status not in (RunStatus.PLANNED, RunStatus.RUNNING)
        values: dict[str, object] = {"status": status, "finished_at": self._now if over else None}
        if status is RunStatus.RUNNING:
            values["reported_at"] = None
        own = runs.c.id == run.id
        before = self._db.execute(select(runs.c.status).where(own)).scalar_one()
        if over and status is before:  # stopped once more before anything was done: it ended when the log says
            return
        self._db.execute(update(runs).where(own).values(values))
        if status is RunStatus.RUNNING:
            self._tell_begun(run)
        elif over:
            event = Event.STOPPED if status is RunStatus.FAILED else Event.CONCLUDED
            reason = {"why": why} if why else {}
            self.note_event(event, run.id, status=str(status), **reason, **standing(self._db, run.id))

    def _tell_begun(self, run: Run) -> None:
        """Once for each process that goes on with the run."""
        facts = {"process": os.getpid()}
        last = self._db.execute(of_run(self._log, run.id).limit(1)).first()
        if last is None or (last.event, last.facts) != (Event.BEGUN, canonical(facts)):
            self.note_event(Event.BEGUN, run.id, **facts)

    def note_event(self, event: str, run_id: str | None = None, **facts: object) -> None:
        """Append to the audit log. facts: JSON values without personal data. The last of an entry, if it is a run's."""
        self._log.append(self._db, self._now, event, run_id, facts)

    def note_report(self, run: Run, name: str = "") -> None:
        """Note that the workbooks tell of the run as it is now. name: of the report's file."""
        self._db.execute(update(runs).where(runs.c.id == run.id).values(reported_at=self._now))
        self.note_event(Event.REPORTED, run.id, report=name)

    def note_change(self, run_id: str, event: Event, **facts: object) -> None:
        """Note that the workbooks of a run no longer tell how it stands: another run or a person settled rows.

        After those rows: the audit log tells how they stand then.
        """
        self._db.execute(update(runs).where(runs.c.id == run_id).values(reported_at=None))
        self.note_event(event, run_id, **facts, **standing(self._db, run_id))

    def forget(self, run: Run, older_than: str) -> None:
        """Remove the personal data of a run that is settled, and tell so in the audit log. older_than: as asked for."""
        self.note_event(Event.FORGOTTEN, run.id, older_than=older_than, **forget(self._db, run.id, self._now))

"""The audit log: who did what and when, as a chain of records of which none can be changed, moved or taken out unseen.

Each (environment, merchant) has a chain of its own. A record holds the hash of the one before, and its own hash is over
all that it says. A record is written in the transaction of what it tells, so that neither is there without the other.
It holds no personal data, so that it outlives them: counts, sums, hashes, names of files, and how it ended.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, text

from batchinvoice.ledger.tables import audit, runs
from batchinvoice.ledger.who import this_user

Facts = Mapping[str, Any]  # JSON values


class Event(StrEnum):
    """What a record tells. Others may be noted in words of their own, of 20 characters at most."""

    PLANNED = "planned"
    BEGUN = "begun"
    STOPPED = "stopped"
    CONCLUDED = "concluded"
    TEXTED = "texted"
    REPORTED = "reported"
    GIVEN_UP = "given up"
    SETTLED = "settled"  # rows of the run, by another run
    FORGOTTEN = "forgotten"
    MIGRATED = "migrated"


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `number` counts from 1; `facts` is JSON, exactly as it was hashed; `previous` is empty for the first.

    `hash`: SHA-256, in hexadecimal digits, over all the other fields.
    """

    environment: str
    merchant_code: str
    number: int
    at: dt.datetime
    who: str
    event: str
    run_id: str | None
    facts: str
    previous: str
    hash: str

    @property
    def told(self) -> dict[str, Any]:
        """The facts; none where somebody has put something else there, which its hash then tells."""
        with suppress(ValueError):
            facts = json.loads(self.facts)
            if isinstance(facts, dict):
                return facts
        return {}

    @property
    def mark(self) -> str:
        """Number and hash, as they stand on a report: `17:9f86d08…`."""
        return f"{self.number}:{self.hash}"

    def own_hash(self) -> str:
        """The hash that its fields give: another than `hash` if one of them was changed."""
        told = {**asdict(self), "at": self.at.astimezone(dt.UTC).isoformat()}
        del told["hash"]
        return hashlib.sha256(canonical(list(told.values())).encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON that is the same for the same value: keys in order, no spaces, ASCII alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Log:
    """What appends to the chain of one (environment, merchant), in the name of whoever works here."""

    environment: str
    merchant_code: str
    who: str

    @classmethod
    def of(cls, environment: str, merchant_code: str) -> Log:
        """In the name of this process's user."""
        return cls(environment, merchant_code, this_user())

    def append(
        self, db: Connection, at: dt.datetime, event: str, run_id: str | None = None, facts: Facts | None = None
    ) -> None:
        """Append a record within the caller's transaction, which must be one that writes."""
        if db.dialect.name == "postgresql":  # SQLite's transactions that write come one after the other anyway
            db.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
        own = (audit.c.environment == self.environment) & (audit.c.merchant_code == self.merchant_code)
        latest = select(audit.c.number, audit.c.hash).where(own).order_by(audit.c.number.desc()).limit(1)
        number, previous = db.execute(latest).first() or (0, "")
        said = canonical(dict(facts or {}))
        record = Record(
            self.environment, self.merchant_code, number + 1, at, self.who, str(event), run_id, said, previous, ""
        )
        db.execute(insert(audit).values({**asdict(record), "hash": record.own_hash()}))


def of_run(log: Log, run_id: str) -> Select[Any]:
    """The records of a run, the newest first."""
    own = (audit.c.environment == log.environment) & (audit.c.merchant_code == log.merchant_code)
    return select(audit).where(own, audit.c.run_id == run_id).order_by(audit.c.number.desc())


def note_migration(db: Connection, before: str, after: str) -> None:
    """Append to the chain of each merchant that the ledger came to a new version.

    `runs`: the number of the latest run until then, `count`: how many there are; those without a record are older than
    the log.
    """
    whose = select(runs.c.environment, runs.c.merchant_code, func.max(runs.c.sequence), func.count())
    whose = whose.where(runs.c.environment != "")  # nobody's: a plan that was not stored to its end
    for environment, merchant_code, latest, count in db.execute(
        whose.group_by(runs.c.environment, runs.c.merchant_code)
    ).all():
        facts = {"from": before, "to": after, "runs": latest, "count": count}
        Log.of(environment, merchant_code).append(db, dt.datetime.now(dt.UTC), Event.MIGRATED, None, facts)

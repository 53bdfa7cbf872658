"""batchinvoice with a ledger that is not synced to the disk: to measure what syncing costs, and for nothing else."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from batchinvoice.__main__ import main


@event.listens_for(Pool, "checkout")
def checked_out(connection: Any, *_: object) -> None:
    # At each use, since the ledger sets its own wish when it connects, after any listener of ours.
    connection.execute("PRAGMA synchronous=OFF")


if __name__ == "__main__":
    main()

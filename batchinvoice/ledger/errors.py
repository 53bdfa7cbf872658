"""What keeps the ledger from being used; nothing was sent when one of these is raised, and trying again is safe.

LedgerError
├── LedgerUnusable   it cannot be opened or written: folder, disk, permissions, damage
├── LedgerBusy       another process is working with it
├── LedgerNewer      a newer version of this program wrote it
└── NoSuchRun        no run of that name
"""

from __future__ import annotations

OVERTAKEN = (
    "Another process is making the same invoices at this moment. Wait until it has finished, then run this again; what "
    "was sent is not sent twice."
)


class LedgerError(Exception):
    """The ledger cannot do what was asked. The message says what to do."""


class LedgerUnusable(LedgerError):
    """It cannot be opened or written."""


class LedgerBusy(LedgerError):
    """Another process holds it."""


class LedgerNewer(LedgerError):
    """Its tables are of a version that this program does not know."""


class NoSuchRun(LedgerError):
    """The run is not in the ledger."""


class RunForgotten(LedgerError):
    """The run was only planned, and what it was to send was removed from the ledger since."""

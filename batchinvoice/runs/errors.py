"""What stops a run; what was done until then is in the ledger, and the run can be taken up again."""

from __future__ import annotations


class RunStopped(Exception):
    """The run could not go on: the gateway is down, the login was refused, or somebody stopped it.

    Rows that were not sent are `pending`; `batchinvoice resume` goes on from there, which is safe.
    """

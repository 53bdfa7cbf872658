"""The job: one run to be carried out, with all that its steps need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from batchinvoice.gateway.client import Gateway
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.runs.pace import Pace
from batchinvoice.runs.stopping import Stop
from batchinvoice.runs.terms import Terms


@dataclass(frozen=True, slots=True)
class Job:
    """pace: how many calls at once, as is learnt on the way. progress: told how many more rows have come to an end.

    tell: told what takes long, in words.
    """

    ledger: Ledger
    gateway: Gateway
    run: Run
    terms: Terms
    pace: Pace
    stop: Stop
    progress: Callable[[int], None] = lambda _: None
    tell: Callable[[str], None] = lambda _: None

    def allowed(self, most: int) -> int:
        """How many calls may be under way now, where so many were at the most since this was last asked."""
        return self.pace.allowed(self.gateway.lately(), most)

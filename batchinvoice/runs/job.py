"""The job: one run to be carried out, with all that its steps need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from batchinvoice.gateway.client import Gateway
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.runs.stopping import Stop
from batchinvoice.runs.terms import Terms


@dataclass(frozen=True, slots=True)
class Job:
    """progress: told how many more rows have come to an end. tell: told what takes long, in words."""

    ledger: Ledger
    gateway: Gateway
    run: Run
    terms: Terms
    stop: Stop
    progress: Callable[[int], None] = lambda _: None
    tell: Callable[[str], None] = lambda _: None

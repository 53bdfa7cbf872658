"""How the work on one sheet or run ends, and what may stop it; each error says in its message what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchinvoice.gateway.errors import GatewayError
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.runs.errors import RunStopped
from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.settings import SettingsError
from batchinvoice.sheets.errors import SheetError

# These would stop every further sheet too.
STOPS_ALL = (SettingsError, LedgerError, GatewayError)
EXPECTED = (*STOPS_ALL, SheetError, RunStopped, ScheduleError)


@dataclass(frozen=True, slots=True)
class Ending:
    """How one sheet or run ended. `result`: what --json prints; `stops`: why no further sheet needs to be tried."""

    code: int
    result: dict[str, Any]
    stops: str = ""

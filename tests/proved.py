"""The audit log of a ledger's file, held against its rows: whatever happened, it must tell the same."""

from __future__ import annotations

from pathlib import Path

from batchinvoice import checking
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.proof import prove


def log_breaks(file: Path) -> list[str]:
    """Where the log of the sandbox merchant is broken, or does not tell how the runs stand; empty if all is well."""
    if not file.exists():
        return []
    ledger = Ledger.open(f"sqlite:///{file.as_posix()}", "sandbox", SANDBOX["merchant_code"], checking.now)
    try:
        return list(prove(ledger).breaks)
    finally:
        ledger.close()

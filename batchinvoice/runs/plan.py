"""Plan: a checked sheet held against the ledger → a run, there as a whole before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from batchinvoice.invoices.check import Checked
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import NewRun
from batchinvoice.runs.asked_for import Options
from batchinvoice.runs.plan_rows import planned
from batchinvoice.runs.shapes import item_rows, shapes
from batchinvoice.sheets.naming import readable
from batchinvoice.sheets.reading import Source


def plan(
    source: Source,
    checked: Checked,
    ledger: Ledger,
    options: Options,
    who: str,
    version: str,
    now: dt.datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> str:
    """Store the run; returns its name. Nothing is sent. progress: told how many more rows are planned."""
    run = NewRun(
        source=readable(str(source.path.absolute())),
        source_name=readable(source.path.name),
        sha256=source.sha256,
        sheet=source.invoices.sheet,
        shapes=shapes(checked),
        notes=tuple(checked.notes),
        options={**options.as_text(), **_corrects(source, ledger)},
        started_by=who,
        version=version,
        planned_at=now,
        input_count=len(checked.table.rows),
        input_amount=sum((amount for _, amount in checked.rows.tallies().values()), Decimal(0)),
    )
    return ledger.add_run(run, planned(checked, ledger, options, now, progress), item_rows(checked))


def _corrects(source: Source, ledger: Ledger) -> dict[str, str]:
    """The run whose corrections workbook this is, if this ledger knows it."""
    if source.corrects is None:
        return {}
    with suppress(LedgerError):
        return {"corrects": ledger.run(source.corrects).id}
    return {}

"""Plan: a checked sheet held against the ledger → a run, there as a whole before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from batchinvoice.invoices.check import Checked, CheckedRow
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import NewRun
from batchinvoice.runs.asked_for import Options
from batchinvoice.runs.plan_rows import item_rows, planned, shapes
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
    total = _Total()

    def seen(page: Sequence[CheckedRow]) -> None:
        total.add(page)
        progress(len(page))

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
        input_amount=Decimal(0),  # known once all rows were seen
    )
    rows = planned(checked, ledger, options, now, seen)
    return ledger.add_run(run, rows, item_rows(checked), lambda: total.amount)


@dataclass(slots=True)
class _Total:
    """What the sheet's rows come to, in KWD, as they are read."""

    amount: Decimal = Decimal(0)

    def add(self, page: Sequence[CheckedRow]) -> None:
        self.amount += sum((row.amount for row in page if row.amount is not None), Decimal(0))


def _corrects(source: Source, ledger: Ledger) -> dict[str, str]:
    """The run whose corrections workbook this is, if this ledger knows it."""
    if source.corrects is None:
        return {}
    with suppress(LedgerError):
        return {"corrects": ledger.run(source.corrects).id}
    return {}

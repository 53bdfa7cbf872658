"""A sheet is read and checked as the settings say; neither ledger nor gateway is needed for it."""

from __future__ import annotations

import datetime as dt
import gc
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.headings import key, signature
from batchinvoice.invoices.kuwait import kuwait_date
from batchinvoice.invoices.lifecycle import MENDABLE
from batchinvoice.invoices.rules import Rules
from batchinvoice.settings import Settings
from batchinvoice.sheets.ahead import Read
from batchinvoice.sheets.confirmed import remember, remembered
from batchinvoice.sheets.guard import read_guarded
from batchinvoice.sheets.reading import Source

if TYPE_CHECKING:
    from batchinvoice.invoices.check import Checked


def now() -> dt.datetime:
    """The present, aware, UTC."""
    return dt.datetime.now(dt.UTC)


def rules(settings: Settings, at: dt.datetime) -> Rules:
    """What the settings say about invoices on that day."""
    return Rules(
        merchant_code=settings.merchant_code,
        today=kuwait_date(at),
        country_code=settings.country_code,
        delivery=settings.delivery,
        payment_types=settings.payment_types,
        sms_mode=settings.sms_mode,
        amount_min=settings.amount_min,
        amount_max=settings.amount_max,
        date_order=settings.date_order,
        decimal_mark=settings.decimal_mark,
    )


def check_sheet(
    settings: Settings, path: Path, asked: Asked, at: dt.datetime, read: Read = read_guarded
) -> tuple[Source, Checked]:
    """Read and check a sheet as of a moment; what is confirmed of its headings is kept for the next one.

    Raises UnreadableSheet.
    """
    source = read(path, replace(asked, remembered=remembered(settings.home)), _make_ready)
    from batchinvoice.invoices.check import check

    keys = {key(name) for name in source.invoices.headings}
    if said := {name: field for name, field in asked.mapping.items() if name in keys}:
        remember(settings.home, signature(source.invoices.headings), said)
    return source, check(source.invoices, source.items, rules(settings, at), asked)


@cache
def _make_ready() -> None:
    """What the check needs is loaded while the sheet is read; first the child is forked, which costs less without.

    What is loaded by then stays, so nobody need look through it for cycles again.
    """
    import batchinvoice.invoices.check  # noqa: F401 - so that it is loaded by then
    from batchinvoice.invoices import schema

    schema.make_ready()
    gc.freeze()


def write_check_corrections(settings: Settings, source: Source, checked: Checked) -> Path | None:
    """The corrections workbook of a check; None if there is nothing to mend. Raises FileInUse or CannotWrite."""
    if not set(MENDABLE).intersection(checked.rows.statuses):
        return None
    from batchinvoice.runs.correct import correct_checked

    return correct_checked(source, checked, settings.environment, settings.report_dir)

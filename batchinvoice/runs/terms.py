"""The terms on which a run is carried out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from batchinvoice.invoices.invoice import SEED_FORMS, SmsMode, WireForms


@dataclass(frozen=True, slots=True)
class Terms:
    """What the settings say, for every step of a run.

    workers: calls at once, at most. expiry_days: from today, for a row that gives no expiry date. settle_seconds: for
    how long a lost create must be seen not to be at the gateway before it may be sent again. sms_chunk: ids in one bulk
    send. clock: the time of day, aware, UTC.
    """

    merchant_code: str
    sms_mode: SmsMode
    workers: int
    expiry_days: int
    settle_seconds: float
    sms_chunk: int
    clock: Callable[[], dt.datetime]
    forms: WireForms = SEED_FORMS

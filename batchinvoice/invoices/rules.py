"""What the settings say about invoices: whose they are, what an empty cell means, and the bounds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from batchinvoice.invoices.invoice import Delivery, SmsMode


class DateOrder(StrEnum):
    """How 3/4/2026 is meant."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"


@dataclass(frozen=True, slots=True)
class Rules:
    """`today` is the date in Kuwait. Amounts are KWD; the bounds are this tool's own (the gateway's are not known).

    `date_order` and `decimal_mark` (`.` or `,`) are declared by the user; None: what could be either is an issue.
    """

    merchant_code: str
    today: dt.date
    country_code: str = "965"
    delivery: Delivery = Delivery.SMS
    payment_types: tuple[int, ...] = (1, 2)
    sms_mode: SmsMode = SmsMode.BULK
    amount_min: Decimal = Decimal("0.001")
    amount_max: Decimal = Decimal("100000.000")
    expiry_years: int = 5
    date_order: DateOrder | None = None
    decimal_mark: str | None = None

    @property
    def last_expiry(self) -> dt.date:
        """The latest expiry date that is not taken for a slip of the year."""
        return self.today + dt.timedelta(days=366 * self.expiry_years)

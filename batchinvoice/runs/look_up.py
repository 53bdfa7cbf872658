"""Looking an invoice up at the gateway, and what is found there says of one whose answer was lost."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Problem, problem

CANCELLED = "3"  # invoice_status, as seen in the gateway's own app
# The gateway's clock and time zone are not known, and ours may have been set by a day: the look-up reaches further.
_MARGIN = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look-up says of one create: found, or why a person is needed, or neither: it was not there."""

    found: GatewayInvoice | None = None
    why: Problem | None = None

    @property
    def absent(self) -> bool:
        """True if the look-up succeeded and the invoice was not there."""
        return self.found is None and self.why is None

    @property
    def final(self) -> bool:
        """True if looking again would not change it."""
        return not self.absent and (self.why is None or self.why.code is not Code.LOOK_UP_FAILED)


def look_up(gateway: Gateway, reference: str, since: dt.datetime, until: dt.datetime) -> list[GatewayInvoice]:
    """The gateway's invoices with exactly this reference that can have been made since. Raises GatewayError.

    The search is free text and its dates are days, so what it finds is filtered. An invoice whose time of making
    cannot be read may be meant.
    """
    found = gateway.find(reference, (since - _MARGIN).date(), (max(since, until) + _MARGIN).date())
    return [each for each in found if each.reference == reference and not _older(each.created_at, since - _MARGIN)]


def judge(invoice: Invoice, found: Sequence[GatewayInvoice]) -> Seen:
    """What the invoices found under a lost create's reference say of it. Pure."""
    live = [each for each in found if each.status != CANCELLED]
    if len(live) > 1:
        ids = ", ".join(each.id for each in live)
        return Seen(why=problem(Code.SEVERAL_AT_GATEWAY, count=len(live), ids=ids))
    if not live:
        gone = problem(Code.CANCELLED_AT_GATEWAY, value=found[0].id) if found else None
        return Seen(why=gone)
    [one] = live
    if one.amount is not None and one.amount != invoice.amount:
        said = {"value": one.id, "amount": str(one.amount), "expected": money(invoice.amount)}
        return Seen(why=problem(Code.OTHER_AT_GATEWAY, **said))
    return Seen(found=one)


def _older(created_at: str, limit: dt.datetime) -> bool:
    """Whether it was certainly made before the day of `limit`."""
    return bool(re.match(r"\d{4}-\d{2}-\d{2}", created_at)) and created_at[:10] < limit.date().isoformat()

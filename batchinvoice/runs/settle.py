"""Looking an invoice up at the gateway, when it is not certain that it was made."""

from __future__ import annotations

import datetime as dt

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.invoice import Invoice

# The gateway's clock and time zone are not known, so the look-up reaches a day to either side.
_MARGIN = dt.timedelta(days=1)


def look_up(gateway: Gateway, invoice: Invoice, since: dt.datetime, until: dt.datetime) -> list[GatewayInvoice]:
    """The gateway's invoices with exactly this reference. Raises GatewayError if the look-up fails.

    The search is free text, so what it finds is filtered. Whether the amount is the same is for the caller to judge.
    """
    found = gateway.find(invoice.reference, (since - _MARGIN).date(), (until + _MARGIN).date())
    return [each for each in found if each.reference == invoice.reference]

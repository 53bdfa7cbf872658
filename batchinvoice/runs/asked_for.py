"""What was asked for when a sheet was planned, as its run keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.invoice import SmsMode


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for: `sms` False leaves text messages for later, `strict` sends nothing if any row is bad.

    `check_gateway`: each new reference is looked up at the gateway first. `trust_ids`: the gateway is not asked whose
    the Invoice IDs are that the ledger does not know. `asked`: what was said of the sheet.
    """

    sms: bool
    strict: bool
    sms_mode: SmsMode
    check_gateway: bool = False
    trust_ids: bool = False
    asked: Asked = field(default_factory=Asked)

    def as_text(self) -> dict[str, str]:
        """As the run keeps it."""
        return {
            "sms": "yes" if self.sms else "no",
            "strict": "yes" if self.strict else "no",
            "sms_mode": str(self.sms_mode),
            "check_gateway": "yes" if self.check_gateway else "no",
            "trust_ids": "yes" if self.trust_ids else "no",
            **_said(self.asked),
        }


def _said(asked: Asked) -> dict[str, str]:
    """What was said of the sheet, as far as something was."""
    said = {
        "sheet": asked.sheet,
        "hidden": None if asked.hidden is Hidden.ASK else str(asked.hidden),
        "expect_count": None if asked.count is None else str(asked.count),
        "expect_total": None if asked.total is None else money(asked.total),
    }
    return {name: value for name, value in said.items() if value is not None}

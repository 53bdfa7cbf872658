"""A call as the ledger sees it: its intent, written down before it is made, and its outcome, written down after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.records import Known, Row

# Origins of an invoice whose id only a sheet has named. `sheet`: a person trusted it, so a change may have left.
# `asked`: no change leaves before the gateway has said that this id has this reference.
STATED, ASKED = "sheet", "asked"


@dataclass(frozen=True, slots=True)
class Create:
    """A create that is about to be written down. `sms`: the text message's state from then on.

    `not_made` is the invoice of the same reference that is known not to exist; `lost` is what the row says if nothing
    more should be heard.
    """

    row: Row
    invoice: Invoice
    sms: SmsStatus
    not_made: Known | None
    lost: Issue
    action: ClassVar[Action] = Action.CREATE
    known: ClassVar[None] = None


@dataclass(frozen=True, slots=True)
class Change:
    """An update that is about to be written down. `known` is None for an invoice that was made elsewhere."""

    row: Row
    invoice: Invoice
    known: Known | None
    action: ClassVar[Action] = Action.UPDATE


@dataclass(frozen=True, slots=True)
class Intent:
    """A call that is written down and may now be made. `attempt` and `invoice_key` are the ledger's own numbers.

    `renames`: an update that gives its invoice a reference which it did not have before. For a create of unknown
    outcome, `sms` is the text message's state, and `doubtful` says that a change of the invoice may have followed.
    """

    attempt: int
    row: Row
    invoice: Invoice
    invoice_key: int
    action: Action
    before: Known | None
    at: dt.datetime
    renames: bool = False
    sms: SmsStatus | None = None
    doubtful: bool = False

    @property
    def stated(self) -> bool:
        """True for an update of an invoice of which only a sheet says that it exists."""
        return self.action is Action.UPDATE and (self.before is None or self.before.origin in (STATED, ASKED))

    @property
    def first_named(self) -> bool:
        """True for the first update of such an invoice that can leave: no earlier one has, unless it was confirmed."""
        return self.action is Action.UPDATE and (self.before is None or self.before.origin == ASKED)

    @property
    def gives_id(self) -> bool:
        """True if the gateway's answer gives the invoice its id: the ledger knows none yet."""
        return self.before is None or self.before.gateway_id is None

    @property
    def gateway_id(self) -> str:
        """The id under which an update goes out: the ledger's, else what the sheet says; empty for a create."""
        return (self.before.gateway_id if self.before else None) or self.invoice.invoice_id or ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row. Fields that stay None leave the invoice as it was."""

    status: RowStatus
    issues: tuple[Issue, ...] = ()
    gateway_id: str | None = None
    origin: str | None = None
    token: str | None = None
    link: str | None = None
    gateway_amount: Decimal | None = None
    sms: SmsStatus | None = None
    tries: int = 1
    detail: str = ""
    doubt: bool = False  # an earlier try may have been carried out
    unsent: bool = False  # what was lost is the answer to a question before it
    confirmed: bool = False  # the gateway said that this id has this reference

    @property
    def certainly_nothing(self) -> bool:
        """True if the call changed nothing, in none of its tries: it was refused, was never sent, or is held."""
        refused = self.status in (RowStatus.REJECTED, RowStatus.PENDING, RowStatus.HELD) and not self.doubt
        return refused or self.unsent

    def unfounded(self, intent: Intent) -> bool:
        """True if nothing speaks for it that the id which the sheet names is this invoice's."""
        return self.certainly_nothing and intent.first_named and not self.confirmed


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a row. `intent`: that of its call, if there was one; `invoice_key`: of which invoice it speaks."""

    row: Row
    action: Action
    outcome: Outcome
    invoice_key: int | None = None
    intent: Intent | None = None

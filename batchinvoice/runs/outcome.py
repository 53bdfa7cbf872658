"""What an answer, or its absence, means for a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from batchinvoice.gateway.client import Done
from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Refused, Unauthorised
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.headings import meaning
from batchinvoice.invoices.issue import Issue, problem
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.ledger.records import Row, Run
from batchinvoice.runs.echo import differences
from batchinvoice.runs.places import Places

_FILS, _NO_AMOUNT = Decimal("0.001"), Decimal(10**12)
# After these the call may have been carried out.
_UNCERTAIN = (OutcomeUnknown, Unauthorised)


def stops_the_run(error: GatewayError) -> bool:
    """Whether the next row would meet the same: no connection, throttled to the end, login refused, wrong keys.

    A 401 alone does not: a new login has been had by then.
    """
    return not isinstance(error, (OutcomeUnknown, Refused, Unauthorised))


def succeeded(
    intent: Intent, done: Done, sms: SmsStatus | None, places: Places, status: RowStatus | None = None
) -> Outcome:
    """The outcome of a call that the gateway confirmed. `sms`: the text message's state, if that is new.

    `status` is given when an invoice was adopted.
    """
    echo = done.invoice
    creating = intent.action is Action.CREATE
    found = differences(intent.invoice, echo, "" if creating else intent.gateway_id)
    return Outcome(
        status=status or (RowStatus.CREATED if creating else RowStatus.UPDATED),
        issues=tuple(places.issue(intent.row.row, field, what) for field, what in found),
        gateway_id=echo.id if creating or intent.gives_id else None,
        origin=echo.source if creating or intent.gives_id or intent.stated else None,
        token=echo.token or None,
        link=echo.url or None,
        gateway_amount=_fils(echo.amount),
        sms=sms,
        tries=done.attempts,
    )


def _fils(amount: Decimal | None) -> Decimal | None:
    """The amount if it can be one: whole fils, in the billions at most. Of any other, the difference is told."""
    return amount if amount is not None and abs(amount) < _NO_AMOUNT and amount % _FILS == 0 else None


def adopted(intent: Intent, found: GatewayInvoice, sms: SmsStatus | None, places: Places, tries: int = 0) -> Outcome:
    """The outcome of a create that was found to have been carried out, after so many more tries."""
    return succeeded(intent, Done(found, tries), sms, places, RowStatus.ADOPTED)


def with_owners(
    entry: Entry, run: Run, came: Sequence[tuple[Intent, Outcome]], places: Callable[[Row], Places]
) -> list[tuple[Intent, Outcome]]:
    """The outcomes; where another invoice has the id that the gateway gave, in the ledger or here, the row says so."""
    owners = entry.owners_of(run, {outcome.gateway_id for _, outcome in came if outcome.gateway_id})
    told = []
    for intent, outcome in came:
        said = outcome
        if outcome.gateway_id:
            having = owners.setdefault(outcome.gateway_id, {})
            if other := next((name for key, name in having.items() if key != intent.invoice_key), None):
                taken = problem(Code.ID_TAKEN, value=outcome.gateway_id, other=other)
                issue = places(intent.row).issue(intent.row.row, Field.REFERENCE, taken)
                said = replace(outcome, issues=(*outcome.issues, issue))
            having[intent.invoice_key] = intent.invoice.reference
        told.append((intent, said))
    return told


def failed(intent: Intent, error: GatewayError, places: Places) -> Outcome:
    """The outcome of a call that was refused, whose outcome is unknown, or that was certainly never sent."""
    row = intent.row.row
    if isinstance(error, Refused):
        sms = SmsStatus.NOT_WANTED if intent.action is Action.CREATE else None
        issues = _refusals(error, row, places)
        return Outcome(
            RowStatus.REJECTED, issues, sms=sms, tries=error.attempts, detail=error.reason, doubt=error.doubt
        )
    if isinstance(error, _UNCERTAIN):
        code = Code.OUTCOME_UNKNOWN if intent.action is Action.CREATE else Code.CHANGE_UNKNOWN
        lost = places.issue(row, Field.REFERENCE, problem(code))
        return Outcome(RowStatus.UNKNOWN, (lost,), tries=error.attempts, detail=error.message)
    return Outcome(RowStatus.PENDING, tries=error.attempts, detail=error.message, doubt=error.doubt)


def not_told_whose(intent: Intent, error: GatewayError, places: Places) -> Outcome:
    """The outcome of a change that was not sent, because the gateway did not say whose its ID is."""
    if not isinstance(error, _UNCERTAIN):
        return replace(failed(intent, error, places), doubt=False)
    said = places.issue(intent.row.row, Field.INVOICE_ID, problem(Code.LOOK_UP_FAILED, detail=error.message))
    return Outcome(RowStatus.UNKNOWN, (said,), tries=error.attempts, detail=error.message, unsent=True)


def confirmed(intent: Intent, outcome: Outcome) -> Outcome:
    """The outcome of a change before which the gateway said that its ID has this reference: it keeps the two together.

    Else the row without the ID would be taken for a new invoice.
    """
    return replace(outcome, confirmed=True, origin="invoice" if intent.stated else None)


def _refusals(error: Refused, row: int, places: Places) -> tuple[Issue, ...]:
    """The gateway's words, each beside the column that it speaks of."""
    by_field = [(meaning(name), words) for name, words in error.fields.items()]
    said = [
        places.issue(row, field, problem(Code.GATEWAY_REFUSED, answer=" ".join(words))) for field, words in by_field
    ]
    return tuple(said) or (places.issue(row, Field.REFERENCE, problem(Code.GATEWAY_REFUSED, answer=error.reason)),)

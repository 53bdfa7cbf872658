"""Statuses of rows, text messages and runs, and the steps allowed between them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Action(StrEnum):
    """What the plan wants done with a row."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    NONE = "none"  # invalid, duplicate or held: nothing is sent


class RowStatus(StrEnum):
    """What came of a row. Every row of a finished run has exactly one of them, and none is `pending`."""

    PENDING = "pending"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    ADOPTED = "adopted"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    REJECTED = "rejected"
    HELD = "held"
    UNKNOWN = "unknown"


class SmsStatus(StrEnum):
    """What came of a row's text message."""

    NOT_WANTED = "not wanted"
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class InvoiceState(StrEnum):
    """What is known of an invoice at the gateway.

    It is `unknown` from the moment before the create call leaves until its answer is understood: whatever is lost on
    the way, a crash of this program too, leaves it so.
    """

    UNKNOWN = "unknown"
    MADE = "made"
    NOT_MADE = "not made"


class RunStatus(StrEnum):
    """How far a run is."""

    PLANNED = "planned"
    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


# A row that ended so needs nobody.
WELL_ENDED = frozenset(
    {RowStatus.CREATED, RowStatus.UPDATED, RowStatus.UNCHANGED, RowStatus.ADOPTED, RowStatus.DUPLICATE}
)
# A row that ended so can be mended in the sheet: it goes into the corrections workbook.
MENDABLE = frozenset({RowStatus.INVALID, RowStatus.REJECTED, RowStatus.HELD})
# A row that ended so has its invoice at the gateway.
AT_GATEWAY = frozenset({RowStatus.CREATED, RowStatus.UPDATED, RowStatus.UNCHANGED, RowStatus.ADOPTED})

_OUTCOMES = frozenset(RowStatus) - {RowStatus.PENDING}

# A create is written down as `unknown` before it leaves; its answer, or a look-up, says what came of it. A row whose
# invoice is certainly not there, and a change whose answer was lost, wait once more.
NEXT: dict[RowStatus, frozenset[RowStatus]] = {
    RowStatus.PENDING: _OUTCOMES,
    RowStatus.UNKNOWN: frozenset(
        {RowStatus.CREATED, RowStatus.UPDATED, RowStatus.ADOPTED, RowStatus.REJECTED, RowStatus.PENDING}
    ),
    **{status: frozenset() for status in _OUTCOMES - {RowStatus.UNKNOWN}},
}

# A bulk send, too, is `unknown` until its answer is understood; one whose answer was lost is left only by a person.
NEXT_SMS: dict[SmsStatus, frozenset[SmsStatus]] = {
    SmsStatus.NOT_WANTED: frozenset({SmsStatus.PENDING}),
    SmsStatus.PENDING: frozenset({SmsStatus.UNKNOWN}),
    SmsStatus.FAILED: frozenset({SmsStatus.PENDING}),
    SmsStatus.UNKNOWN: frozenset({SmsStatus.SENT, SmsStatus.FAILED, SmsStatus.PENDING}),
    SmsStatus.SENT: frozenset({SmsStatus.PENDING}),
}


def run_status(rows: Iterable[RowStatus], sms: Iterable[SmsStatus]) -> RunStatus:
    """The status of a run whose work is over: `complete` when no row and no text message needs anybody."""
    rows_well = all(status in WELL_ENDED for status in rows)
    sms_well = not any(status in (SmsStatus.FAILED, SmsStatus.UNKNOWN) for status in sms)
    return RunStatus.COMPLETE if rows_well and sms_well else RunStatus.PARTIAL

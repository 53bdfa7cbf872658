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

    __hash__ = str.__hash__  # that of enumerations is Python's own work, and rows are many

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

# A text message may be sent in these states: it waits, was refused, or, if a person says so, is uncertain.
TEXTABLE = frozenset({SmsStatus.PENDING, SmsStatus.FAILED, SmsStatus.UNKNOWN})

_OUTCOMES = frozenset(RowStatus) - {RowStatus.PENDING}

# A create is written down as `unknown` before it leaves; its answer, or a look-up, says what came of it. A row whose
# invoice is certainly not there, and a change whose answer was lost, wait once more.
NEXT: dict[RowStatus, frozenset[RowStatus]] = {
    RowStatus.PENDING: _OUTCOMES,
    RowStatus.UNKNOWN: (AT_GATEWAY - {RowStatus.UNCHANGED}) | {RowStatus.REJECTED, RowStatus.HELD, RowStatus.PENDING},
    **{status: frozenset() for status in _OUTCOMES - {RowStatus.UNKNOWN}},
}


def run_status(rows: Iterable[RowStatus], sms: Iterable[SmsStatus]) -> RunStatus:
    """The status of a run whose work is over: `complete` when no row and no text message needs anybody.

    With rows that still wait it is not over, but was stopped: `failed`.
    """
    statuses = set(rows)
    if RowStatus.PENDING in statuses:
        return RunStatus.FAILED
    rows_well = statuses <= WELL_ENDED
    sms_well = not any(status in (SmsStatus.FAILED, SmsStatus.UNKNOWN) for status in sms)
    return RunStatus.COMPLETE if rows_well and sms_well else RunStatus.PARTIAL

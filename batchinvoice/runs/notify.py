"""Notify: the invoices of a run that wait for a text message go into bulk sends, in order and in chunks, each once.

A few bulk sends are under way at once, and share their commits: one first, then twice as many each time that all went
well. An answer that is lost has to be looked at by a person, so there are never many, and after trouble one again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Refused, Unauthorised
from batchinvoice.invoices.lifecycle import SmsStatus
from batchinvoice.ledger.records import ToText
from batchinvoice.logs.context import carried
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job

_log = logging.getLogger(__name__)

_PLAINLY_DOWN = 2  # bulk sends in a row whose answers are lost: a person has to look at every one of them
_AT_ONCE = 8  # bulk sends whose answers one outage can take
_SAID_EVERY = 100  # bulk sends
_DOWN = f"the answers to {_PLAINLY_DOWN} bulk sends in a row were lost, so the gateway, or the way to it, is down."


def notify(job: Job, states: Collection[SmsStatus] = (SmsStatus.PENDING,), *, doubtful: bool = False) -> None:
    """Text every customer whose text message is in one of these states, in chunks, in the order of the rows.

    `doubtful`, when a person asks for it: also those whose invoice came back other than it was sent. Raises RunStopped
    when somebody asks to stop or the gateway cannot be reached; what was not sent stays as it was.
    """
    waiting = _Waiting(job, states, doubtful=doubtful)
    at_once, lost, texted = 1, 0, 0
    with ThreadPoolExecutor(_AT_ONCE, "notify") as pool:
        while calls := waiting.take(at_once):
            job.stop.obey()
            if lost >= _PLAINLY_DOWN:
                raise RunStopped(_DOWN)
            outcomes = _text(job, pool, calls, meanwhile=waiting.look_ahead)
            for call, outcome in zip(calls, outcomes, strict=True):
                lost = lost + 1 if outcome is SmsStatus.UNKNOWN else 0
                texted += len(call.rows) if outcome is SmsStatus.SENT else 0
                waiting.done(call, outcome)
                if call.number % _SAID_EVERY == 0:
                    job.tell(f"{texted:,} customers were texted so far.")
            well = all(outcome is SmsStatus.SENT for outcome in outcomes)
            at_once = min(2 * at_once, _AT_ONCE, job.terms.workers) if well else 1


@dataclass(frozen=True, slots=True)
class _Call:
    number: int
    rows: Sequence[ToText]


class _Waiting:
    """The rows that wait for a text message, chunk after chunk. Two can speak of one invoice: it is texted once."""

    def __init__(self, job: Job, states: Collection[SmsStatus], *, doubtful: bool) -> None:
        self._job, self._states, self._doubtful = job, states, doubtful
        self._after, self._number = -1, job.ledger.latest_sms_call(job.run)
        # Of the invoices that were taken, those whose text would be found in one of the states once more.
        self._taken: set[int] = set()
        self._ahead: deque[_Call] = deque()

    def take(self, most: int) -> list[_Call]:
        """So many bulk sends at most; none if nobody waits any more."""
        self.look_ahead(most)
        return [self._ahead.popleft() for _ in range(min(most, len(self._ahead)))]

    def look_ahead(self, most: int = _AT_ONCE) -> None:
        """See what so many bulk sends will be, as far as that is not known yet."""
        while len(self._ahead) < most and (rows := self._page()):
            self._after = rows[-1].position
            if chunk := {row.invoice_key: row for row in rows if row.invoice_key not in self._taken}:
                self._taken |= chunk.keys()
                self._number += 1
                self._ahead.append(_Call(self._number, list(chunk.values())))

    def done(self, call: _Call, outcome: SmsStatus) -> None:
        """Forget those whose text is in none of the states any more: from now on the ledger itself leaves them out."""
        if outcome not in self._states:
            self._taken -= {row.invoice_key for row in call.rows}

    def _page(self) -> Sequence[ToText]:
        job = self._job
        return job.ledger.to_text(job.run, self._after, job.terms.sms_chunk, self._states, doubtful=self._doubtful)


def _text(job: Job, pool: Executor, calls: Sequence[_Call], meanwhile: Callable[[], None]) -> list[SmsStatus]:
    """Make these bulk sends at once, written down before and after. Raises RunStopped if one cannot leave.

    meanwhile: is done while they are under way.
    """
    with job.ledger.entry() as entry:
        for call in calls:
            entry.intend_sms(job.run, call.number, call.rows)
    sent: list[Future[tuple[SmsStatus, str]]] = []
    for call in calls:
        _log.info("bulk send begun", extra={"number": call.number, "count": len(call.rows)})
        sent.append(pool.submit(carried(_send), job.gateway, [row.gateway_id for row in call.rows]))
    try:
        meanwhile()
    finally:
        wait(sent)
        _write_down(
            job, [(call, *each.result()) for call, each in zip(calls, sent, strict=True) if not each.exception()]
        )
    outcomes = []
    for each in sent:
        outcome, message = each.result()  # or what it raised that is no answer: the others are written down
        if outcome is SmsStatus.PENDING:
            raise RunStopped(message)
        outcomes.append(outcome)
    return outcomes


def _write_down(job: Job, came: Sequence[tuple[_Call, SmsStatus, str]]) -> None:
    with job.ledger.entry() as entry:
        for call, outcome, message in came:
            entry.settle_sms(job.run, call.number, call.rows, outcome, message)
    for call, outcome, _ in came:
        _log.info("bulk send ended", extra={"number": call.number, "count": len(call.rows), "status": str(outcome)})


def _send(gateway: Gateway, ids: Sequence[str]) -> tuple[SmsStatus, str]:
    """What came of one bulk send, in the gateway's words; `pending` if it never left, and no other would."""
    try:
        return SmsStatus.SENT, gateway.send_bulk(ids).message
    except Refused as error:
        return SmsStatus.FAILED, error.reason or error.message
    except (OutcomeUnknown, Unauthorised) as error:
        return SmsStatus.UNKNOWN, error.message
    except GatewayError as error:
        return SmsStatus.PENDING, error.message

"""Notify: the invoices of a run that wait for a text message go into bulk sends, in order and in chunks, each once.

A few bulk sends are under way at once, and share their commits: one first, then one more for each that went well. An
answer that is lost has to be looked at by a person, so there are never many, and after trouble one again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Refused, Unauthorised
from batchinvoice.invoices.lifecycle import SmsStatus
from batchinvoice.ledger.records import ToText
from batchinvoice.logs.context import carried
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job
from batchinvoice.runs.stopping import WORDS

_log = logging.getLogger(__name__)

_PLAINLY_DOWN = 2  # bulk sends in a row whose answers are lost: a person has to look at every one of them
_AT_STAKE = 1600  # customers of whom one outage can leave it uncertain whether they were texted
_SAID_EVERY = 100  # bulk sends
_DOWN = f"the answers to {_PLAINLY_DOWN} bulk sends in a row were lost, so the gateway, or the way to it, is down."


def notify(job: Job, states: Collection[SmsStatus] = (SmsStatus.PENDING,), *, doubtful: bool = False) -> None:
    """Text every customer whose text message is in one of these states, in chunks, in the order of the rows.

    `doubtful`, when a person asks for it: also those whose invoice came back other than it was sent. Raises RunStopped
    when somebody asks to stop or the gateway cannot be reached; what was not sent stays as it was.
    """
    _Texting(job, _Waiting(job, states, doubtful=doubtful)).drive()


@dataclass(frozen=True, slots=True)
class _Call:
    number: int
    rows: Sequence[ToText]

    @property
    def facts(self) -> dict[str, int]:
        """What the log says of it."""
        return {"number": self.number, "count": len(self.rows)}


@dataclass(frozen=True, slots=True)
class _Came:
    """What came of a bulk send, in the gateway's words."""

    call: _Call
    outcome: SmsStatus
    message: str


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

    def more(self) -> bool:
        """Whether anybody waits."""
        self.look_ahead(1)
        return bool(self._ahead)

    def look_ahead(self, most: int) -> None:
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


class _Texting:
    """Bulk sends, a few under way: what came of some is written down together with what leaves in their place."""

    def __init__(self, job: Job, waiting: _Waiting) -> None:
        self._job, self._waiting = job, waiting
        self._most = max(1, min(_AT_STAKE // job.terms.sms_chunk, job.terms.workers))
        self._at_once, self._lost, self._texted = 1, 0, 0
        self._latest, self._trouble = 0, 0  # numbers of bulk sends: the one begun last, and then when there was trouble
        self._under_way: list[Future[_Came]] = []
        self._came: list[_Came] = []  # and is not written down yet
        self._stop: str | None = None

    def drive(self) -> None:
        """Until nobody waits. Whatever ends it, calls that are under way are awaited, and no answer is lost."""
        with ThreadPoolExecutor(self._most, "notify") as pool:
            try:
                while self._go_on(pool):
                    wait(self._under_way, return_when=FIRST_COMPLETED)
                    self._collect()
                    self._judge()
            finally:
                wait(self._under_way)
                self._collect(raising=False)
                self._write_down([])
        if self._stop:
            raise RunStopped(self._stop)

    def _go_on(self, pool: Executor) -> bool:
        """Let the next ones leave, as soon as that is written down; False if none is under way any more."""
        if self._waiting.more():
            if self._job.stop.asked:
                self._stop = self._stop or WORDS
            if self._lost >= _PLAINLY_DOWN:
                self._stop = self._stop or _DOWN
        room = 0 if self._stop else max(self._at_once - len(self._under_way), 0)
        calls = self._waiting.take(room)
        self._write_down(calls)
        for call in calls:
            _log.info("bulk send begun", extra=call.facts)
            self._latest = call.number
            self._under_way.append(pool.submit(carried(_send), self._job.gateway, call))
        self._waiting.look_ahead(self._most)
        return bool(self._under_way)

    def _collect(self, *, raising: bool = True) -> None:
        """Take in what is over; what a call raised that is no answer is raised once the others are written down."""
        over = [each for each in self._under_way if each.done()]
        self._under_way = [each for each in self._under_way if each not in over]  # one may be done by now
        self._came += [each.result() for each in over if not each.exception()]
        for each in over if raising else ():
            each.result()

    def _write_down(self, calls: Sequence[_Call]) -> None:
        """In one commit, what came and what leaves now."""
        if not self._came and not calls:
            return
        with self._job.ledger.entry() as entry:
            for came in self._came:
                entry.settle_sms(self._job.run, came.call.number, came.call.rows, came.outcome, came.message)
            for call in calls:
                entry.intend_sms(self._job.run, call.number, call.rows)
        for came in self._came:
            self._waiting.done(came.call, came.outcome)
            _log.info("bulk send ended", extra={**came.call.facts, "status": str(came.outcome)})
        self._came = []

    def _judge(self) -> None:
        """What the answers say of the next bulk sends: one more at once for each that went well; after trouble one.

        Those that were under way when there was trouble say nothing of what has come since.
        """
        for came in self._came:
            self._lost = self._lost + 1 if came.outcome is SmsStatus.UNKNOWN else 0
            self._texted += len(came.call.rows) if came.outcome is SmsStatus.SENT else 0
            if came.outcome is SmsStatus.PENDING:
                self._stop = self._stop or came.message
            if came.call.number % _SAID_EVERY == 0:
                self._job.tell(f"{self._texted:,} customers were texted so far.")
            if came.outcome is not SmsStatus.SENT:
                self._at_once, self._trouble = 1, self._latest
            elif came.call.number > self._trouble:
                self._at_once = min(self._at_once + 1, self._most)


def _send(gateway: Gateway, call: _Call) -> _Came:
    """What came of one bulk send, in the gateway's words; `pending` if it never left, and no other would."""
    try:
        return _Came(call, SmsStatus.SENT, gateway.send_bulk([row.gateway_id for row in call.rows]).message)
    except Refused as error:
        return _Came(call, SmsStatus.FAILED, error.reason or error.message)
    except (OutcomeUnknown, Unauthorised) as error:
        return _Came(call, SmsStatus.UNKNOWN, error.message)
    except GatewayError as error:
        return _Came(call, SmsStatus.PENDING, error.message)

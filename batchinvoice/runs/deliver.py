"""Deliver: each pending row's intent is written down, the call made, and its outcome written down.

One thread works with the ledger, so that the intents and outcomes of many rows share a commit; the pool only calls.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from batchinvoice.gateway.errors import GatewayError
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice, create_payload, sms_after_create, update_payload
from batchinvoice.invoices.issue import problem
from batchinvoice.invoices.kuwait import kuwait_date
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.ledger.records import Row
from batchinvoice.logs.context import bound_contextvars, carried
from batchinvoice.runs.decide import Decision, superseded, texts_nobody
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job
from batchinvoice.runs.memory import Memory
from batchinvoice.runs.outcome import confirmed, failed, not_told_whose, stops_the_run, succeeded, with_owner
from batchinvoice.runs.places import Places
from batchinvoice.runs.stopping import WORDS
from batchinvoice.runs.whose import Whose, whose

_PAGE = 200
_PLAINLY_DOWN = 8  # calls in a row whose answers are lost: one by one, the rest would only become unknown, too
_DOWN = f"call after call ({_PLAINLY_DOWN}) was lost, so the gateway, or the way to it, is down."
_HEARTBEAT = 60.0  # seconds after which the ledger is told that this process lives


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: Outcome
    stop: str | None = None


def deliver(job: Job) -> None:
    """Send every pending row of the run.

    Raises RunStopped when somebody asks to stop, the gateway cannot be reached or the login is refused: rows not sent
    stay pending. Raises LedgerBusy if another process made one of the invoices meanwhile.
    """
    _Delivery(job).drive()


class _Delivery:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._places = Places.of(job.run)
        self._waiting: deque[tuple[Row, Decision]] = deque()
        self._pages = self._decided()
        self._all_read = False
        self._flying: dict[Future[_Answer], Intent] = {}
        self._stop: str | None = None
        self._losses = _Losses()

    def drive(self) -> None:
        """Until nothing waits and nothing flies."""
        with ThreadPoolExecutor(self._job.terms.workers, thread_name_prefix="deliver") as pool:
            try:
                while self._go_on(pool):
                    wait(self._flying, _HEARTBEAT, return_when=FIRST_COMPLETED)
            finally:
                self._land_rest()
        if self._stop:
            raise RunStopped(self._stop)

    def _go_on(self, pool: ThreadPoolExecutor) -> bool:
        """Write down what landed and what leaves next, then let it leave; False if there is no more to do."""
        if len(self._waiting) < self._job.terms.workers and not self._all_read:
            fresh = list(islice(self._pages, _PAGE))
            self._waiting.extend(fresh)
            self._all_read = not fresh
        if self._job.stop.asked and (self._waiting or not self._all_read):
            self._stop = self._stop or WORDS
        landed = [future for future in self._flying if future.done()]
        with self._job.ledger.entry() as entry:
            ended = sum(self._land(entry, self._flying[future], future) for future in landed)
            if self._losses.plainly_down and (self._waiting or not self._all_read):
                self._stop = self._stop or f"{_DOWN} {self._losses.latest_words}"
            intents, settled = self._claim(entry)
        for future in landed:
            del self._flying[future]
        for intent in intents:
            self._flying[pool.submit(carried(self._send), intent)] = intent
            self._losses.launched(intent)
        self._job.progress(ended + settled)
        more = bool(self._waiting) or not self._all_read
        return bool(self._flying) or (more and not self._stop)

    def _land_rest(self) -> None:
        """Whatever ended the loop, calls that are under way are awaited, and no answer is lost."""
        wait(self._flying)
        answered = {future: intent for future, intent in self._flying.items() if not future.exception()}
        if answered:
            with self._job.ledger.entry() as entry:
                for future, intent in answered.items():
                    self._land(entry, intent, future)

    def _decided(self) -> Iterator[tuple[Row, Decision]]:
        """The pending rows, decided anew: since they were planned, another run may have made their invoices.

        What a later run says of an invoice stands: a run that was cut off must not bring back what is older.
        """
        after = -1
        while page := self._job.ledger.page(self._job.run, after, _PAGE, RowStatus.PENDING):
            after = page[-1].position
            meant = [(row, row.invoice) for row in page if row.invoice]
            memory = Memory(self._job.ledger, [invoice for _, invoice in meant], self._job.run.id)
            decided = [(row, invoice, memory.decide(invoice)) for row, invoice in meant]
            known = [decision.known for _, _, decision in decided if decision.known]
            later = self._job.ledger.said_later(self._job.run, [invoice.reference for _, invoice in meant], known)
            for row, invoice, decision in decided:
                yield row, self._allowed(invoice, superseded(invoice, decision, later))

    def _allowed(self, invoice: Invoice, decision: Decision) -> Decision:
        return decision if self._job.run.options["sms"] == "yes" else texts_nobody(invoice, decision)

    def _claim(self, entry: Entry) -> tuple[list[Intent], int]:
        """Write down the intents of as many rows as there are free workers, and settle the rows that need no call."""
        intents: list[Intent] = []
        settled = 0
        free = self._job.terms.workers - len([future for future in self._flying if not future.done()])
        while self._waiting and not self._stop and len(intents) < free:
            row, decision = self._waiting.popleft()
            if intent := self._intent(entry, row, decision):
                intents.append(intent)
            else:
                self._settle_without_call(entry, row, decision)
                settled += 1
        return intents, settled

    def _intent(self, entry: Entry, row: Row, decision: Decision) -> Intent | None:
        if row.invoice is None or decision.action not in (Action.CREATE, Action.UPDATE):
            return None
        if decision.action is Action.UPDATE:
            return entry.intend_update(self._job.run, row, row.invoice, decision.known)
        # A text that the gateway sends on creation is as uncertain as the creation itself.
        sms = sms_after_create(row.invoice, self._job.terms.sms_mode)
        uncertain = SmsStatus.UNKNOWN if sms is SmsStatus.SENT else sms
        lost = self._places.issue(row.row, Field.REFERENCE, problem(Code.OUTCOME_UNKNOWN, detail=""))
        return entry.intend_create(self._job.run, row, row.invoice, uncertain, decision.known, lost)

    def _settle_without_call(self, entry: Entry, row: Row, decision: Decision) -> None:
        unchanged = decision.action is Action.UNCHANGED
        outcome = Outcome(
            status=RowStatus.UNCHANGED if unchanged else decision.status,
            issues=tuple(self._places.issue(row.row, field, what) for field, what in decision.problems),
            gateway_amount=decision.known.gateway_amount if decision.known else None,
            tries=0,
        )
        speaks_of = decision.known if outcome.status in (RowStatus.UNCHANGED, RowStatus.UNKNOWN) else None
        entry.settle_row(row, decision.action, outcome, speaks_of.key if speaks_of else None)

    def _land(self, entry: Entry, intent: Intent, future: Future[_Answer]) -> bool:
        """Write down what came of a call; False if the row has not come to its end."""
        answer = future.result()
        outcome = with_owner(entry, self._job.run, intent, answer.outcome, self._places)
        entry.settle(intent, outcome)
        self._losses.landed(intent, outcome)
        self._stop = self._stop or answer.stop
        return outcome.status not in (RowStatus.PENDING, RowStatus.UNKNOWN)

    def _send(self, intent: Intent) -> _Answer:
        """Make the call of one intent; runs in a worker."""
        with bound_contextvars(row=intent.row.row):
            asked: Whose | None = None
            try:
                if intent.action is not Action.UPDATE:
                    return _Answer(self._create(intent))
                asked = whose(self._job.gateway, intent, trust_ids=self._job.run.trusts_ids)
                return _Answer(self._update(intent, asked))
            except GatewayError as error:
                stop = error.message if stops_the_run(error) else None
                if intent.action is Action.UPDATE and asked is None:
                    return _Answer(not_told_whose(intent, error, self._places), stop)
                outcome = failed(intent, error, self._places)
                return _Answer(confirmed(intent, outcome) if asked and asked.confirmed else outcome, stop)

    def _create(self, intent: Intent) -> Outcome:
        terms = self._job.terms
        expiry = kuwait_date(intent.at + dt.timedelta(days=terms.expiry_days))
        payload = create_payload(intent.invoice, terms.merchant_code, terms.sms_mode, expiry, terms.forms)
        done = self._job.gateway.create(payload)
        return succeeded(intent, done, sms_after_create(intent.invoice, terms.sms_mode), self._places)

    def _update(self, intent: Intent, asked: Whose) -> Outcome:
        if asked.why:
            said = self._places.issue(intent.row.row, Field.INVOICE_ID, asked.why)
            return Outcome(RowStatus.HELD, (said,), confirmed=asked.confirmed)
        payload = update_payload(intent.invoice, self._job.terms.merchant_code)
        return succeeded(intent, self._job.gateway.update(intent.gateway_id, payload), None, self._places)


class _Losses:
    """Counts the calls in a row whose answers were lost: enough of them, and the gateway is plainly down.

    One hiccup takes all calls that are under way with it, so of these only one counts.
    """

    def __init__(self) -> None:
        self._in_a_row, self._latest, self._since = 0, 0, 0
        self.latest_words = ""

    @property
    def plainly_down(self) -> bool:
        return self._in_a_row >= _PLAINLY_DOWN

    def launched(self, intent: Intent) -> None:
        self._latest = max(self._latest, intent.attempt)

    def landed(self, intent: Intent, outcome: Outcome) -> None:
        if outcome.status is not RowStatus.UNKNOWN:
            self._in_a_row = 0
        elif self._in_a_row == 0:
            self._in_a_row, self._since = 1, self._latest
        elif intent.attempt > self._since:
            self._in_a_row += 1
        self.latest_words = outcome.detail

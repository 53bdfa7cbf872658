"""Deliver: each pending row's intent is written down, the call made, and its outcome written down.

One thread works with the ledger, so that the intents and outcomes of many rows share a commit; the crew only calls. It
has twice as many committed intents ahead as calls may be under way: nobody who is free waits for a commit. They cost
nothing when a run is stopped (they are taken back, and wait again); after a kill they are unknown like those under way,
and are looked up: that is why there are no more.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from itertools import islice

from batchinvoice.gateway.errors import GatewayError
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice, create_payload, sms_after_create, update_payload
from batchinvoice.invoices.issue import problem
from batchinvoice.invoices.kuwait import kuwait_date
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.intent import Change, Create, Intent, Outcome, Settled
from batchinvoice.ledger.records import Row
from batchinvoice.logs.context import bound_contextvars
from batchinvoice.runs.crew import Answer, Crew, Landed
from batchinvoice.runs.decide import Decision, superseded, texts_nobody
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job
from batchinvoice.runs.memory import Memory
from batchinvoice.runs.outcome import confirmed, failed, not_told_whose, stops_the_run, succeeded, with_owners
from batchinvoice.runs.places import Places
from batchinvoice.runs.stopping import WORDS
from batchinvoice.runs.whose import Whose, whose

_PAGE = 250
_PLAINLY_DOWN = 8  # calls in a row whose answers are lost: one by one, the rest would only become unknown, too
_DOWN = f"call after call ({_PLAINLY_DOWN}) was lost, so the gateway, or the way to it, is down."
_HEARTBEAT = 60.0  # seconds after which the ledger is told that this process lives
_NEVER_LEFT = Answer(Outcome(RowStatus.PENDING, tries=0, detail="taken back before it was sent: the run was stopped"))


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
        self._crew = Crew(self._send, job.terms.workers, lambda: job.stop.asked)
        self._came: list[Landed] = []  # and is not committed yet
        self._stop: str | None = None
        self._losses = _Losses()

    def drive(self) -> None:
        """Until nothing waits and nothing flies."""
        with self._crew:
            try:
                while self._go_on():
                    self._crew.wait(_HEARTBEAT)
            finally:
                self._land_rest()
        if self._stop:
            raise RunStopped(self._stop)

    def _go_on(self) -> bool:
        """Write down what landed and what leaves next, then let it leave; False if there is no more to do."""
        self._crew.allowed = self._job.allowed(self._crew.most_lately())
        self._read_on()
        self._came += self._crew.collect()
        self._judge()
        with self._job.ledger.entry() as entry:
            ended = self._land(entry)
            meant, settled = self._claim()
            entry.settle_rows(settled)
            intents = entry.intend(self._job.run, meant)
        self._committed()
        self._crew.begin(intents)
        self._job.progress(ended + len(settled))
        return not self._crew.done or (self._more and not self._stop)

    def _read_on(self) -> None:
        while len(self._waiting) < self._room() and not self._all_read:
            fresh = list(islice(self._pages, _PAGE))
            self._waiting.extend(fresh)
            self._all_read = not fresh

    @property
    def _more(self) -> bool:
        return bool(self._waiting) or not self._all_read

    def _room(self) -> int:
        """How many intents the crew can take: for those who are free, and twice as many ahead as may be under way."""
        return max(3 * self._crew.allowed - self._crew.held, 0)

    def _judge(self) -> None:
        """Whether anything more is to be sent; if not, what has not left is taken back."""
        for landed in self._came:
            if isinstance(landed.answer, Answer):
                self._losses.landed(landed.intent, landed.answer.outcome, self._crew.latest)
                self._stop = self._stop or landed.answer.stop
            else:  # and it is raised as soon as what landed beside it is written down
                self._stop = self._stop or "a call went wrong in a way that is not known"
        if self._more or self._crew.ahead:
            if self._job.stop.asked:
                self._stop = self._stop or WORDS
            if self._losses.plainly_down:
                self._stop = self._stop or f"{_DOWN} {self._losses.latest_words}"
        if self._stop:
            self._take_back()

    def _take_back(self) -> None:
        self._came += [Landed(intent, _NEVER_LEFT) for intent in self._crew.recall()]

    def _land(self, entry: Entry) -> int:
        """Write down what came of the calls; returns how many rows have come to their end."""
        came = [(each.intent, each.answer.outcome) for each in self._came if isinstance(each.answer, Answer)]
        entry.settle(with_owners(entry, self._job.run, came, lambda _: self._places))
        return sum(outcome.status not in (RowStatus.PENDING, RowStatus.UNKNOWN) for _, outcome in came)

    def _committed(self) -> None:
        """What came is written down; what a call raised that is no answer is raised now that the others are safe."""
        came, self._came = self._came, []
        for landed in came:
            if isinstance(landed.answer, BaseException):
                raise landed.answer

    def _land_rest(self) -> None:
        """Whatever ended the loop, calls that are under way are awaited, and no answer is lost."""
        self._take_back()
        self._crew.wait_for_all()
        self._came += self._crew.collect()
        if self._came:
            with self._job.ledger.entry() as entry:
                self._land(entry)

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

    def _claim(self) -> tuple[list[Create | Change], list[Settled]]:
        """The next rows: those to be sent, as many as there is room for, and on the way those that need no call."""
        meant: list[Create | Change] = []
        settled: list[Settled] = []
        room = self._room()
        while self._waiting and not self._stop and len(meant) < room:
            row, decision = self._waiting.popleft()
            if to_send := self._meant(row, decision):
                meant.append(to_send)
            else:
                settled.append(self._settled_without_call(row, decision))
        return meant, settled

    def _meant(self, row: Row, decision: Decision) -> Create | Change | None:
        if row.invoice is None or decision.action not in (Action.CREATE, Action.UPDATE):
            return None
        if decision.action is Action.UPDATE:
            return Change(row, row.invoice, decision.known)
        # A text that the gateway sends on creation is as uncertain as the creation itself.
        sms = sms_after_create(row.invoice, self._job.terms.sms_mode)
        uncertain = SmsStatus.UNKNOWN if sms is SmsStatus.SENT else sms
        lost = self._places.issue(row.row, Field.REFERENCE, problem(Code.OUTCOME_UNKNOWN, detail=""))
        return Create(row, row.invoice, uncertain, decision.known, lost)

    def _settled_without_call(self, row: Row, decision: Decision) -> Settled:
        unchanged = decision.action is Action.UNCHANGED
        outcome = Outcome(
            status=RowStatus.UNCHANGED if unchanged else decision.status,
            issues=tuple(self._places.issue(row.row, field, what) for field, what in decision.problems),
            gateway_amount=decision.known.gateway_amount if decision.known else None,
            tries=0,
        )
        speaks_of = decision.known if outcome.status in (RowStatus.UNCHANGED, RowStatus.UNKNOWN) else None
        return Settled(row, decision.action, outcome, speaks_of.key if speaks_of else None)

    def _send(self, intent: Intent) -> Answer:
        """Make the call of one intent; runs in a worker."""
        with bound_contextvars(row=intent.row.row):
            asked: Whose | None = None
            try:
                if intent.action is not Action.UPDATE:
                    return Answer(self._create(intent))
                asked = whose(self._job.gateway, intent, trust_ids=self._job.run.trusts_ids)
                return Answer(self._update(intent, asked))
            except GatewayError as error:
                stop = error.message if stops_the_run(error) else None
                if intent.action is Action.UPDATE and asked is None:
                    return Answer(not_told_whose(intent, error, self._places), stop)
                outcome = failed(intent, error, self._places)
                return Answer(confirmed(intent, outcome) if asked and asked.confirmed else outcome, stop)

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
        self._in_a_row, self._since = 0, 0
        self.latest_words = ""

    @property
    def plainly_down(self) -> bool:
        return self._in_a_row >= _PLAINLY_DOWN

    def landed(self, intent: Intent, outcome: Outcome, latest: int) -> None:
        """Count it. latest: the attempt that was begun last when this was looked at."""
        if outcome.status is not RowStatus.UNKNOWN:
            self._in_a_row = 0
        elif self._in_a_row == 0:
            self._in_a_row, self._since = 1, latest
        elif intent.attempt > self._since:
            self._in_a_row += 1
        self.latest_words = outcome.detail

"""Deliver: each pending row's intent is written down, the call made, and its outcome written down.

One thread works with the ledger, so that the intents and outcomes of many rows share a commit; the pool only calls.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Unauthorised
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import create_payload, sms_after_create, update_payload
from batchinvoice.invoices.issue import Code, problem
from batchinvoice.invoices.kuwait import kuwait_date
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row, Run
from batchinvoice.runs.decide import Decision, superseded
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.outcome import adopted, failed, stops_the_run, succeeded
from batchinvoice.runs.places import Places
from batchinvoice.runs.plan import Memory
from batchinvoice.runs.settle import judge, look_up
from batchinvoice.runs.stopping import WORDS, Stop
from batchinvoice.runs.terms import Terms

_PAGE = 200
_PLAINLY_DOWN = 8  # calls in a row whose answers are lost: one by one, the rest would only become unknown, too
_DOWN = (
    f"the last {_PLAINLY_DOWN} calls got no answer that can be understood, so the gateway, or the way to it, is down."
)
_HEARTBEAT = 60.0  # seconds after which the ledger is told that this process lives


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: Outcome
    stop: str | None = None


def deliver(
    ledger: Ledger, gateway: Gateway, run: Run, terms: Terms, stop: Stop, progress: Callable[[int], None]
) -> None:
    """Send every pending row of the run; `progress` is told how many more rows are done.

    Raises RunStopped when somebody asks to stop, the gateway cannot be reached or the login is refused: rows not sent
    stay pending. Raises LedgerBusy if another process made one of the invoices meanwhile.
    """
    _Delivery(ledger, gateway, run, terms, stop, progress).drive()


class _Delivery:
    def __init__(
        self, ledger: Ledger, gateway: Gateway, run: Run, terms: Terms, stop: Stop, progress: Callable[[int], None]
    ) -> None:
        self._ledger, self._gateway, self._run, self._terms = ledger, gateway, run, terms
        self._asked, self._progress = stop, progress
        self._places = Places.of(run)
        self._waiting: deque[tuple[Row, Decision]] = deque()
        self._pages = self._decided()
        self._all_read = False
        self._flying: dict[Future[_Answer], Intent] = {}
        self._stop: str | None = None
        self._lost_in_a_row = 0

    def drive(self) -> None:
        """Until nothing waits and nothing flies."""
        with ThreadPoolExecutor(self._terms.workers, thread_name_prefix="deliver") as pool:
            try:
                while self._go_on(pool):
                    wait(self._flying, _HEARTBEAT, return_when=FIRST_COMPLETED)
            finally:
                self._land_rest()
        if self._stop:
            raise RunStopped(self._stop)

    def _go_on(self, pool: ThreadPoolExecutor) -> bool:
        """Write down what landed and what leaves next, then let it leave; False if there is no more to do."""
        if self._asked.asked and (self._waiting or not self._all_read):
            self._stop = self._stop or WORDS
        if len(self._waiting) < self._terms.workers and not self._all_read:
            fresh = list(islice(self._pages, _PAGE))
            self._waiting.extend(fresh)
            self._all_read = not fresh
        landed = [future for future in self._flying if future.done()]
        with self._ledger.entry() as entry:
            done = sum(self._land(entry, self._flying[future], future) for future in landed)
            intents, settled = self._claim(entry)
        for future in landed:
            del self._flying[future]
        for intent in intents:
            self._flying[pool.submit(self._send, intent)] = intent
        self._progress(done + settled)
        more = bool(self._waiting) or not self._all_read
        return bool(self._flying) or (more and not self._stop)

    def _land_rest(self) -> None:
        """Whatever ended the loop, calls that are under way are awaited, and no answer is lost."""
        wait(self._flying)
        answered = {future: intent for future, intent in self._flying.items() if not future.exception()}
        if answered:
            with self._ledger.entry() as entry:
                for future, intent in answered.items():
                    self._land(entry, intent, future)

    def _decided(self) -> Iterator[tuple[Row, Decision]]:
        """The pending rows, decided anew: since they were planned, another run may have made their invoices.

        What a later run has said of an invoice stands: a run that was cut off must not bring back what is older.
        """
        after = -1
        while page := self._ledger.page(self._run, after, _PAGE, RowStatus.PENDING):
            after = page[-1].position
            known = Memory(self._ledger, [row.invoice for row in page if row.invoice])
            decided = [(row, known.decide(row.invoice)) for row in page if row.invoice]
            changed = [each.known.key for _, each in decided if each.action is Action.UPDATE and each.known]
            later = self._ledger.spoken_of_later(self._run, changed)
            yield from ((row, superseded(decision, later)) for row, decision in decided)

    def _claim(self, entry: Entry) -> tuple[list[Intent], int]:
        """Write down the intents of as many rows as there are free workers, and settle the rows that need no call."""
        intents: list[Intent] = []
        settled = 0
        free = self._terms.workers - len([future for future in self._flying if not future.done()])
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
            return entry.intend_update(self._run, row, row.invoice, decision.known)
        # A text that the gateway sends on creation is as uncertain as the creation itself.
        sms = sms_after_create(row.invoice, self._terms.sms_mode)
        uncertain = SmsStatus.UNKNOWN if sms is SmsStatus.SENT else sms
        lost = self._places.issue(row.row, Field.REFERENCE, problem(Code.OUTCOME_UNKNOWN, detail=""))
        return entry.intend_create(self._run, row, row.invoice, uncertain, decision.known, lost)

    def _settle_without_call(self, entry: Entry, row: Row, decision: Decision) -> None:
        unchanged = decision.action is Action.UNCHANGED
        outcome = Outcome(
            status=RowStatus.UNCHANGED if unchanged else decision.status,
            issues=tuple(self._places.issue(row.row, field, what) for field, what in decision.problems),
            gateway_amount=decision.known.gateway_amount if decision.known else None,
            tries=0,
        )
        entry.settle_row(row, decision.action, outcome, decision.known.key if decision.known else None)

    def _land(self, entry: Entry, intent: Intent, future: Future[_Answer]) -> bool:
        """Write down what came of a call; False if the row still waits."""
        answer = future.result()
        outcome = self._with_owner(entry, intent, answer.outcome)
        entry.settle(intent, outcome)
        self._lost_in_a_row = self._lost_in_a_row + 1 if outcome.status is RowStatus.UNKNOWN else 0
        down = _DOWN if self._lost_in_a_row >= _PLAINLY_DOWN else None
        self._stop = self._stop or answer.stop or down
        return outcome.status is not RowStatus.PENDING

    def _with_owner(self, entry: Entry, intent: Intent, outcome: Outcome) -> Outcome:
        """The outcome; if another invoice of the ledger has the id that the gateway gave, the row says so."""
        if not outcome.gateway_id:
            return outcome
        owner = entry.owner_of(outcome.gateway_id, self._run, intent.invoice_key)
        if owner is None:
            return outcome
        taken = problem(Code.ID_TAKEN, value=outcome.gateway_id, other=owner)
        return replace(outcome, issues=(*outcome.issues, self._places.issue(intent.row.row, Field.REFERENCE, taken)))

    def _send(self, intent: Intent) -> _Answer:
        """Make the call of one intent; runs in a worker."""
        try:
            if intent.action is Action.UPDATE:
                payload = update_payload(intent.invoice, self._terms.merchant_code)
                done = self._gateway.update(intent.gateway_id, payload)
                return _Answer(succeeded(intent, done, None, self._places))
            return _Answer(self._create(intent))
        except GatewayError as error:
            stop = error.message if stops_the_run(error) else None
            return _Answer(failed(intent, error, self._places), stop)

    def _create(self, intent: Intent) -> Outcome:
        expiry = kuwait_date(intent.at + dt.timedelta(days=self._terms.expiry_days))
        payload = create_payload(
            intent.invoice, self._terms.merchant_code, self._terms.sms_mode, expiry, self._terms.forms
        )
        sms = sms_after_create(intent.invoice, self._terms.sms_mode)
        try:
            done = self._gateway.create(payload)
        except Unauthorised as error:
            if found := self._found(intent):
                return adopted(intent, found, sms, self._places, error.attempts)
            done = self._gateway.create(payload)
        return succeeded(intent, done, sms, self._places)

    def _found(self, intent: Intent) -> GatewayInvoice | None:
        """The invoice of a create that was not accepted, if it was made all the same. Raises OutcomeUnknown."""
        try:
            found = look_up(self._gateway, intent.invoice.reference, intent.at, self._terms.clock())
        except GatewayError as error:
            raise OutcomeUnknown(f"The login was renewed, and the look-up failed. {error.message}") from None
        seen = judge(intent.invoice, found)
        if seen.why:
            raise OutcomeUnknown("The login was renewed, and the reference stands at the gateway for something else.")
        return seen.found

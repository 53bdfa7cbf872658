"""Settle: creates of unknown outcome are looked up until they are found, or are certainly not at the gateway."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.codes import UNSETTLED, Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import Issue, Problem, problem
from batchinvoice.invoices.lifecycle import RowStatus, SmsStatus
from batchinvoice.ledger.audit import Event
from batchinvoice.ledger.intent import Intent, Outcome, Settled
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row, Run
from batchinvoice.logs.context import bound_contextvars
from batchinvoice.runs.abreast import abreast
from batchinvoice.runs.job import Job
from batchinvoice.runs.look_up import Seen, judge, look_up
from batchinvoice.runs.outcome import adopted, with_owners
from batchinvoice.runs.places import Places

_log = logging.getLogger(__name__)

_CONTROLS = 3
_LOOKS = (0.125, 0.25, 0.5, 1.0)  # when to look again, as parts of the settle window


def take_up(ledger: Ledger, run: Run, *, changes: bool) -> None:
    """Let rows wait again that were left unknown and can now be decided anew: their invoice has been settled since.

    `changes`: also changes of unknown outcome, which can be repeated without harm.
    """
    rows = ledger.to_take_up(run, changes=changes)
    if rows:
        with ledger.entry() as entry:
            again = Outcome(RowStatus.PENDING, tries=0)
            entry.settle_rows([Settled(_unsaid(row), row.action, again, row.invoice_key) for row in rows])


def give_up(ledger: Ledger, run: Run, rows: Iterable[Row]) -> None:
    """Hold rows of unknown outcome of which a person says that they are to be left alone.

    Their references stay unknown: whatever is at the gateway, nothing is sent under them before it is settled.
    """
    places, numbers = Places.of(run), []
    with ledger.entry() as entry:
        for row in rows:
            said = places.issue(row.row, Field.REFERENCE, problem(Code.GIVEN_UP))
            left = Outcome(RowStatus.HELD, (said,), tries=0)
            entry.settle_rows([Settled(_unsaid(row), row.action, left, row.invoice_key)])
            numbers.append(row.row)
        entry.note_change(run.id, Event.GIVEN_UP, sheet_rows=numbers)


def settle(job: Job, *, again: bool) -> None:
    """Look up the creates of unknown outcome of which this run speaks, and let wait again what that allows.

    `again`: what is certainly not there may be sent again. Raises RunStopped when somebody asks to stop.
    """
    lost = [replace(intent, row=_unsaid(intent.row)) for intent in job.ledger.lost_creates(job.run)]
    if lost:
        what = f"answers to {len(lost):,} invoices were" if len(lost) > 1 else "answer to 1 invoice was"
        job.tell(f"The {what} lost; looking at the gateway, for {job.terms.settle_seconds:g} s at most.")
        _Search(job, again).drive(lost)
        take_up(job.ledger, job.run, changes=False)


def _unsaid(row: Row) -> Row:
    """The row without what it said while its outcome was not known."""
    return replace(row, issues=tuple(issue for issue in row.issues if issue.code not in UNSETTLED))


class _Search:
    """Looks for all that is lost, several times over the settle window, and writes down what it comes to.

    The window is measured within this process, on a clock that nobody can set: neither the time of day nor a long
    pause between two processes can shorten it.
    """

    def __init__(self, job: Job, again: bool) -> None:
        self._job, self._again = job, again
        self._places: dict[str, Places] = {}

    def drive(self, lost: Sequence[Intent]) -> None:
        """Until each is found, needs a person, or was not there at the window's beginning nor at its end."""
        latest = self._round(lost)
        began = time.monotonic()
        waiting, absent = self._landed(latest), {intent.attempt for intent, seen in latest if seen.absent}
        for part in _LOOKS:
            if not waiting:
                return
            self._job.stop.sleep(began + part * self._job.terms.settle_seconds - time.monotonic())
            latest = self._round(waiting)
            waiting = self._landed(latest)
        self._conclude([(intent, seen, intent.attempt in absent) for intent, seen in latest if not seen.final])

    def _round(self, lost: Sequence[Intent]) -> list[tuple[Intent, Seen]]:
        """Look for each of them once."""
        self._job.stop.obey()
        return list(zip(lost, abreast(self._job, self._look, lost), strict=True))

    def _look(self, intent: Intent) -> Seen:
        if self._job.stop.asked:
            return Seen(why=problem(Code.LOOK_UP_FAILED, detail="stopped"))
        with bound_contextvars(run=intent.row.run_id, row=intent.row.row):
            try:
                seen = judge(intent.invoice, self._find(intent.invoice.reference, intent.at))
                return replace(seen, found=self._with_link(seen.found)) if seen.found else seen
            except GatewayError as error:
                return Seen(why=problem(Code.LOOK_UP_FAILED, detail=error.message))

    def _find(self, reference: str, since: dt.datetime) -> list[GatewayInvoice]:
        return look_up(self._job.gateway, reference, since, self._job.terms.clock())

    def _with_link(self, found: GatewayInvoice) -> GatewayInvoice:
        """The invoice with its payment link, asked for where the look-up does not give it."""
        if found.url:
            return found
        with suppress(GatewayError):  # the invoice is found, with or without its link
            whole = self._job.gateway.invoice(found.id)
            return replace(found, url=whole.url if whole.id == found.id else "")
        return found

    def _landed(self, seen: Sequence[tuple[Intent, Seen]]) -> list[Intent]:
        """Write down what will not change; returns what must be looked for again."""
        self._write((intent, self._outcome(intent, what)) for intent, what in seen if what.final)
        left = [intent for intent, what in seen if not what.final]
        _log.info("settle round", extra={"looked_for": len(seen), "left": len(left)})
        return left

    def _conclude(self, seen: Sequence[tuple[Intent, Seen, bool]]) -> None:
        """The window is over: what was absent at both its ends was never made, if look-ups can be believed."""
        believed = {kind: self._believed(kind) for kind in {intent.invoice.subscription for intent, _, _ in seen}}
        self._write(
            (intent, self._ending(intent, what, absent_before, believed[intent.invoice.subscription]))
            for intent, what, absent_before in seen
        )

    def _ending(self, intent: Intent, seen: Seen, absent_before: bool, believed: bool) -> Outcome:
        if seen.why or not absent_before:
            early = problem(Code.LOOK_UP_FAILED, detail="early")
            return self._left(intent, seen.why or early)
        if not believed:
            return self._left(intent, problem(Code.LOOK_UP_BLIND))
        if not self._again:
            return self._left(intent, problem(Code.OUTCOME_UNKNOWN, detail=""))
        said = f"not at the gateway, looked for over {self._job.terms.settle_seconds:g} s"
        return Outcome(RowStatus.PENDING, tries=0, detail=said)

    def _believed(self, subscription: bool) -> bool:
        """Whether the look-up shows what is certainly there: one of the invoices last made, of the same kind.

        Where there is none yet, it is believed of ordinary invoices; which kind of look-up shows a subscription is not
        known.
        """
        made = self._job.ledger.lately_made(subscription=subscription, limit=_CONTROLS)
        return any(self._shows(*each) for each in made) if made else not subscription

    def _shows(self, reference: str, at: dt.datetime) -> bool:
        try:
            return bool(self._find(reference, at))
        except GatewayError:
            return False

    def _outcome(self, intent: Intent, seen: Seen) -> Outcome:
        """What a look-up that will not change comes to. Of a cancelled invoice it is certain that nobody can pay it."""
        if seen.found is None:
            why = seen.why or problem(Code.OUTCOME_UNKNOWN, detail="")
            cancelled = why.code is Code.CANCELLED_AT_GATEWAY
            return self._left(intent, why, RowStatus.HELD if cancelled else RowStatus.UNKNOWN)
        sms = SmsStatus.SENT if intent.sms is SmsStatus.UNKNOWN else None  # the gateway texts what it makes so
        return adopted(intent, seen.found, sms, self._places_of(intent.row))

    def _left(self, intent: Intent, why: Problem, status: RowStatus = RowStatus.UNKNOWN) -> Outcome:
        return Outcome(status, (self._said(intent.row, why),), tries=0)

    def _said(self, row: Row, why: Problem) -> Issue:
        """Why a row is left, with the names that its remedy needs."""
        named = {**why.params, "run": row.run_id, "row": str(row.row)}
        return self._places_of(row).issue(row.row, Field.REFERENCE, Problem(why.code, named))

    def _places_of(self, row: Row) -> Places:
        if row.run_id not in self._places:
            self._places[row.run_id] = Places.of(self._job.ledger.run(row.run_id))
        return self._places[row.run_id]

    def _write(self, outcomes: Iterable[tuple[Intent, Outcome]]) -> None:
        settled = list(outcomes)
        if not settled:
            return
        # All is read before the entry, which keeps every other reader out, us included.
        for intent, _ in settled:
            self._places_of(intent.row)
        echoes = [echo for intent, outcome in settled for echo in self._same_said(intent, outcome)]
        with self._job.ledger.entry() as entry:
            entry.settle(with_owners(entry, self._job.run, settled, self._places_of))
            for row, said in echoes:  # one after the other: a row may speak of two of them
                entry.settle_rows([Settled(row, row.action, said, row.invoice_key)])
            for other in sorted({intent.row.run_id for intent, _ in settled} - {self._job.run.id}):
                entry.note_change(other, Event.SETTLED, by=self._job.run.id)
        ended = [outcome for _, outcome in settled if outcome.status in (RowStatus.ADOPTED, RowStatus.HELD)]
        self._job.progress(len(ended))

    def _same_said(self, intent: Intent, outcome: Outcome) -> list[tuple[Row, Outcome]]:
        """What rows of this run say of an invoice that another run meant to make: they wait for the same."""
        if outcome.status not in (RowStatus.UNKNOWN, RowStatus.HELD):
            return []
        problems = [Problem(issue.code, issue.params) for issue in outcome.issues]
        echoes = []
        for row in self._job.ledger.rows_of_lost(self._job.run, intent):
            said = tuple(self._said(row, each) for each in problems)
            echoes.append((_unsaid(row), Outcome(outcome.status, said, tries=0)))
        return echoes

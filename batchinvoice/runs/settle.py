"""Settle: creates of unknown outcome are looked up until they are found, or are certainly not at the gateway."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import UNSETTLED, Code, Problem, problem
from batchinvoice.invoices.lifecycle import RowStatus, SmsStatus
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row, Run
from batchinvoice.runs.outcome import adopted
from batchinvoice.runs.places import Places
from batchinvoice.runs.stopping import WORDS, Stop
from batchinvoice.runs.terms import Terms

# The gateway's clock and time zone are not known, and ours may have been set by a day: the look-up reaches further.
MARGIN = dt.timedelta(days=2)
CANCELLED = "3"  # invoice_status, as seen in the gateway's own app
_CONTROLS = 3
_LOOKS = (0.125, 0.25, 0.5, 1.0)  # when to look again, as parts of the settle window


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look-up says of one create: found, or why a person is needed, or neither: it was not there."""

    found: GatewayInvoice | None = None
    why: Problem | None = None

    @property
    def absent(self) -> bool:
        """True if the look-up succeeded and the invoice was not there."""
        return self.found is None and self.why is None

    @property
    def final(self) -> bool:
        """True if looking again would not change it."""
        return not self.absent and (self.why is None or self.why.code is not Code.LOOK_UP_FAILED)


def look_up(gateway: Gateway, reference: str, since: dt.datetime, until: dt.datetime) -> list[GatewayInvoice]:
    """The gateway's invoices with exactly this reference that can have been made since. Raises GatewayError.

    The search is free text and its dates are days, so what it finds is filtered. An invoice whose time of making
    cannot be read may be meant.
    """
    found = gateway.find(reference, (since - MARGIN).date(), (max(since, until) + MARGIN).date())
    return [each for each in found if each.reference == reference and not _older(each.created_at, since - MARGIN)]


def _older(created_at: str, limit: dt.datetime) -> bool:
    if not re.match(r"\d{4}-\d{2}-\d{2}", created_at):
        return False
    return created_at[:10] < limit.date().isoformat()


def judge(invoice: Invoice, found: Sequence[GatewayInvoice]) -> Seen:
    """What the invoices found under a lost create's reference say of it. Pure."""
    live = [each for each in found if each.status != CANCELLED]
    if len(live) > 1:
        ids = ", ".join(each.id for each in live)
        return Seen(why=problem(Code.SEVERAL_AT_GATEWAY, count=len(live), ids=ids))
    if not live:
        gone = problem(Code.CANCELLED_AT_GATEWAY, value=found[0].id) if found else None
        return Seen(why=gone)
    [one] = live
    if one.amount is not None and one.amount != invoice.amount:
        said = {"value": one.id, "amount": str(one.amount), "expected": money(invoice.amount)}
        return Seen(why=problem(Code.OTHER_AT_GATEWAY, **said))
    return Seen(found=one)


def take_up(ledger: Ledger, run: Run) -> None:
    """Let rows wait again that were left unknown and can now be decided anew.

    Their invoice was settled by another run meanwhile, or they are changes, which can be repeated without harm.
    """
    rows = ledger.to_take_up(run)
    if rows:
        with ledger.entry() as entry:
            for row in rows:
                entry.settle_row(_unsaid(row), row.action, Outcome(RowStatus.PENDING, tries=0), row.invoice_key)


def _unsaid(row: Row) -> Row:
    """The row without what it said while its outcome was not known."""
    return replace(row, issues=tuple(issue for issue in row.issues if issue.code not in UNSETTLED))


def settle(
    ledger: Ledger, gateway: Gateway, run: Run, terms: Terms, stop: Stop, tell: Callable[[str], None], *, again: bool
) -> int:
    """Look up the creates of unknown outcome of which this run speaks; returns how many of its rows wait again.

    `again`: what is certainly not there may be sent again. Raises RunStopped when somebody asks to stop.
    """
    lost = [replace(intent, row=_unsaid(intent.row)) for intent in ledger.lost_creates(run)]
    if not lost:
        return 0
    what = f"answers to {len(lost):,} invoices were" if len(lost) > 1 else "answer to 1 invoice was"
    tell(f"The {what} lost; looking at the gateway, for {terms.settle_seconds:g} s at most.")
    _Search(ledger, gateway, run, terms, stop, again).drive(lost)
    take_up(ledger, run)
    return ledger.tallies(run).get(RowStatus.PENDING, (0,))[0]


class _Search:
    """Looks for all that is lost, several times over the settle window, and writes down what it comes to.

    The window is measured within this process, on a clock that nobody can set: neither the time of day nor a long
    pause between two processes can shorten it.
    """

    def __init__(self, ledger: Ledger, gateway: Gateway, run: Run, terms: Terms, stop: Stop, again: bool) -> None:
        self._ledger, self._gateway, self._run = ledger, gateway, run
        self._terms, self._stop, self._again = terms, stop, again

    def drive(self, lost: Sequence[Intent]) -> None:
        """Until each is found, needs a person, or was not there at the window's beginning nor at its end."""
        first = self._round(lost)
        began = time.monotonic()
        waiting, absent = self._landed(first), {intent.attempt for intent, seen in first if seen.absent}
        for part in _LOOKS:
            if not waiting:
                return
            self._stop.sleep(began + part * self._terms.settle_seconds - time.monotonic())
            latest = self._round(waiting)
            waiting = self._landed(latest)
        self._conclude([(intent, seen, intent.attempt in absent) for intent, seen in latest if not seen.final])

    def _round(self, lost: Sequence[Intent]) -> list[tuple[Intent, Seen]]:
        """Look for each of them once."""
        self._stop.obey()
        with ThreadPoolExecutor(self._terms.workers, thread_name_prefix="settle") as pool:
            return list(zip(lost, pool.map(self._look, lost), strict=True))

    def _look(self, intent: Intent) -> Seen:
        if self._stop.asked:
            return Seen(why=problem(Code.LOOK_UP_FAILED, detail=WORDS))
        try:
            found = look_up(self._gateway, intent.invoice.reference, intent.at, self._terms.clock())
            seen = judge(intent.invoice, found)
            return replace(seen, found=self._with_link(seen.found)) if seen.found else seen
        except GatewayError as error:
            return Seen(why=problem(Code.LOOK_UP_FAILED, detail=error.message))

    def _with_link(self, found: GatewayInvoice) -> GatewayInvoice:
        """The invoice with its payment link, asked for where the look-up does not give it."""
        if found.url:
            return found
        with suppress(GatewayError):  # the invoice is found, with or without its link
            whole = self._gateway.invoice(found.id)
            return replace(found, url=whole.url if whole.id == found.id else "")
        return found

    def _landed(self, seen: Sequence[tuple[Intent, Seen]]) -> list[Intent]:
        """Write down what will not change; returns what must be looked for again."""
        self._write((intent, self._outcome(intent, what)) for intent, what in seen if what.final)
        return [intent for intent, what in seen if not what.final]

    def _conclude(self, seen: Sequence[tuple[Intent, Seen, bool]]) -> None:
        """The window is over: what was absent at both its ends was never made, if look-ups can be believed."""
        believed = {kind: self._believed(kind) for kind in {intent.invoice.subscription for intent, _, _ in seen}}
        self._write(
            (intent, self._ending(intent, what, absent_before and what.absent, believed[intent.invoice.subscription]))
            for intent, what, absent_before in seen
        )

    def _ending(self, intent: Intent, seen: Seen, absent: bool, believed: bool) -> Outcome:
        if not absent:
            return self._left(intent, seen.why or problem(Code.LOOK_UP_FAILED, detail=""))
        if not believed:
            return self._left(intent, problem(Code.LOOK_UP_BLIND))
        if not self._again:
            return self._left(intent, problem(Code.OUTCOME_UNKNOWN, detail=""))
        said = f"not at the gateway, looked for over {self._terms.settle_seconds:g} s"
        return Outcome(RowStatus.PENDING, tries=0, detail=said)

    def _believed(self, subscription: bool) -> bool:
        """Whether the look-up shows what is certainly there: one of the invoices last made, of the same kind.

        Where there is none yet, it is believed of ordinary invoices; which kind of look-up shows a subscription is not
        known.
        """
        made = self._ledger.lately_made(subscription=subscription, limit=_CONTROLS)
        return any(self._shows(*each) for each in made) if made else not subscription

    def _shows(self, reference: str, at: dt.datetime) -> bool:
        try:
            return bool(look_up(self._gateway, reference, at, self._terms.clock()))
        except GatewayError:
            return False

    def _outcome(self, intent: Intent, seen: Seen) -> Outcome:
        if seen.found is None:
            return self._left(intent, seen.why or problem(Code.OUTCOME_UNKNOWN, detail=""))
        sms = SmsStatus.SENT if intent.row.sms is SmsStatus.UNKNOWN else None  # the gateway texts what it makes so
        return adopted(intent, seen.found, sms, self._places(intent))

    def _left(self, intent: Intent, why: Problem) -> Outcome:
        return Outcome(RowStatus.UNKNOWN, (self._places(intent).issue(intent.row.row, Field.REFERENCE, why),), tries=0)

    def _places(self, intent: Intent) -> Places:
        return Places.of(self._ledger.run(intent.row.run_id))

    def _write(self, outcomes: Iterable[tuple[Intent, Outcome]]) -> None:
        settled = list(outcomes)
        if settled:
            with self._ledger.entry() as entry:
                for intent, outcome in settled:
                    entry.settle(intent, outcome)
                    if intent.row.run_id != self._run.id:
                        entry.note_change(intent.row.run_id)

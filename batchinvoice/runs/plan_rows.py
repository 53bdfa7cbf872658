"""The rows of a plan: page by page, each with what is to be done about it, as the ledger and the other rows have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from batchinvoice.invoices.check import Checked, CheckedRow
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Delivery
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.reader import batches
from batchinvoice.ledger.records import NewRow
from batchinvoice.runs.asked_for import Options
from batchinvoice.runs.decide import Decision, texts_nobody
from batchinvoice.runs.history import with_history
from batchinvoice.runs.memory import Memory
from batchinvoice.runs.places import Places
from batchinvoice.runs.shapes import shapes

_PAGE = 500
_NO_MATTER_ONCE_SENT = frozenset({Code.DATE_PAST, Code.REFERENCE_LIKE_SAME})


def planned(
    checked: Checked,
    ledger: Ledger,
    options: Options,
    now: dt.datetime,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[NewRow]:
    """Every row with what is to be done about it, in the order of the sheet, and at the end some of them once more.

    No more than a page of them is in memory. What the rows below may change of one above is found at the end: rows that
    speak of one invoice come again, as they are beside each other. With --strict, all is looked at once before, for the
    first row that is bad. progress: told how many more rows of the sheet are done.
    """
    places = Places(shapes(checked)[0])
    hold = options.strict and _any_bad(checked, _rows(checked, ledger, options, now, places))
    for row in _rows(checked, ledger, options, now, places, progress):
        # What is unknown belongs to the run that meant it.
        to_hold = hold and row.status in (RowStatus.PENDING, RowStatus.UNKNOWN)
        yield _held_back(row, places) if to_hold else row


def _any_bad(checked: Checked, rows: Iterable[NewRow]) -> bool:
    of_no_row = chain(checked.notes, (issue for line in checked.item_lines for issue in line.issues))
    return any(issue.is_error for issue in chain(of_no_row, (issue for row in rows for issue in row.issues)))


def _rows(
    checked: Checked,
    ledger: Ledger,
    options: Options,
    now: dt.datetime,
    places: Places,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[NewRow]:
    of_one = _OfOne()
    for positions, page in _pages(checked.rows):
        decided = with_history(list(_decided(page, ledger, options)), ledger, now)
        progress(len(page))
        for position, (row, decision) in zip(positions, decided, strict=True):
            of_one.note(position, decision)
            yield _new_row(position, row, decision, places)
    again = of_one.several()
    pages = batches((checked.rows[position] for position in again), _PAGE)
    together = _one_row_each([each for page in pages for each in _decided(page, ledger, options)])
    for position, (row, decision) in zip(again, with_history(together, ledger, now), strict=True):
        yield _new_row(position, row, decision, places)


def _pages(rows: Iterable[CheckedRow]) -> Iterator[tuple[range, list[CheckedRow]]]:
    start = 0
    for page in batches(rows, _PAGE):
        yield range(start, start + len(page)), page
        start += len(page)


class _OfOne:
    """Which rows speak of one invoice, by their positions: those alone are remembered of all rows that were seen."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._others: dict[int, list[int]] = {}

    def note(self, position: int, decision: Decision) -> None:
        if decision.status is RowStatus.PENDING and decision.known:
            first = self._first.setdefault(decision.known.key, position)
            if first != position:
                self._others.setdefault(decision.known.key, [first]).append(position)

    def several(self) -> list[int]:
        """The positions of all rows that are not the only ones of their invoices, in order."""
        return sorted(position for positions in self._others.values() for position in positions)


def _decided(rows: Sequence[CheckedRow], ledger: Ledger, options: Options) -> Iterator[tuple[CheckedRow, Decision]]:
    known = Memory(ledger, [row.invoice for row in rows if row.invoice])
    for row in rows:
        decision = Decision(Action.NONE, row.status)
        if row.status is RowStatus.PENDING and row.invoice:
            decision = known.decide(row.invoice)
            decision = decision if options.sms else texts_nobody(row.invoice, decision)
        elif row.status in (RowStatus.INVALID, RowStatus.HELD) and row.invoice:
            row, decision = _sent_before(row, known.decide(row.invoice), decision)
        yield row, decision


def _sent_before(row: CheckedRow, then: Decision, now: Decision) -> tuple[CheckedRow, Decision]:
    """A row that was sent is as it was, though its expiry date has passed or a new row's reference looks like its own.

    One that was not sent stays as the sheet's check left it.
    """
    of_new_rows = all(issue.code in _NO_MATTER_ONCE_SENT for issue in row.issues if issue.is_error)
    if then.action is not Action.UNCHANGED or not of_new_rows:
        return row, now
    return replace(row, issues=tuple(issue for issue in row.issues if not issue.is_error)), then


def _one_row_each(decided: Sequence[tuple[CheckedRow, Decision]]) -> list[tuple[CheckedRow, Decision]]:
    """Rows that speak of one invoice, under its ID, its references or a date that has passed: none but one goes.

    Rows that say the same are repeats of the first; rows that differ are all held.
    """
    speak_of: dict[int, list[CheckedRow]] = {}
    for row, decision in decided:
        if decision.status is RowStatus.PENDING and decision.known:
            speak_of.setdefault(decision.known.key, []).append(row)
    return [(row, _alone(row, decision, speak_of)) for row, decision in decided]


def _alone(row: CheckedRow, decision: Decision, speak_of: Mapping[int, Sequence[CheckedRow]]) -> Decision:
    others = speak_of.get(decision.known.key, ()) if decision.known else ()
    if decision.status is not RowStatus.PENDING or decision.known is None or len(others) < 2:
        return decision
    if all(other.invoice == row.invoice for other in others):
        identical = problem(Code.REPEAT_IDENTICAL, first=others[0].row)
        repeat = Decision(Action.NONE, RowStatus.DUPLICATE, None, ((Field.REFERENCE, identical),))
        return decision if row is others[0] else repeat
    numbers = ", ".join(str(other.row) for other in others)
    repeated = problem(Code.ID_REPEATED, value=decision.known.gateway_id, rows=numbers)
    return Decision(Action.NONE, RowStatus.HELD, decision.known, ((Field.INVOICE_ID, repeated),))


def _new_row(position: int, row: CheckedRow, decision: Decision, places: Places) -> NewRow:
    issues = tuple(places.issue(row.row, field, what) for field, what in decision.problems)
    return NewRow(
        position=position,
        row=row.row,
        reference=row.reference,
        customer=row.customer,
        mobile=row.mobile,
        amount=row.amount,
        typed_amount=row.typed_amount,
        cells=row.cells,
        invoice=row.invoice,
        action=decision.action,
        status=decision.status,
        issues=(*row.issues, *issues),
        sms=_sms(row, decision),
    )


def _sms(row: CheckedRow, decision: Decision) -> SmsStatus:
    """Whether the row wants a text: what is known of its invoice's, else what the sheet says."""
    if decision.status not in (RowStatus.PENDING, RowStatus.UNKNOWN) or row.invoice is None:
        return SmsStatus.NOT_WANTED
    if decision.known and decision.action is not Action.CREATE:
        return decision.known.sms
    return SmsStatus.PENDING if row.invoice.delivery is Delivery.SMS else SmsStatus.NOT_WANTED


def _held_back(row: NewRow, places: Places) -> NewRow:
    strict: Problem = problem(Code.STRICT)
    return replace(
        row,
        status=RowStatus.HELD,
        action=Action.NONE,
        sms=SmsStatus.NOT_WANTED,
        issues=(*row.issues, places.issue(row.row, None, strict)),
    )

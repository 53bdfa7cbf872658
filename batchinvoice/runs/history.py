"""History: a row that would make an invoice, against its customer's others and against references like its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.check import CheckedRow
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.past import FORGOTTEN, Past
from batchinvoice.runs.decide import Decision

# The same fee every month is no slip: what comes again after this long is not warned of, even if billed a week early.
_RECENTLY = dt.timedelta(days=20)
# A slipped point is ten times or, fils for dinars, a thousand times; the amount itself may differ a little besides.
_SLIPS = ((Decimal("9.5"), Decimal("10.5"), "10"), (Decimal(950), Decimal(1050), "1000"))

_Decided = tuple[CheckedRow, Decision]


def told_apart(invoice: Invoice, decision: Decision, like: Sequence[Past]) -> Decision:
    """The decision; held if the invoice seems to be there under a reference written in another way.

    like: invoices whose references have the likeness of this one's. Those of other customers are only said; whose
    customer was forgotten may be of this one.
    """
    others = [past for past in like if past.reference != invoice.reference]
    if decision.action is not Action.CREATE or not others:
        return decision
    same = next((past for past in others if past.phone in (invoice.phone, FORGOTTEN)), None)
    if same is None:
        said = problem(Code.REFERENCE_LIKE, other=others[0].reference, run=others[0].run_id)
        return replace(decision, problems=(*decision.problems, (Field.REFERENCE, said)))
    code = Code.REFERENCE_LIKE_FORGOTTEN if same.phone == FORGOTTEN else Code.REFERENCE_LIKE_SAME
    said = problem(code, other=same.reference, run=same.run_id)
    return Decision(Action.NONE, RowStatus.HELD, decision.known, ((Field.REFERENCE, said),))


def with_history(decided: Sequence[_Decided], ledger: Ledger, now: dt.datetime) -> list[_Decided]:
    """The rows; those that would make an invoice with what their customers' other invoices give to think."""
    phones = {row.invoice.phone for row, decision in decided if row.invoice and decision.action is Action.CREATE}
    last, recent = ledger.last_made(phones), ledger.made_since(phones, now - _RECENTLY)

    def warned(row: CheckedRow, decision: Decision) -> _Decided:
        if row.invoice is None or decision.action is not Action.CREATE:
            return row, decision
        phone = row.invoice.phone
        found = (*decision.problems, *warnings(row.invoice, last.get(phone), recent.get(phone, ())))
        if not found:
            return row, decision
        said = {issue.code for issue in row.issues}  # of the sheet's other rows, which may be these same invoices
        return row, replace(decision, problems=tuple(each for each in found if each[1].code not in said))

    return [warned(row, decision) for row, decision in decided]


def warnings(invoice: Invoice, last: Past | None, recent: Sequence[Past]) -> list[tuple[Field, Problem]]:
    """What is worth a look. `last` and `recent`: the customer's invoice last made, and all of the last days."""
    found = []
    if last and (times := slipped(invoice.amount, last.amount)):
        params = {"value": money(invoice.amount), "last": money(last.amount), "other": last.reference}
        found.append((Field.AMOUNT, problem(Code.AMOUNT_TIMES, times=times, **params)))
    others = (past for past in reversed(recent) if past.reference != invoice.reference)
    if same := next((past for past in others if past.amount == invoice.amount), None):
        params = {"value": money(invoice.amount), "other": same.reference, "run": same.run_id}
        found.append((Field.AMOUNT, problem(Code.AMOUNT_SAME, **params)))
    return found


def slipped(amount: Decimal, last: Decimal) -> str | None:
    """How many times the last amount it is, if a decimal point may have slipped: `10`, `1000`, `1/10`, `1/1000`."""
    for least, most, times in _SLIPS:
        if least * last <= amount <= most * last:
            return times
        if least * amount <= last <= most * amount:
            return f"1/{times}"
    return None

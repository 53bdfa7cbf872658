"""Plan: a checked sheet held against the ledger → a run, stored whole before anything is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.check import Checked, CheckedRow
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Delivery, SmsMode
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.lifecycle import Action, RowStatus, SmsStatus
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import ItemRow, NewRow, NewRun, TableShape
from batchinvoice.runs.decide import Decision, texts_nobody
from batchinvoice.runs.history import with_history
from batchinvoice.runs.memory import Memory
from batchinvoice.runs.places import Places
from batchinvoice.sheets.naming import readable
from batchinvoice.sheets.reading import Source

_BATCH = 500
_NO_MATTER_ONCE_SENT = frozenset({Code.DATE_PAST, Code.REFERENCE_LIKE_SAME})


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for: `sms` False leaves text messages for later, `strict` sends nothing if any row is bad.

    `check_gateway`: each new reference is looked up at the gateway first. `trust_ids`: the gateway is not asked whose
    the Invoice IDs are that the ledger does not know. `asked`: what was said of the sheet.
    """

    sms: bool
    strict: bool
    sms_mode: SmsMode
    check_gateway: bool = False
    trust_ids: bool = False
    asked: Asked = field(default_factory=Asked)

    def as_text(self) -> dict[str, str]:
        """As the run keeps it."""
        return {
            "sms": "yes" if self.sms else "no",
            "strict": "yes" if self.strict else "no",
            "sms_mode": str(self.sms_mode),
            "check_gateway": "yes" if self.check_gateway else "no",
            "trust_ids": "yes" if self.trust_ids else "no",
            **_said(self.asked),
        }


def _said(asked: Asked) -> dict[str, str]:
    """What was said of the sheet, as far as something was."""
    said = {
        "sheet": asked.sheet,
        "hidden": None if asked.hidden is Hidden.ASK else str(asked.hidden),
        "expect_count": None if asked.count is None else str(asked.count),
        "expect_total": None if asked.total is None else money(asked.total),
    }
    return {name: value for name, value in said.items() if value is not None}


def plan(
    source: Source, checked: Checked, ledger: Ledger, options: Options, who: str, version: str, now: dt.datetime
) -> str:
    """Store the run; returns its name. Nothing is sent."""
    rows = planned(checked, ledger, options, now)
    run = NewRun(
        source=readable(str(source.path.absolute())),
        source_name=readable(source.path.name),
        sha256=source.sha256,
        sheet=source.invoices.sheet,
        shapes=shapes(checked),
        notes=tuple(checked.notes),
        options={**options.as_text(), **_corrects(source, ledger)},
        started_by=who,
        version=version,
        planned_at=now,
        input_count=len(checked.table.rows),
        input_amount=sum((amount for _, amount in checked.rows.tallies().values()), Decimal(0)),
    )
    return ledger.add_run(run, rows, item_rows(checked))


def _corrects(source: Source, ledger: Ledger) -> dict[str, str]:
    """The run whose corrections workbook this is, if this ledger knows it."""
    if source.corrects is None:
        return {}
    with suppress(LedgerError):
        return {"corrects": ledger.run(source.corrects).id}
    return {}


def shapes(checked: Checked) -> tuple[TableShape, ...]:
    """The headers of the sheet of invoices and, if there is one, of the Items sheet."""
    tables = (checked.table, checked.items)
    return tuple(
        TableShape(table.sheet, table.headings, table.first_column, table.mapping, table.widths)
        for table in tables
        if table
    )


def item_rows(checked: Checked) -> list[ItemRow]:
    """The lines of the Items sheet as the ledger keeps them."""
    cells = checked.items.cells if checked.items else []
    return [
        ItemRow(position, line.row, line.reference, own, line.issues)
        for position, (line, own) in enumerate(zip(checked.item_lines, cells, strict=True))
    ]


def planned(checked: Checked, ledger: Ledger, options: Options, now: dt.datetime) -> list[NewRow]:
    """Every row with what is to be done about it."""
    places = Places(shapes(checked)[0])
    decided = with_history(_one_row_each(list(_decided(checked.rows, ledger, options))), ledger, now)
    rows = [_new_row(position, row, decision, places) for position, (row, decision) in enumerate(decided)]
    of_no_row = (*checked.notes, *(issue for line in checked.item_lines for issue in line.issues))
    bad = any(issue.is_error for issue in (*of_no_row, *(issue for row in rows for issue in row.issues)))
    if options.strict and bad:
        to_hold = (RowStatus.PENDING, RowStatus.UNKNOWN)  # what is unknown belongs to the run that meant it
        rows = [_held_back(row, places) if row.status in to_hold else row for row in rows]
    return rows


def _decided(rows: Sequence[CheckedRow], ledger: Ledger, options: Options) -> Iterator[tuple[CheckedRow, Decision]]:
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        known = Memory(ledger, [row.invoice for row in batch if row.invoice])
        for row in batch:
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

"""The ledger's questions about runs and their rows, as SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, exists, func, select

from batchinvoice.invoices.lifecycle import AT_GATEWAY, Action, InvoiceState, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.records import Run
from batchinvoice.ledger.tables import attempts, invoices, item_rows, references, rows, runs, sms_calls

_JOINED = rows.outerjoin(invoices, and_(invoices.c.id == rows.c.invoice_id))
# What the invoice says of its text message, once the row's invoice is (or may be) there; else what the row says.
_SMS = case(
    (
        and_(rows.c.invoice_id.is_not(None), rows.c.status.in_(AT_GATEWAY | {RowStatus.UNKNOWN})),
        invoices.c.sms,
    ),
    else_=rows.c.sms,
)
# Without the cells: they are the most of a row, and nobody needs them but the corrections and who looks at one row.
_ROWS = select(
    *(column for column in rows.c if column is not rows.c.cells),
    _SMS.label("effective_sms"),
    invoices.c.gateway_id,
    invoices.c.link,
    invoices.c.state.label("invoice_state"),
).select_from(_JOINED)
_WITH_CELLS = _ROWS.add_columns(rows.c.cells)
_WITHOUT_INVOICES = _ROWS.with_only_columns(
    *(column for column in _ROWS.selected_columns if column.key not in ("content", "stated_id"))
)


def page(
    run: Run, after: int, limit: int, *statuses: RowStatus, cells: bool = False, invoices: bool = True
) -> Select[Any]:
    """Rows whose position comes after the given one, of these statuses or of all.

    cells: with what their cells said. invoices: with what is sent for them; else with neither.
    """
    columns = _WITH_CELLS if cells else _ROWS if invoices else _WITHOUT_INVOICES
    query = columns.where(rows.c.run_id == run.id, rows.c.position > after).order_by(rows.c.position).limit(limit)
    return query.where(rows.c.status.in_(statuses)) if statuses else query


def numbered(run: Run, number: int) -> Select[Any]:
    """The row of this number in the sheet, with what its cells said."""
    return _WITH_CELLS.where(rows.c.run_id == run.id, rows.c.row == number).order_by(rows.c.position).limit(1)


def spoken_of(own: Sequence[ColumnElement[bool]], reference: str) -> Select[Any]:
    """Rows of these runs that have this reference, or whose invoice has it besides another."""
    environment, merchant_code = runs.c.environment, runs.c.merchant_code
    named = select(references.c.invoice_id).where(references.c.reference == reference)
    of_run = (references.c.environment == environment) & (references.c.merchant_code == merchant_code)
    keys = named.where(of_run).correlate(runs).scalar_subquery()
    query = _ROWS.join(runs, runs.c.id == rows.c.run_id).where(*own)
    return query.where((rows.c.reference == reference) | (rows.c.invoice_id == keys))


def to_text(run: Run, after: int, limit: int, states: Collection[SmsStatus], *, doubtful: bool) -> Select[Any]:
    """Rows after a position whose invoices are made and whose text message is in one of these states, in order."""
    columns = (rows.c.position, rows.c.invoice_id, invoices.c.gateway_id, invoices.c.sms)
    query = select(*columns).select_from(rows.join(invoices, invoices.c.id == rows.c.invoice_id))
    query = query.where(rows.c.run_id == run.id, rows.c.position > after, rows.c.status.in_(AT_GATEWAY))
    query = query.where(invoices.c.state == InvoiceState.MADE, invoices.c.sms.in_(states))
    return (query if doubtful else query.where(~rows.c.attention)).order_by(rows.c.position).limit(limit)


def tallies(run: Run, by: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Each value of a column, its number of rows and their KWD as the sheet says it."""
    query = select(by, func.count(), func.coalesce(func.sum(rows.c.amount), 0))
    return query.where(rows.c.run_id == run.id, *conditions).group_by(by)


def sms_counts(run: Run) -> Select[Any]:
    """Each state of the text message and its number of rows."""
    return select(_SMS, func.count()).select_from(_JOINED).where(rows.c.run_id == run.id).group_by(_SMS)


def texts_left(run: Run, wanted: Collection[SmsStatus], *, planned: bool) -> Select[Any]:
    """How many invoices of the run have a text message in one of these states.

    `planned`: also of rows still pending or unknown, but of none that a person must look at first.
    """
    to_come = {RowStatus.PENDING, RowStatus.UNKNOWN}
    statuses = AT_GATEWAY | to_come if planned else AT_GATEWAY
    query = select(func.count(func.distinct(func.coalesce(rows.c.invoice_id, -rows.c.position))))
    query = query.select_from(_JOINED).where(rows.c.run_id == run.id, rows.c.status.in_(statuses), _SMS.in_(wanted))
    return query.where(rows.c.status.in_(to_come) | ~rows.c.attention) if planned else query


def attention_count(run: Run) -> Select[Any]:
    """How many rows need a person, for what came of them or of their text message."""
    unsure = _SMS.in_((SmsStatus.FAILED, SmsStatus.UNKNOWN))
    return select(func.count()).select_from(_JOINED).where(rows.c.run_id == run.id, rows.c.attention | unsure)


def unfinished() -> Select[Any]:
    """Runs that were begun and cut off, are not reported as they are, or have rows of which more can be learnt."""
    # Asked of each run: which rows of all are open would be read out of the rows of all runs that ever were.
    is_open = rows.c.status.in_((RowStatus.PENDING, RowStatus.UNKNOWN))
    return _begun().where(_CUT_OFF | exists().where(rows.c.run_id == runs.c.id, is_open))


def cut_off() -> Select[Any]:
    """Runs that were begun and cut off, or are not reported as they are."""
    return _begun().where(_CUT_OFF)


_CUT_OFF = runs.c.status.in_((RunStatus.RUNNING, RunStatus.FAILED)) | runs.c.reported_at.is_(None)


def _begun() -> Select[Any]:
    return select(runs).where(runs.c.status != RunStatus.PLANNED).order_by(runs.c.sequence)


def lost_invoices(run: Run) -> Select[Any]:
    """Invoices of unknown outcome of which rows of this run speak, whichever run meant to make them."""
    speak = select(rows.c.invoice_id).where(rows.c.run_id == run.id, rows.c.status == RowStatus.UNKNOWN)
    query = select(invoices).where(invoices.c.state == InvoiceState.UNKNOWN, invoices.c.id.in_(speak))
    return query.order_by(invoices.c.id)


def lost_row(invoice_key: int, run_id: str) -> Select[Any]:
    """The row that meant to make an invoice, whatever has become of it, with the number of its latest attempt."""
    latest = select(func.max(attempts.c.id)).where(
        attempts.c.run_id == rows.c.run_id, attempts.c.position == rows.c.position
    )
    query = _ROWS.add_columns(latest.scalar_subquery().label("attempt"))
    return query.where(
        rows.c.invoice_id == invoice_key,
        rows.c.run_id == run_id,
        rows.c.action == Action.CREATE,
    )


def rows_of_lost(run: Run, invoice_key: int, not_at: int | None) -> Select[Any]:
    """Rows of this run that speak of an invoice of unknown outcome, without the one at that position."""
    query = _ROWS.where(rows.c.run_id == run.id, rows.c.invoice_id == invoice_key, rows.c.status == RowStatus.UNKNOWN)
    return query if not_at is None else query.where(rows.c.position != not_at)


def to_take_up(run: Run, *, changes: bool) -> Select[Any]:
    """Rows of unknown outcome whose invoice's is known by now or never was asked for; `changes`: and lost changes."""
    settled = rows.c.invoice_id.is_(None) | (invoices.c.state != InvoiceState.UNKNOWN)
    change = rows.c.action == Action.UPDATE
    again = settled | change if changes else settled & ~change
    return _ROWS.where(rows.c.run_id == run.id, rows.c.status == RowStatus.UNKNOWN, again).order_by(rows.c.position)


def later_runs(run: Run) -> Select[Any]:
    """The runs that were planned after this one and begun, the oldest first."""
    own = (runs.c.environment == run.environment) & (runs.c.merchant_code == run.merchant_code)
    later = (runs.c.sequence > run.sequence) & (runs.c.status != RunStatus.PLANNED)
    return select(runs.c.id).where(own, later).order_by(runs.c.sequence)


def said(references: Collection[str], keys: Collection[int], ids: Collection[str]) -> list[Select[Any]]:
    """What the rows of all runs say of these references, of these invoices and of these gateway ids.

    Three questions, none of which names a run: each column has an index, and a run's name beside it would tempt a
    database into reading the whole run.
    """
    columns = ("run_id", "position", "reference", "invoice_id", "content", "stated_id")
    query = select(*(rows.c[name] for name in columns))
    asked = ((rows.c.reference, references), (rows.c.invoice_id, keys), (rows.c.stated_id, ids))
    return [query.where(column.in_(values)) for column, values in asked if values]


def latest_key() -> Select[Any]:
    """The highest number of an invoice, 0 if there is none."""
    return select(func.coalesce(func.max(invoices.c.id), 0))


def lately_made(environment: str, merchant_code: str, subscription: bool, upto: int, stretch: int) -> Select[Any]:
    """The invoices made, under the reference that the gateway confirmed, the newest first, of so many numbers.

    upto: the highest of these. The stretch is read by number before anything else is asked of it: whose they are would
    lead to an index by which all of a merchant's invoices are read and sorted.
    """
    numbers = (invoices.c.id <= upto) & (invoices.c.id > upto - stretch)
    of = select(invoices).where(numbers).order_by(invoices.c.id.desc()).limit(stretch).subquery("stretch").c
    own = (of.environment == environment) & (of.merchant_code == merchant_code)
    confirmed = (of.state == InvoiceState.MADE) & (of.origin == "create") & (of.fingerprint != "")
    alike = of.content["subscription"].as_boolean() == subscription
    return select(of.content, of.intended_at).where(own, confirmed, alike).order_by(of.id.desc())


def issues(run: Run, after: int, limit: int) -> Select[Any]:
    """The issues of rows after a position that have some, with their positions."""
    some = cast(rows.c.issues, Text) != "[]"
    query = select(rows.c.position, rows.c.issues).where(rows.c.run_id == run.id, rows.c.position > after, some)
    return query.order_by(rows.c.position).limit(limit)


def item_page(run: Run, after: int, limit: int) -> Select[Any]:
    """The lines of the Items sheet after a position."""
    query = select(item_rows).where(item_rows.c.run_id == run.id, item_rows.c.position > after)
    return query.order_by(item_rows.c.position).limit(limit)


def latest_sms_call(run: Run) -> Select[Any]:
    """The number of the run's latest bulk send, 0 if there is none."""
    return select(func.coalesce(func.max(sms_calls.c.number), 0)).where(sms_calls.c.run_id == run.id)

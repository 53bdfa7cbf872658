"""Intents and outcomes: one invoice for a reference by the database itself, allowed steps only, all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from ledger_making import NOW, invoice, new_row, new_run, planned
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import NEXT, TEXTABLE, Action, InvoiceState, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.errors import LedgerBusy, NoSuchRun
from batchinvoice.ledger.intent import Change, Create, Intent, Outcome, Settled
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import NewRow, Row, Run
from batchinvoice.ledger.tables import references, rows

LOST = Issue(Code.OUTCOME_UNKNOWN, Place("Invoices", 2), {"detail": ""})
Opener = Callable[..., Ledger]
MADE = Outcome(RowStatus.CREATED, gateway_id="7001", origin="create", link="https://x", gateway_amount=Decimal("5.000"))


def intend(ledger: Ledger, run: Run, row: Row) -> Intent:
    assert row.invoice
    with ledger.entry() as entry:
        return entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST)])[0]


def settle(ledger: Ledger, intent: Intent, outcome: Outcome) -> None:
    with ledger.entry() as entry:
        entry.settle([(intent, outcome)])


def made(ledger: Ledger, run: Run, row: Row, outcome: Outcome = MADE) -> Intent:
    intent = intend(ledger, run, row)
    settle(ledger, intent, outcome)
    return intent


def test_runs_are_named_by_the_day_in_kuwait_and_counted(ledger: Ledger) -> None:
    late = dt.datetime(2026, 11, 22, 20, 59, 59, tzinfo=dt.UTC)
    names = [planned(ledger, planned_at=at)[0].id for at in (late, NOW, late + dt.timedelta(seconds=1), late)]
    assert names == ["20261122-001", "20261122-002", "20261123-001", "20261122-003"]


def test_a_busy_day_has_more_than_999_runs(ledger: Ledger) -> None:
    names = [ledger.add_run(new_run(), [], []) for _ in range(999)][-1:]
    names += [ledger.add_run(new_run(), [], []) for _ in range(3)]
    assert names == ["20261122-999", "20261122-1000", "20261122-1001", "20261122-1002"]


def test_merchants_and_environments_share_the_count_and_nothing_else(open_ledger: Opener) -> None:
    ledgers = [open_ledger(), open_ledger("live"), open_ledger("sandbox", "999")]
    runs = [planned(ledger) for ledger in ledgers]
    assert [run.id for run, _ in runs] == ["20261122-001", "20261122-002", "20261122-003"]
    for ledger, (run, [row]) in zip(ledgers, runs, strict=True):
        assert [each.id for each in ledger.history(9)] == [run.id]
        assert ledger.known_references(["R-1"]) == {}
        made(ledger, run, row)  # the same reference and the same id: three invoices, no conflict
    for ledger, (run, _) in zip(ledgers, runs, strict=True):
        assert ledger.known_references(["R-1"])["R-1"].run_id == run.id
        assert ledger.known_ids(["7001"])["7001"].run_id == run.id
        for other, _ in runs:
            if other != run:
                with pytest.raises(NoSuchRun, match=f"no run {other.id}.*history"):
                    ledger.run(other.id)


def test_the_runs_of_a_file_are_found_by_its_content(open_ledger: Opener) -> None:
    ledger = open_ledger()
    first, _ = planned(ledger, sha256="cd" * 32)
    planned(ledger)
    again, _ = planned(ledger, sha256="cd" * 32, source_name="renamed.xlsx")
    planned(open_ledger("live"), sha256="cd" * 32)
    assert [run.id for run in ledger.runs_of("cd" * 32)] == [again.id, first.id]
    assert ledger.runs_of("ef" * 32) == []
    with ledger._engine.connect() as db:
        said = "EXPLAIN QUERY PLAN SELECT * FROM runs WHERE environment = '' AND merchant_code = '' AND sha256 = ''"
        [step] = db.exec_driver_sql(f"{said} ORDER BY sequence DESC").all()
    assert step[-1] == "SEARCH runs USING INDEX runs_by_sha256 (environment=? AND merchant_code=? AND sha256=?)"


def test_a_plan_is_stored_whole_or_not_at_all(ledger: Ledger) -> None:
    def breaks() -> Iterator[NewRow]:
        yield from (new_row(n) for n in range(1200))  # more than one page
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        ledger.add_run(new_run(), breaks(), [])
    assert ledger.history(9) == []
    with ledger._engine.connect() as db:
        assert db.execute(rows.select()).all() == []
    run, stored = planned(ledger, [new_row(n) for n in range(1200)])
    assert (run.id, [row.position for row in stored]) == ("20261122-001", list(range(1200)))


def test_rows_are_read_in_pages_by_status(ledger: Ledger) -> None:
    run, stored = planned(ledger, [new_row(n) for n in range(1003)])
    for row in stored[::2]:
        with ledger.entry() as entry:
            entry.settle_rows([Settled(row, Action.NONE, Outcome(RowStatus.HELD))])
    assert [row.position for row in ledger.rows(run, RowStatus.PENDING)] == list(range(1, 1003, 2))
    assert [row.position for row in ledger.rows(run, RowStatus.PENDING, RowStatus.HELD)] == list(range(1003))
    assert list(ledger.rows(run, RowStatus.CREATED)) == []


def test_the_database_itself_keeps_a_reference_for_one_invoice(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    intent = intend(ledger, run, row)
    scope = {"environment": "sandbox", "merchant_code": "842217", "reference": "R-1"}
    with pytest.raises(IntegrityError), ledger._engine.begin() as db:
        db.execute(insert(references).values(**scope, invoice_id=intent.invoice_key))
    other, [again] = planned(ledger)
    with pytest.raises(LedgerBusy, match="not sent twice"):
        intend(ledger, other, again)
    assert next(ledger.rows(other)).status is RowStatus.PENDING
    with pytest.raises(IntegrityError), ledger._engine.begin() as db:
        db.execute(insert(references).values(**scope | {"reference": "R-9"}, invoice_id=12345))  # foreign key


def test_an_intent_is_unknown_until_its_outcome(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    intent = intend(ledger, run, row)
    [between] = ledger.rows(run)
    assert (between.status, between.gateway_id) == (RowStatus.UNKNOWN, "")
    assert ledger.known_references(["R-1"])["R-1"].state is InvoiceState.UNKNOWN
    settle(ledger, intent, MADE)
    [after] = ledger.rows(run)
    assert (after.status, after.gateway_id, after.link, after.attempts) == (RowStatus.CREATED, "7001", "https://x", 1)
    known = ledger.known_references(["R-1"])["R-1"]
    assert (known.state, known.fingerprint, known.origin) == (InvoiceState.MADE, invoice().fingerprint(), "create")


def test_an_entry_that_breaks_off_writes_nothing(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    with pytest.raises(ZeroDivisionError), ledger.entry() as entry:
        assert entry.intend(run, [Create(row, invoice(), row.sms, None, LOST)])[0].attempt / 0
    assert next(ledger.rows(run)).status is RowStatus.PENDING
    assert ledger.known_references(["R-1"]) == {}


@pytest.mark.parametrize("end", sorted(RowStatus))
@pytest.mark.parametrize("start", sorted(RowStatus))
def test_only_allowed_steps_are_taken(ledger: Ledger, start: RowStatus, end: RowStatus) -> None:
    run, [row] = planned(ledger, [new_row(status=start)])
    allowed = end == start or end in NEXT[start]
    if allowed:
        with ledger.entry() as entry:
            entry.settle_rows([Settled(row, Action.NONE, Outcome(end))])
    else:
        with pytest.raises(ValueError, match=f"{start} cannot become {end}"), ledger.entry() as entry:
            entry.settle_rows([Settled(row, Action.NONE, Outcome(end))])
    assert next(ledger.rows(run)).status is (end if allowed else start)


def test_a_row_that_is_made_stays_made() -> None:
    for status in RowStatus:
        if status not in (RowStatus.PENDING, RowStatus.UNKNOWN):
            assert not NEXT[status]
    assert RowStatus.UNCHANGED not in NEXT[RowStatus.UNKNOWN]


@pytest.mark.parametrize("state", sorted(SmsStatus))
def test_only_a_text_that_may_be_sent_is_meant_to_be(ledger: Ledger, state: SmsStatus) -> None:
    run, [row] = planned(ledger, [new_row(sms=state)])
    made(ledger, run, row)
    [row] = ledger.to_text(run, -1, 9, list(SmsStatus), doubtful=True)
    if state in TEXTABLE:
        with ledger.entry() as entry:
            entry.intend_sms(run, 1, [row])
        assert ledger.sms_counts(run) == {SmsStatus.UNKNOWN: 1}
    else:
        with pytest.raises(ValueError, match="is not sent"), ledger.entry() as entry:
            entry.intend_sms(run, 1, [row])
        assert (ledger.sms_counts(run), ledger.sms_calls(run)) == ({state: 1}, [])


def test_a_bulk_send_is_unknown_until_its_outcome_and_its_number_counts_once(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    made(ledger, run, row)
    [row] = ledger.to_text(run, -1, 9, list(SmsStatus), doubtful=True)
    with ledger.entry() as entry:
        entry.intend_sms(run, 1, [row])
    assert [(c.outcome, c.gateway_ids) for c in ledger.sms_calls(run)] == [(SmsStatus.UNKNOWN, ("7001",))]
    assert ledger.to_text(run, -1, 9, [SmsStatus.PENDING], doubtful=True) == []
    with pytest.raises(LedgerBusy), ledger.entry() as entry:
        entry.intend_sms(run, 1, [row])
    with pytest.raises(LedgerBusy), ledger.entry() as entry:
        entry.intend_sms(run, 2, [row])  # another process has meant to text it since the row was read
    with ledger.entry() as entry:
        entry.settle_sms(run, 1, [row], SmsStatus.SENT, "ok")
    assert ledger.sms_counts(run) == {SmsStatus.SENT: 1}


@pytest.mark.parametrize("state", sorted(TEXTABLE))
def test_a_bulk_send_that_never_left_leaves_the_text_as_it_was(ledger: Ledger, state: SmsStatus) -> None:
    run, [row] = planned(ledger, [new_row(sms=state)])
    made(ledger, run, row)
    [row] = ledger.to_text(run, -1, 9, list(SmsStatus), doubtful=True)
    with ledger.entry() as entry:
        entry.intend_sms(run, 1, [row])
    with ledger.entry() as entry:
        entry.settle_sms(run, 1, [row], SmsStatus.PENDING, "no connection")
    assert ledger.sms_counts(run) == {state: 1}


def test_a_run_that_is_over_gets_its_time(ledger: Ledger) -> None:
    run, _ = planned(ledger)
    for status, time in ((RunStatus.RUNNING, None), (RunStatus.FAILED, NOW), (RunStatus.RUNNING, None)):
        with ledger.entry() as entry:
            entry.set_run_status(run, status)
        assert (ledger.run(run.id).status, ledger.run(run.id).finished_at) == (status, time)


def test_an_update_that_is_under_way_leaves_nothing_to_pass_for_unchanged(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    made(ledger, run, row)
    known = ledger.known_references(["R-1"])["R-1"]
    other, [again] = planned(ledger)
    with ledger.entry() as entry:
        intent = entry.intend(other, [Change(again, invoice(amount=Decimal(6)), known)])[0]
    assert next(ledger.rows(other)).status is RowStatus.PENDING  # harmless to repeat after a crash
    assert ledger.known_references(["R-1"])["R-1"].fingerprint == ""
    settle(ledger, intent, Outcome(RowStatus.REJECTED))
    back = ledger.known_references(["R-1"])["R-1"]
    assert (back.fingerprint, back.invoice.amount, back.state) == (known.fingerprint, 5, InvoiceState.MADE)


def test_a_reference_given_by_an_update_stays_if_it_may_have_been_carried_out(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    made(ledger, run, row)
    for outcome, kept in (
        (Outcome(RowStatus.REJECTED), False),
        (Outcome(RowStatus.PENDING, tries=1), False),
        (Outcome(RowStatus.PENDING, tries=6, doubt=True), True),
    ):
        other, [again] = planned(ledger)
        known = ledger.known_references(["R-1"])["R-1"]
        with ledger.entry() as entry:
            intent = entry.intend(other, [Change(again, invoice("R-2"), known)])[0]
        settle(ledger, intent, outcome)
        assert ("R-2" in ledger.known_references(["R-2"])) is kept
    assert "R-1" in ledger.known_references(["R-1"])

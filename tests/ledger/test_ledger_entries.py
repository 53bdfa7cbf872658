"""Intents and outcomes: one invoice for a reference by the database itself, allowed steps only, all or nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from ledger_making import NOW, invoice, new_row, new_run, planned
from sqlalchemy import event, insert, select, update
from sqlalchemy.exc import IntegrityError

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import NEXT, TEXTABLE, Action, InvoiceState, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.errors import LedgerBusy, NoSuchRun
from batchinvoice.ledger.intent import Change, Create, Intent, Outcome, Settled
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import NewRow, Row, Run
from batchinvoice.ledger.tables import attempts, references, rows, runs

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
    first = ledger.add_run(new_run(), [], [])
    with ledger._begin() as db:
        db.execute(update(runs).where(runs.c.id == first).values(id="20261122-998"))
    names = [ledger.add_run(new_run(), [], []) for _ in range(4)]
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


def test_many_new_lines_at_once_are_each_given_their_own_numbers(ledger: Ledger) -> None:
    run, stored = planned(ledger, [new_row(n) for n in range(150)])
    with ledger.entry() as entry:
        intents = entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST) for row in stored if row.invoice])
    known = ledger.known_references([row.reference for row in stored])
    assert [intent.row for intent in intents] == stored
    for intent in intents:
        assert known[intent.invoice.reference].key == intent.invoice_key
        assert known[intent.invoice.reference].invoice == intent.invoice
    with ledger._engine.connect() as db:
        numbers = dict(map(tuple, db.execute(select(attempts.c.position, attempts.c.id))))
    assert numbers == {intent.row.position: intent.attempt for intent in intents}


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param([(0, invoice("R-1")), (1, invoice("R-1"))], id="two lines say the same"),
        pytest.param([(0, invoice("R-1")), (1, invoice("R-1", amount=Decimal(6)))], id="one reference, two amounts"),
        pytest.param([(0, invoice("R-1")), (0, invoice("R-2"))], id="one row twice"),
    ],
)
def test_of_two_new_lines_that_are_one_in_the_same_entry_none_is_written(
    ledger: Ledger, pair: list[tuple[int, Invoice]]
) -> None:
    run, stored = planned(ledger, [new_row(n) for n in range(3)])
    meant = [(stored[2], invoice("R-3")), *((stored[position], said) for position, said in pair)]
    with pytest.raises(LedgerBusy), ledger.entry() as entry:
        entry.intend(run, [Create(row, said, row.sms, None, LOST) for row, said in meant])
    assert {row.status for row in ledger.rows(run)} == {RowStatus.PENDING}
    assert ledger.known_references(["R-1", "R-2", "R-3"]) == {}


def test_of_many_new_lines_at_once_one_whose_reference_is_taken_keeps_all_from_leaving(ledger: Ledger) -> None:
    taken, [first] = planned(ledger, [new_row(7)])
    intend(ledger, taken, first)
    run, stored = planned(ledger, [new_row(n) for n in range(20)])
    with pytest.raises(LedgerBusy), ledger.entry() as entry:
        entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST) for row in stored if row.invoice])
    assert {row.status for row in ledger.rows(run)} == {RowStatus.PENDING}
    assert set(ledger.known_references([row.reference for row in stored])) == {"R-8"}


@pytest.mark.parametrize("field", ["attempt", "invoice_key"])
def test_of_many_outcomes_at_once_one_that_meets_no_line_keeps_all_from_being_written(
    ledger: Ledger, field: str
) -> None:
    run, stored = planned(ledger, [new_row(n) for n in range(9)])
    with ledger.entry() as entry:
        intents = entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST) for row in stored if row.invoice])
    astray = [replace(each, **{field: 9999}) if each is intents[4] else each for each in intents]
    with pytest.raises(LedgerBusy), ledger.entry() as entry:
        entry.settle([(each, replace(MADE, gateway_id=str(each.attempt))) for each in astray])
    assert {row.status for row in ledger.rows(run)} == {RowStatus.UNKNOWN}
    assert {known.state for known in ledger.known_references(["R-1", "R-5", "R-9"]).values()} == {InvoiceState.UNKNOWN}


def test_a_row_that_has_ended_keeps_all_outcomes_of_its_entry_from_being_written(ledger: Ledger) -> None:
    run, stored = planned(ledger, [new_row(n) for n in range(3)])
    made(ledger, run, stored[1])
    with pytest.raises(ValueError, match="created cannot become held"), ledger.entry() as entry:
        entry.settle_rows([Settled(row, Action.NONE, Outcome(RowStatus.HELD)) for row in stored])
    assert [row.status for row in ledger.rows(run)] == [RowStatus.PENDING, RowStatus.CREATED, RowStatus.PENDING]


def test_outcomes_of_every_kind_in_one_entry_come_each_to_its_own_row(ledger: Ledger) -> None:
    kinds = [
        MADE,
        Outcome(RowStatus.REJECTED, detail="No", sms=SmsStatus.NOT_WANTED),
        Outcome(RowStatus.PENDING, tries=0, detail="taken back"),
        Outcome(RowStatus.UNKNOWN, tries=3, detail="lost"),
    ]
    run, stored = planned(ledger, [new_row(n) for n in range(12)])
    with ledger.entry() as entry:
        intents = entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST) for row in stored if row.invoice])
    came = [
        (each, replace(kinds[n % 4], gateway_id=f"70{n}" if n % 4 == 0 else None)) for n, each in enumerate(intents)
    ]
    with ledger.entry() as entry:
        entry.settle(came)
    told = [(row.status, row.attempts, row.gateway_id) for row in ledger.rows(run)]
    assert told == [(outcome.status, outcome.tries, outcome.gateway_id or "") for _, outcome in came]
    states = {each.key: each.state for each in ledger.known_references([row.reference for row in stored]).values()}
    expected = [InvoiceState.MADE, InvoiceState.NOT_MADE, InvoiceState.NOT_MADE, InvoiceState.UNKNOWN] * 3
    assert [states[intent.invoice_key] for intent in intents] == expected
    with ledger._engine.connect() as db:
        ended = dict(map(tuple, db.execute(select(attempts.c.id, attempts.c.outcome))))
    assert ended == {intent.attempt: str(outcome.status) for intent, outcome in came}


def test_more_rows_than_a_statement_may_name_are_settled_in_one_entry(ledger: Ledger) -> None:
    """SQLite's own limit is 32,766; so many may be found at the gateway in one look, and all are to be settled."""

    def limited(connection: sqlite3.Connection, _: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 510)

    run, stored = planned(ledger, [new_row(n) for n in range(1200)])
    event.listen(ledger._engine, "connect", limited)
    ledger._engine.dispose()
    ids = {row.reference: str(7000 + row.position) for row in stored}
    with ledger.entry() as entry:
        intents = [
            entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST)])[0] for row in stored if row.invoice
        ]
        entry.settle([(each, replace(MADE, gateway_id=ids[each.invoice.reference])) for each in intents])
    with ledger.entry() as entry:
        owners = entry.owners_of(run, ids.values())
    assert {row.status for row in ledger.rows(run)} == {RowStatus.CREATED}
    assert {name: number for number, having in owners.items() for name in having.values()} == ids


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


def test_an_id_that_only_a_sheet_names_lets_go_of_the_reference_also_where_a_crash_came_between(ledger: Ledger) -> None:
    """Else the row without the ID would be taken for a change of an invoice that nobody has confirmed."""
    run, [row] = planned(ledger)
    stated = invoice(invoice_id="7001")
    with ledger.entry() as entry:
        entry.intend(run, [Change(row, stated, None)])  # and killed before anything was sent
    known = ledger.known_references(["R-1"])["R-1"]
    with ledger.entry() as entry:
        [again] = entry.intend(run, [Change(row, stated, known)])
    settle(ledger, again, Outcome(RowStatus.HELD))
    assert ledger.known_references(["R-1"]) == {}
    assert ledger.known_ids(["7001"]) == {}


def test_what_was_told_of_a_lost_call_stays_when_a_look_up_settles_it(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    intent = made(ledger, run, row, Outcome(RowStatus.UNKNOWN, detail="did not answer in time"))
    settle(ledger, intent, Outcome(RowStatus.ADOPTED, gateway_id="7001", tries=0))
    assert [(each.outcome, each.detail) for each in ledger.attempts(next(ledger.rows(run)))] == [
        ("adopted", "did not answer in time")
    ]

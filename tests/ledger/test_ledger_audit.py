"""The audit log: who did what and when; whatever is changed in it, taken out or put in is found and said."""

from __future__ import annotations

import multiprocessing
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_making import NOW, invoice, new_row, new_run, planned
from sqlalchemy import create_engine

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger import upgrade
from batchinvoice.ledger.audit import Event, Log
from batchinvoice.ledger.intent import Create, Outcome
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.proof import Seen, prove
from batchinvoice.ledger.records import Row, Run
from batchinvoice.ledger.store import NEWEST

_ISSUE = '[{"code": "amount-same", "place": {"sheet": "Invoices", "row": 3}, "params": {}}]'
LOST = Issue(Code.OUTCOME_UNKNOWN, Place("Invoices", 2), {"detail": ""})
Opener = Callable[..., Ledger]
_MIGRATIONS = Path(upgrade.__file__).parent / "migrations"


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def make(ledger: Ledger, run: Run, rows: Sequence[Row], status: RowStatus = RowStatus.CREATED) -> None:
    with ledger.entry() as entry:
        for row in rows:
            assert row.invoice
            intent = entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST)])[0]
            entry.settle([(intent, Outcome(status, gateway_id=f"7{row.position}", origin="create"))])


def conclude(ledger: Ledger, run: Run, status: RunStatus = RunStatus.COMPLETE, why: str = "") -> None:
    with ledger.entry() as entry:
        entry.set_run_status(run, status, why)


def whole_run(ledger: Ledger, name: str = "R") -> Run:
    """A run of three rows that was planned, begun, made, texted, concluded and reported."""
    run, rows = planned(ledger, [new_row(n, invoice(f"{name}-{n}")) for n in range(3)], input_count=3)
    conclude(ledger, run, RunStatus.RUNNING)
    make(ledger, run, rows)
    waiting = ledger.to_text(run, -1, len(rows), [SmsStatus.PENDING], doubtful=False)
    with ledger.entry() as entry:
        entry.intend_sms(run, 1, waiting)
    with ledger.entry() as entry:
        entry.settle_sms(run, 1, waiting, SmsStatus.SENT, "Sent to Noura")
    conclude(ledger, run)
    with ledger.entry() as entry:
        entry.note_report(run, "sheet.report.xlsx")
    return run


@contextmanager
def tampering(url: str) -> Iterator[sqlite3.Connection]:
    """Somebody who can write into the file, and takes the triggers away first."""
    with closing(sqlite3.connect(file_of(url))) as raw, raw:
        raw.execute("DROP TRIGGER IF EXISTS audit_no_update")
        raw.execute("DROP TRIGGER IF EXISTS audit_no_delete")
        yield raw


def test_a_run_is_told_from_its_plan_to_its_report(ledger: Ledger) -> None:
    run = whole_run(ledger)
    records = list(ledger.log())
    assert [record.event for record in records] == ["planned", "begun", "texted", "concluded", "reported"]
    assert {(record.run_id, record.at, "@" in record.who) for record in records} == {(run.id, NOW, True)}
    told = {record.event: record.told for record in records}
    assert told["planned"] | {"digest": ""} == {
        "file": "sheet.xlsx",
        "sha256": "ab" * 32,
        "user": "fatima@desk",
        "time": "2026-11-22T09:30:00+00:00",
        "count": 3,
        "amount": "5.000",
        "options": {"sms": "yes"},
        "version": "0.1.0",
        "rows": {"pending": [3, "15.000"]},
        "digest": "",
    }
    assert told["texted"] == {"call": 1, "customers": 3, "outcome": "sent"}
    assert (told["concluded"]["status"], told["concluded"]["rows"]) == ("complete", {"created": [3, "15.000"]})
    assert told["reported"] == {"report": "sheet.report.xlsx"}


def test_no_record_holds_personal_data(ledger: Ledger) -> None:
    whole_run(ledger)
    told = "".join(str(record) for record in ledger.log())
    assert not [word for word in ("Noura", "66000001") if word in told]


def test_an_unbroken_log_agrees_with_the_ledger(ledger: Ledger) -> None:
    assert prove(ledger) == prove(ledger)
    assert (prove(ledger).count, prove(ledger).breaks) == (0, ())
    whole_run(ledger)
    proof = prove(ledger)
    assert (proof.count, proof.breaks, proof.compared, proof.open, proof.older) == (5, (), 1, 0, 0)
    assert proof.newest
    assert proof.newest == list(ledger.log())[-1]
    assert proof.newest.previous == list(ledger.log())[-2].hash


def test_what_stopped_a_run_is_told_once_and_each_process_that_goes_on(ledger: Ledger) -> None:
    run, _ = planned(ledger)
    for status in (RunStatus.RUNNING, RunStatus.RUNNING, RunStatus.FAILED, RunStatus.FAILED, RunStatus.RUNNING):
        conclude(ledger, run, status, "the disk is full" if status is RunStatus.FAILED else "")
    told = [(record.event, record.told.get("why")) for record in ledger.log_of(run)]
    assert told[1:] == [("begun", None), ("stopped", "the disk is full"), ("begun", None)]
    assert (prove(ledger).breaks, prove(ledger).open) == ((), 1)


def test_other_events_are_noted_in_words_of_their_own(ledger: Ledger) -> None:
    run, _ = planned(ledger)
    with ledger.entry() as entry:
        entry.note_event("approved", run.id, by="file november.approved")
    assert ledger.log_of(run)[-1].told == {"by": "file november.approved"}
    assert prove(ledger).breaks == ()


TAMPERED = [
    ("UPDATE audit SET facts = replace(facts, '15.000', '14.000') WHERE number = 4", "record 4 .*is not as it was"),
    ("UPDATE audit SET who = 'ali@desk' WHERE number = 2", "record 2 .*begun, run .*is not as it was written"),
    ("UPDATE audit SET at = '2026-11-23 09:30:00.000000' WHERE number = 2", "record 2 .*is not as it was written"),
    ("UPDATE audit SET event = 'stopped' WHERE number = 2", "record 2 .*is not as it was written"),
    ("UPDATE audit SET run_id = '20261122-002' WHERE number = 2", "record 2 .*is not as it was written"),
    ("DELETE FROM audit WHERE number = 3", "^record 3 is missing: the log goes on with record 4"),
    ("DELETE FROM audit WHERE number IN (2, 3)", "^records 2 to 3 are missing"),
    ("DELETE FROM audit WHERE number = 1", "^record 1 is missing"),
    ("DELETE FROM audit", "run 20261122-001 is in the ledger, but the log does not tell that it was planned"),
    ("DELETE FROM audit WHERE number >= 4", "is complete, but by the log it is running"),
    ("UPDATE rows SET amount = amount + 1 WHERE position = 1", "created: 3 rows with 15.001 KWD in the ledger, but 3"),
    ("UPDATE rows SET status = 'held' WHERE position = 1", "held: 1 rows with 5.000 KWD in the ledger, but 0 rows"),
    ("UPDATE rows SET amount = 5000 - (position - 1) WHERE position != 1", "run .*: its rows are not as record 4"),
    ("UPDATE rows SET reference = 'R-9' WHERE position = 1", "run .*: its rows are not as record 4"),
    ("UPDATE rows SET gateway_amount = 7", "run .*: its rows are not as record 4"),
    ("UPDATE rows SET row = 9 WHERE position = 1", "run .*: its rows are not as record 4"),
    ("UPDATE invoices SET gateway_id = '99' WHERE gateway_id = '71'", "run .*: its rows are not as record 4"),
    ("UPDATE sms_calls SET outcome = 'failed'", "run .*: its rows are not as record 4"),
    ("DELETE FROM rows WHERE position = 2", "created: 2 rows with 10.000 KWD in the ledger, but 3 rows with 15.000"),
    ("UPDATE runs SET sha256 = 'cd'", "its sha256 is cd, but record 1 .* says abab"),
    ("UPDATE runs SET input_amount = 1", "its amount is 0.001, but record 1 .* says 5.000"),
    ("UPDATE runs SET status = 'failed'", "is failed, but by the log it is complete"),
    ("UPDATE runs SET started_by = 'ali@desk'", "its user is ali@desk, but record 1 .* says fatima@desk"),
    ("UPDATE runs SET planned_at = '2026-10-22 09:30:00.000000'", "its time is 2026-10-22T09.*, but record 1 .* says"),
    ("UPDATE runs SET finished_at = '2026-10-22 09:30:00.000000'", "it ended at another time than record 4 "),
    ('UPDATE runs SET options = \'{"sms": "no"}\'', "its options is .*'no'.*, but record 1 .* says .*'yes'"),
    ("UPDATE runs SET forgotten_at = '2026-11-22 09:30:00.000000'", "whether its personal data was removed, and when"),
    ("UPDATE runs SET environment = 'live'", "run 20261122-001 is not in the ledger, but record 1 .* tells of it"),
    ("UPDATE rows SET attention = 1 WHERE position = 1", "run .*: its rows are not as record 4"),
    ("UPDATE rows SET action = 'update' WHERE position = 1", "run .*: its rows are not as record 4"),
    (f"UPDATE rows SET issues = '{_ISSUE}' WHERE position = 1", "run .*: its rows are not as record 4"),
    ("DELETE FROM invoice_references WHERE reference = 'R-1'", "run .*: its rows are not as record 4"),
    ("UPDATE invoice_references SET invoice_id = 1 WHERE reference = 'R-1'", "run .*: its rows are not as record 4"),
    ("UPDATE invoices SET state = 'not made' WHERE id = 1", "run .*: its rows are not as record 4"),
    ("UPDATE invoices SET sms = 'pending' WHERE id = 1", "run .*: its rows are not as record 4"),
    (
        "INSERT INTO audit SELECT environment, merchant_code, 0, at, who, 'approved', run_id, facts, '', hash"
        " FROM audit WHERE number = 1",
        "record 0 .* is not as it was written",
    ),
    ("UPDATE runs SET status = 'paid'", "run 20261122-001 cannot be read: a value in it is not of its kind"),
    ("UPDATE rows SET amount = 'much' WHERE position = 1", "run 20261122-001 cannot be read: a value in it is not of"),
    ("UPDATE audit SET facts = 'none' WHERE number = 4", "record 4 .* is not as it was written"),
    ("UPDATE audit SET at = 'lately' WHERE number = 4", "the log cannot be read from its beginning: a value in it"),
]


@pytest.mark.parametrize(("statement", "words"), TAMPERED)
def test_whatever_is_changed_is_found_and_said(url: str, ledger: Ledger, statement: str, words: str) -> None:
    whole_run(ledger)
    with tampering(url) as raw:
        raw.execute(statement)
    breaks = prove(ledger).breaks
    assert [said for said in breaks if re.search(words, said)], breaks


def test_a_run_that_was_taken_out_is_missed(url: str, ledger: Ledger) -> None:
    whole_run(ledger)
    second = whole_run(ledger, "S")
    with tampering(url) as raw:
        raw.execute("UPDATE invoices SET run_id = '20261122-001'")
        for table in ("sms_calls", "attempts", "rows"):
            raw.execute(f"DELETE FROM {table} WHERE run_id = ?", (second.id,))
        raw.execute("DELETE FROM runs WHERE id = ?", (second.id,))
    assert prove(ledger).breaks == (
        "run 20261122-002 is not in the ledger, but record 6 (2026-11-22 12:30:00 Kuwait, planned, run 20261122-002) "
        "tells of it",
    )


def test_records_in_another_order_are_found(url: str, ledger: Ledger) -> None:
    whole_run(ledger)
    with tampering(url) as raw:
        for step in ("number = -2 WHERE number = 2", "number = 2 WHERE number = 3", "number = 3 WHERE number = -2"):
            raw.execute(f"UPDATE audit SET {step}")
    assert (
        prove(ledger).breaks[0].startswith("record 2 (2026-11-22 12:30:00 Kuwait, texted, run 20261122-001) does not")
    )


def test_a_record_that_was_put_in_is_found(url: str, ledger: Ledger) -> None:
    whole_run(ledger)
    with tampering(url) as raw:
        raw.execute("INSERT INTO audit SELECT environment, merchant_code, 6, at, who, 'approved', run_id, facts,"
                    " previous, hash FROM audit WHERE number = 5")  # fmt: skip
    assert [said[:8] for said in prove(ledger).breaks] == ["record 6", "record 6"]


def test_an_end_that_was_cut_off_is_found_with_what_was_seen_on_paper(url: str, ledger: Ledger) -> None:
    first, second = whole_run(ledger), whole_run(ledger, "S")
    seen = Seen.read(ledger.mark(second))
    assert (seen.number, prove(ledger, [seen, Seen.read(ledger.mark(first)[:18])]).breaks) == (9, ())
    with tampering(url) as raw:
        raw.execute("DELETE FROM audit WHERE number > 5")
        raw.execute("DELETE FROM sms_calls WHERE run_id = ?", (second.id,))
        raw.execute("DELETE FROM attempts WHERE run_id = ?", (second.id,))
        raw.execute("DELETE FROM rows WHERE run_id = ?", (second.id,))
        raw.execute("DELETE FROM runs WHERE id = ?", (second.id,))
    assert prove(ledger).breaks == ()  # nothing in the file itself tells
    assert prove(ledger, [seen]).breaks == ("record 9 was seen and is not there: the end of the log was cut off",)
    whole_run(ledger, "T")  # the numbers come again, with other hashes
    assert "record 9" in prove(ledger, [seen]).breaks[0]
    assert "has another hash than the one that was seen" in prove(ledger, [seen]).breaks[0]


@pytest.mark.parametrize("text", ["", "17", "17:", "17:abc", "x:" + "a" * 64, "17:" + "g" * 64])
def test_what_is_no_number_and_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number, a colon and at least 16 digits of a hash"):
        Seen.read(text)


_REPLACING = (
    "INSERT OR REPLACE INTO audit SELECT environment, merchant_code, number, at, 'ali', event, run_id, facts, previous,"
    " hash FROM audit"
)


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'ali'", "DELETE FROM audit", _REPLACING])
def test_the_database_itself_refuses_to_change_a_record(url: str, ledger: Ledger, statement: str) -> None:
    planned(ledger)
    refused = pytest.raises(sqlite3.IntegrityError, match="the audit log is append-only")
    with closing(sqlite3.connect(file_of(url))) as raw, refused:
        raw.execute(statement)
    assert prove(ledger).breaks == ()


def test_each_merchant_and_environment_has_a_chain_of_its_own(open_ledger: Opener) -> None:
    ledgers = [open_ledger(), open_ledger("live"), open_ledger("sandbox", "999")]
    for ledger in ledgers:
        planned(ledger)
    for ledger in ledgers:
        assert ([record.number for record in ledger.log()], prove(ledger).breaks) == ([1], ())
    assert len({next(ledger.log()).hash for ledger in ledgers}) == 3


def test_rows_that_another_run_settles_are_told_of_their_own_run(ledger: Ledger) -> None:
    run, [row] = planned(ledger)
    conclude(ledger, run, RunStatus.RUNNING)
    assert row.invoice
    with ledger.entry() as entry:
        intent = entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST)])[0]
    conclude(ledger, run, RunStatus.PARTIAL)
    with ledger.entry() as entry:
        entry.settle([(intent, Outcome(RowStatus.ADOPTED, gateway_id="7", origin="find"))])
    assert len(prove(ledger).breaks) == 2  # nobody has told the log: this is what it would look like
    with ledger.entry() as entry:
        entry.note_change(run.id, Event.SETTLED, by="20261122-002")
    assert prove(ledger).breaks == ()
    assert ledger.log_of(run)[-1].told["rows"] == {"adopted": [1, "5.000"]}


def test_what_is_told_is_there_with_what_it_tells_or_not_at_all(ledger: Ledger) -> None:
    run, _ = planned(ledger)

    def cut() -> None:
        with ledger.entry() as entry:
            entry.set_run_status(run, RunStatus.RUNNING)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        cut()
    assert ([record.event for record in ledger.log()], ledger.run(run.id).status) == (["planned"], RunStatus.PLANNED)


def test_the_mark_of_a_run_is_the_same_after_a_report(ledger: Ledger) -> None:
    run = whole_run(ledger)
    mark = ledger.mark(run)
    assert mark == list(ledger.log())[3].mark
    with ledger.entry() as entry:
        entry.note_report(run)
    whole_run(ledger, "S")
    assert ledger.mark(run) == mark


def test_runs_from_before_the_log_are_not_compared_and_said_to_be_older(url: str, open_ledger: Opener) -> None:
    file = file_of(url)
    file.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for number in (1, 2):
            connection.exec_driver_sql(
                "INSERT INTO runs (id, environment, merchant_code, status, source, source_name, sha256, sheet, tables,"
                " notes, options, started_by, version, planned_at, input_count, input_amount, sequence) VALUES (?,"
                " 'sandbox', '842217', 'complete', '', 'a.xlsx', '', 'Invoices', '[[\"Invoices\", [], 1]]', '[]', '{}',"
                " 'fatima@desk', '0.1.0', '2026-11-22 09:30:00', 0, 0, ?)",
                (f"20261122-00{number}", number),
            )
    engine.dispose()
    ledger = open_ledger()
    [record] = ledger.log()
    assert (record.event, record.told) == ("migrated", {"from": "0003", "to": NEWEST, "runs": 2, "count": 2})
    proof = prove(ledger)
    assert (proof.breaks, proof.older, proof.compared) == ((), 2, 0)
    conclude(ledger, ledger.run("20261122-001"), RunStatus.RUNNING)  # taken up again, it is told from here on
    conclude(ledger, ledger.run("20261122-001"))
    whole_run(ledger)
    assert (prove(ledger).breaks, prove(ledger).older, prove(ledger).compared) == ((), 1, 2)
    with tampering(url) as raw:
        raw.execute("DELETE FROM audit WHERE run_id = '20261122-003'")
    assert "run 20261122-003 is in the ledger, but the log does not tell" in prove(ledger).breaks[-1]
    with tampering(url) as raw:
        raw.execute("UPDATE runs SET sequence = 2 WHERE id = '20261122-003'")
    assert "there are 3 runs from before the log, but 2 when it began" in prove(ledger).breaks
    assert open_ledger("live").log_of(ledger.run("20261122-001")) == []


def test_a_later_migration_makes_no_run_older_than_the_log(url: str, ledger: Ledger) -> None:
    whole_run(ledger)
    with ledger._begin() as db:
        upgrade.note_migration(db, "0004", "0005")
    assert prove(ledger).breaks == ()
    with tampering(url) as raw:
        raw.execute("UPDATE audit SET run_id = NULL")
    assert "run 20261122-001 is in the ledger, but the log does not tell" in prove(ledger).breaks[-1]


def _append(url: str, times: int) -> None:
    ledger = Ledger.open(url, "sandbox", "842217", lambda: NOW)
    for _ in range(times):
        with ledger.entry() as entry:
            entry.note_event("approved")
    ledger.close()


def test_two_processes_that_append_at_once_make_one_chain(url: str, ledger: Ledger) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_append, [(url, 40), (url, 40)])
    proof = prove(ledger)
    assert (proof.count, proof.breaks) == (80, ())


def test_a_fork_of_the_chain_is_refused(ledger: Ledger) -> None:
    planned(ledger)
    first = next(ledger.log())
    with ledger._engine.connect() as db, pytest.raises(Exception, match="the audit log is append-only"):
        db.exec_driver_sql(
            "INSERT INTO audit VALUES ('sandbox', '842217', 1, ?, 'x', 'x', NULL, '{}', '', '')", (str(first.at),)
        )


Step = tuple[str, int]
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["plan", "begin", "make", "refuse", "conclude", "stop", "report", "note"]), st.integers(0, 3)
    ),
    max_size=25,
)


def _do(ledger: Ledger, step: str, which: int) -> None:
    names = ledger.run_names()
    if step == "plan" or not names:
        ledger.add_run(new_run(), [new_row(n, invoice(f"{len(names)}-{n}")) for n in range(which)], [])
        return
    run = ledger.run(names[which % len(names)])
    status = {"begin": RunStatus.RUNNING, "conclude": RunStatus.PARTIAL, "stop": RunStatus.FAILED}.get(step)
    waiting = list(ledger.rows(run, RowStatus.PENDING))[:1]
    if status:
        conclude(ledger, run, status)
    elif step in ("make", "refuse") and run.status is RunStatus.RUNNING:
        make(ledger, run, waiting, RowStatus.CREATED if step == "make" else RowStatus.REJECTED)
    elif step == "report":
        with ledger.entry() as entry:
            entry.note_report(run)
    elif step == "note":
        with ledger.entry() as entry:
            entry.note_event("approved", run.id, by="a file")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS, where=st.integers(0, 1000), how=st.sampled_from(["who", "facts", "previous", "hash", "gone"]))
def test_any_history_is_unbroken_until_something_is_changed(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], where: int, how: str
) -> None:
    url = f"sqlite:///{(tmp_path_factory.mktemp('any') / 'ledger.sqlite3').as_posix()}"
    ledger = Ledger.open(url, "sandbox", "842217", lambda: NOW)
    for step in steps:
        _do(ledger, *step)
    records = list(ledger.log())
    assert prove(ledger, [Seen.read(record.mark) for record in records]).breaks == ()
    if records:
        chosen = records[where % len(records)]
        with tampering(url) as raw:
            if how == "gone":
                raw.execute("DELETE FROM audit WHERE number = ?", (chosen.number,))
            else:
                raw.execute(f"UPDATE audit SET {how} = {how} || ' ' WHERE number = ?", (chosen.number,))
        seen = [Seen.read(records[-1].mark)]
        assert any(f"record {chosen.number} " in said for said in prove(ledger, seen).breaks)
    ledger.close()


def test_no_row_has_a_record_of_its_own(ledger: Ledger) -> None:
    run, rows = planned(ledger, [new_row(n) for n in range(300)])
    conclude(ledger, run, RunStatus.RUNNING)
    make(ledger, run, rows)
    conclude(ledger, run)
    assert len(list(ledger.log())) == 3


def test_a_name_that_is_no_text_can_be_told(ledger: Ledger) -> None:
    with ledger._begin() as db:
        Log("sandbox", "842217", "فاطمة@desk").append(db, NOW, "approved", None, {"file": "a\udcff.xlsx"})
    assert prove(ledger).breaks == ()
    assert next(ledger.log()).who == "فاطمة@desk"

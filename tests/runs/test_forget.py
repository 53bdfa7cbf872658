"""Retention: the personal data of old runs is gone from the ledger's bytes; nothing is made twice; all else is told."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from bench import Bench, codes, simple
from history import violations
from odd_gateway import OddGateway

from batchinvoice import app, checking
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.ledger.errors import LedgerBusy, LedgerError
from batchinvoice.ledger.proof import prove
from batchinvoice.ledger.records import Run
from batchinvoice.runs import conclude, retention

LATER = dt.timedelta(minutes=1)
PEOPLE = ("Shaikha Al-Sabah", "66001122", "shaikha@example.com", "شيخة الصباح", "Unreadable Person", "99-bad-phone")
ROWS = [
    simple(1, customer=PEOPLE[0], mobile=PEOPLE[1], email=PEOPLE[2]),
    simple(2, customer=PEOPLE[3], mobile="66003344", email="second@example.com"),
    simple(3, customer=PEOPLE[4], mobile=PEOPLE[5]),
    simple(4, amount="12.3456 for Layla", customer="Layla Saleh"),
]
WORDS = (*PEOPLE, "66003344", "second@example.com", "Layla", "pay.hesabe")


def ready(bench: Bench) -> list[Run]:
    return [aged.run for aged in bench.ledger.ended_before(checking.now() + LATER) if retention.kept_for(aged) is None]


def forget_all(bench: Bench) -> list[Run]:
    runs = ready(bench)
    retention.forget(bench.ledger, runs, "1d")
    return runs


def file_of(bench: Bench) -> Path:
    return Path(bench.settings.ledger_url.get_secret_value().removeprefix("sqlite:///"))


def still_there(bench: Bench, *words: str) -> set[str]:
    """Those of the words that the ledger's file, or what lies beside it, holds in its bytes."""
    files = b"".join(path.read_bytes() for path in file_of(bench).parent.iterdir() if path.suffix != ".lock")
    escaped = {word: word.encode("ascii", "backslashreplace") for word in words}
    codings = ("utf-8", "utf-16-le", "utf-16-be")
    return {word for word in words if escaped[word] in files or any(word.encode(coding) in files for coding in codings)}


def test_nothing_that_tells_of_people_is_left_in_the_bytes_of_the_ledger(bench: Bench) -> None:
    run = bench.run(ROWS, items=[["R-1", "Lessons of Shaikha Al-Sabah", "5.000", 1]])
    links = [row.link for row in bench.rows(run) if row.link]
    assert links
    assert still_there(bench, *WORDS[:-1], *links) == {*WORDS[:-1], *links}  # the search finds what is there
    assert [each.id for each in forget_all(bench)] == [run.id]
    assert still_there(bench, *WORDS, *links) == set()


def test_numbers_references_sums_statuses_ids_and_hashes_stay(bench: Bench) -> None:
    run = bench.run(ROWS)
    before = bench.rows(run)
    forget_all(bench)
    again = bench.ledger.run(run.id)
    kept = ("position", "row", "reference", "amount", "action", "status", "sms", "gateway_id", "gateway_amount",
            "attempts", "updated_at", "attention")  # fmt: skip
    for old, new in zip(before, bench.rows(again), strict=True):
        assert [getattr(old, name) for name in kept] == [getattr(new, name) for name in kept]
        assert [(i.code, i.place) for i in old.issues] == [(i.code, i.place) for i in new.issues]
        assert (new.customer, new.mobile, new.cells, new.invoice, new.link) == ("", "", [], None, "")
        assert all(issue.message for issue in new.issues)
    assert (again.sha256, again.input_count, again.input_amount) == (run.sha256, run.input_count, run.input_amount)
    assert again.forgotten_at
    known = bench.ledger.known_references(["R-1"])["R-1"]
    assert (known.forgotten, known.gateway_id, known.invoice.amount) == (True, before[0].gateway_id, before[0].amount)
    assert len(known.fingerprint) == 64
    assert bench.ledger.log_of(run)[-1].told == {"older_than": "1d", "count": 4, "invoices": 2}
    assert prove(bench.ledger).breaks == ()


def test_the_same_sheet_again_makes_nothing(bench: Bench) -> None:
    rows = [simple(n, email="a@example.com") for n in range(3)]
    bench.run(rows)
    forget_all(bench)
    made, again = bench.made(), bench.run(rows)
    assert bench.statuses(again) == ["unchanged"] * 3
    assert (bench.made(), len(bench.calls("create")), len(bench.texted())) == (made, 3, 3)
    assert prove(bench.ledger).breaks == ()


def test_a_row_that_differs_from_a_forgotten_invoice_is_held_and_sends_nothing(bench: Bench) -> None:
    bench.run([simple(1, email="a@example.com")])
    forget_all(bench)
    again = bench.run([simple(1, amount="6.000", email="a@example.com")])
    row = bench.row(again)
    assert (row.status, codes(row)) == (RowStatus.HELD, {Code.INVOICE_FORGOTTEN})
    assert (len(bench.calls("create")), bench.calls("update")) == (1, [])
    known = bench.ledger.known_references(["R-1"])["R-1"]
    by_id = bench.run([simple(2, amount="6.000", email="a@example.com", invoice_id=known.gateway_id)])
    assert codes(bench.row(by_id)) == {Code.INVOICE_FORGOTTEN}


def test_a_reference_like_one_whose_customer_was_forgotten_is_held(bench: Bench) -> None:
    bench.run([simple(1, reference="INV-007")])
    forget_all(bench)
    like, other = bench.rows(bench.run([simple(1, reference="inv 7"), simple(2)]))
    assert (like.status, codes(like)) == (RowStatus.HELD, {Code.REFERENCE_LIKE_FORGOTTEN})
    assert (other.status, codes(other)) == (RowStatus.CREATED, set())


def test_what_was_refused_can_still_be_made_after_it_was_forgotten(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda _: (422, {"status": False, "message": "Noura is not allowed", "response": {}})
    run = bench.run([simple(1)])
    assert (bench.statuses(run), still_there(bench, "not allowed")) == (["rejected"], {"not allowed"})
    bench.base_url = bench.emulator.base_url
    forget_all(bench)
    assert still_there(bench, "not allowed", "Noura") == set()
    assert bench.statuses(bench.run([simple(1)])) == ["created"]
    known = bench.ledger.known_references(["R-1"])["R-1"]
    assert (known.forgotten, known.invoice.customer) == (False, "Noura")


def test_an_invoice_of_which_a_younger_run_speaks_is_kept_until_that_is_forgotten(bench: Bench) -> None:
    first = bench.run([simple(1, customer=PEOPLE[0])])
    second = bench.run([simple(1, customer=PEOPLE[0])])
    retention.forget(bench.ledger, [first], "1d")
    assert bench.ledger.known_references(["R-1"])["R-1"].invoice.customer == PEOPLE[0]
    assert [run.id for run in forget_all(bench)] == [second.id]
    assert still_there(bench, PEOPLE[0]) == set()


def test_runs_that_are_not_settled_are_kept_and_say_why(bench: Bench) -> None:
    cut_off = bench.plan([simple(2)], name="cut off.xlsx")
    conclude.begin(bench.ledger, cut_off)
    conclude.stopped(bench.ledger, cut_off, LedgerError("the disk is full"))
    bench.emulator.set_faults("create:close-after:1", "find:lag=3600:1")
    lost = bench.run([simple(3)], name="lost.xlsx")
    assert bench.statuses(lost) == ["unknown"]
    why = {aged.run.id: retention.kept_for(aged) for aged in bench.ledger.ended_before(checking.now() + LATER)}
    assert lost.id in why
    assert all("not finished" in str(why[run.id]) for run in (cut_off, lost))
    app.give_up(bench.ledger, lost, [2])  # put to rest, but whether it was made is still not known
    why = {aged.run.id: retention.kept_for(aged) for aged in bench.ledger.ended_before(checking.now() + LATER)}
    assert why[lost.id]
    assert ready(bench) == []


def test_young_runs_are_left_alone(bench: Bench) -> None:
    bench.run([simple(1)])
    assert bench.ledger.ended_before(checking.now() - dt.timedelta(hours=1)) == []


def test_a_report_of_a_forgotten_run_says_so_and_the_history_fits(bench: Bench, tmp_path: Path) -> None:
    run = bench.run(ROWS)
    forget_all(bench)
    run = bench.ledger.run(run.id)
    written = app.write_workbooks(bench.ledger, run, tmp_path / "reports")
    assert (written.disagreements, written.corrections) == ((), None)
    book = openpyxl.load_workbook(written.report)
    details = {line[8]: line[9] for line in book["Summary"].values if line[8]}
    assert str(details["Personal data"]).startswith("removed on 20")
    assert details["Audit record"] == bench.ledger.mark(run)
    assert not [cell for sheet in book for line in sheet.values for cell in line if cell and str(cell) in WORDS]
    again = bench.run([simple(1, customer=PEOPLE[0], mobile=PEOPLE[1], email=PEOPLE[2])])
    second = app.write_workbooks(bench.ledger, again, tmp_path / "reports")
    reports = [written.report, second.report]
    assert violations(bench.emulator.truth(), file_of(bench), reports) == []


def test_nothing_is_forgotten_while_another_process_works(bench: Bench) -> None:
    bench.run([simple(1)])
    busy = pytest.raises(LedgerBusy)
    with bench.another_ledger() as other, other.working(), busy, bench.ledger.working():
        forget_all(bench)
    assert ready(bench)


def test_the_file_is_written_anew_and_is_smaller(bench: Bench) -> None:
    bench.run([simple(n, customer="N" * 300) for n in range(60)])
    before = file_of(bench).stat().st_size
    forget_all(bench)
    assert file_of(bench).stat().st_size < before
    with closing(sqlite3.connect(file_of(bench))) as raw:
        assert raw.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)

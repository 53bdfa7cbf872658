"""Every row and every fils accounted for: sheet, ledger, workbook and gateway say the same."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bench import Bench, codes, simple, total

from batchinvoice import app
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.lifecycle import AT_GATEWAY, RowStatus, RunStatus
from batchinvoice.ledger.records import Run


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    """A sheet of a workbook, each row by its headings."""
    values = list(openpyxl.load_workbook(path)[sheet].values)
    return [dict(zip(values[0], row, strict=False)) for row in values[1:]]


def written(bench: Bench, run: Run) -> app.Workbooks:
    workbooks = app.write_workbooks(bench.ledger, run, bench.settings.report_dir)
    assert workbooks.disagreements == ()
    return workbooks


BLIND = "find:lag=3600:1"  # what was lost cannot be settled


@pytest.fixture
def mixed(bench: Bench) -> Run:
    """A run with a row of every status but pending."""
    bench.run([simple(1, "1.001"), simple(2, "2.002", email="a@example.com"), simple(3, "3.003")])
    bench.emulator.set_faults("create:close-after:2x1", BLIND)
    bench.settings = bench.settings.model_copy(update={"concurrency": 1})
    run = bench.run(
        [
            simple(4, "4.004"),  # created
            simple(5, "5.005"),  # unknown: its answer is lost
            simple(1, "1.001"),  # unchanged
            simple(2, "22.022", email="a@example.com"),  # updated
            simple(3, "33.033"),  # held: an update needs an e-mail
            simple(6, "6.0006"),  # invalid
            simple(7, "7.007"),  # created
            simple(7, "7.007"),  # duplicate
            simple(8, "8.008"),  # held: differs from the next
            simple(8, "8.800"),  # held
            simple(9, "9.009", email="a@example.com", invoice_id="99999"),  # rejected: there is no such invoice
            simple(10, "لا شيء", customer="نورة"),  # invalid, amount unreadable
        ],
        trust_ids=True,
    )
    bench.emulator.set_faults()
    return run


STATUSES = [
    *("created", "unknown", "unchanged", "updated", "held", "invalid"),
    *("created", "duplicate", "held", "held", "rejected", "invalid"),
]


def test_the_report_lists_every_input_row_in_its_order(bench: Bench, mixed: Run) -> None:
    assert bench.statuses(mixed) == STATUSES
    assert mixed.status is RunStatus.PARTIAL
    rows = table(written(bench, mixed).report, "Rows")
    assert [row["Row"] for row in rows] == list(range(2, 14))
    assert [row["Status"] for row in rows] == STATUSES
    assert [row["Reference"] for row in rows] == [f"R-{n}" for n in (4, 5, 1, 2, 3, 6, 7, 7, 8, 8, 9, 10)]
    assert [row["Amount"] for row in rows[:5]] == [4.004, 5.005, 1.001, 22.022, 33.033]
    assert rows[3]["Amount at gateway"] == 22.022
    assert rows[5]["Amount"] == "6.0006"


def test_sheet_ledger_workbook_and_gateway_agree_in_rows_and_fils(bench: Bench, mixed: Run) -> None:
    rows = bench.rows(mixed)
    tallies = bench.ledger.tallies(mixed)
    assert {str(status): count for status, (count, _) in tallies.items()} == Counter(STATUSES)
    assert sum(count for count, _ in tallies.values()) == mixed.input_count == len(rows) == 12
    assert sum(amount for _, amount in tallies.values()) == mixed.input_amount
    listed = table(written(bench, mixed).report, "Rows")
    for status, (count, amount) in tallies.items():
        own = [row["Amount"] for row in listed if row["Status"] == status]
        readable = [Decimal(str(value)) for value in own if not isinstance(value, str)]
        assert (len(own), sum(readable)) == (count, amount)

    made = bench.made()
    there = {row.reference: row for row in rows if row.status in AT_GATEWAY}
    assert all(len(made[reference]) == 1 for reference in there)
    for reference, row in there.items():
        assert (str(made[reference][0]["id"]), Decimal(made[reference][0]["amount"])) == (row.gateway_id, row.amount)
    lost, kept = Decimal("5.005"), Decimal("3.003")  # made without our knowing; held, so as it was
    assert total(bench) - lost - kept == sum(row.amount or 0 for row in there.values())
    assert set(made) - set(there) == {"R-5", "R-3"}
    assert len(bench.texted()) == len(set(bench.texted())) == 5


def test_attention_names_everyone_who_needs_somebody(bench: Bench, mixed: Run) -> None:
    attention = table(written(bench, mixed).report, "Attention")
    bad = [n for n, status in enumerate(STATUSES, 2) if status in ("unknown", "held", "invalid", "rejected")]
    assert [row["Row"] for row in attention] == bad
    assert all(row["What is wrong"] and row["What to do"] for row in attention)


def test_corrections_hold_the_bad_rows_and_running_them_mended_finishes_the_job(bench: Bench, mixed: Run) -> None:
    workbooks = written(bench, mixed)
    assert workbooks.corrections
    book = openpyxl.load_workbook(workbooks.corrections)
    own = book["Invoices"]
    rows = {str(cells[0].value) + str(n): cells for n, cells in enumerate(own.iter_rows(min_row=2), 2)}
    assert [name[:-1] for name in rows] == ["R-3", "R-6", "R-8", "R-8", "R-9", "R-10"]
    by_place = list(rows.values())
    by_place[0][4].value = "a@example.com"  # held: its e-mail
    by_place[1][3].value = "6.001"
    by_place[2][0].value = "R-8a"  # a reference for each
    by_place[4][6].value = None  # no such invoice: a new one
    by_place[5][3].value = "10.010"
    by_place[5][1].value = "Noura"
    book.save(workbooks.corrections)
    done = bench.apply(bench.plan_file(workbooks.corrections))
    assert bench.statuses(done) == ["updated", "created", "created", "created", "created", "created"]
    assert done.status is RunStatus.COMPLETE
    assert written(bench, done).corrections is None
    made = bench.made()
    assert set(made) == {"R-1", "R-2", "R-3", "R-4", "R-5", "R-6", "R-7", "R-8", "R-8a", "R-9", "R-10"}
    assert {len(invoices) for invoices in made.values()} == {1}
    assert len(bench.texted()) == len(set(bench.texted())) == 10  # all but the lost one


def test_corrections_bring_the_items_of_bad_rows_along_and_no_others(bench: Bench) -> None:
    items = [["R-1", "Book", "5.000", 1], ["R-2", "Pen", "x", 1], ["R-2", "Ink", "5.000", 1]]
    run = bench.run([simple(1), simple(2)], items=items)
    assert bench.statuses(run) == ["created", "invalid"]
    corrections = written(bench, run).corrections
    assert corrections
    book = openpyxl.load_workbook(corrections)
    assert [row[0].value for row in book["Invoices"].iter_rows(min_row=2)] == ["R-2"]
    assert [row[1].value for row in book["Items"].iter_rows(min_row=2)] == ["Pen", "Ink"]
    book["Items"]["C2"].value = "0.500"
    book.save(corrections)
    done = bench.apply(bench.plan_file(corrections))
    assert bench.statuses(done) == ["created"]
    assert [item["itemTitle"] for item in bench.calls("create")[-1]["payload"]["itemsList"]] == ["Pen", "Ink"]


def test_an_item_that_belongs_to_no_invoice_keeps_a_run_from_being_complete(bench: Bench) -> None:
    run = bench.run([simple(1)], items=[["R-9", "Book", "5.000", 1]])
    assert (bench.statuses(run), run.status) == (["created"], RunStatus.PARTIAL)


def test_strict_sends_nothing_if_anything_is_wrong_and_everything_if_not(bench: Bench) -> None:
    bad = bench.run([simple(1), simple(2, "2.0002"), simple(3)], strict=True)
    assert bench.statuses(bad) == ["held", "invalid", "held"]
    assert codes(bench.rows(bad)[0]) == {Code.STRICT}
    corrections = written(bench, bad).corrections
    assert corrections
    assert [row["Reference Number"] for row in table(corrections, "Invoices")] == ["R-2"]
    orphan = bench.run([simple(1)], items=[["R-9", "Book", "5.000", 1]], strict=True)
    assert bench.statuses(orphan) == ["held"]
    assert bench.calls("create") == []
    assert bench.statuses(bench.run([simple(1), simple(2), simple(3)], strict=True)) == ["created"] * 3


def test_strict_stops_for_a_row_whose_outcome_is_unknown(bench: Bench) -> None:
    bench.run([simple(9)])
    bench.emulator.set_faults("create:close-after:1x1", BLIND)
    bench.run([simple(1)])
    run = bench.run([simple(1), simple(2)], strict=True)
    assert bench.statuses(run) == ["held", "held"]


def test_a_plan_alone_can_be_reported(bench: Bench) -> None:
    run = bench.plan([simple(1), simple(2, "2.0002")])
    assert [row["Status"] for row in table(written(bench, run).report, "Rows")] == ["pending", "invalid"]


def test_tallies_that_do_not_agree_are_said(bench: Bench) -> None:
    run = bench.run([simple(1), simple(2)])
    with bench.ledger._engine.begin() as db:
        db.exec_driver_sql("DELETE FROM rows WHERE position = 1")
    found = app.write_workbooks(bench.ledger, run, bench.settings.report_dir).disagreements
    assert found == ("the sheet had 2 rows with 10.000 KWD, but the workbook lists 1 rows with 5.000 KWD",)


def test_a_row_of_status_pending_needs_nobody_yet(bench: Bench) -> None:
    run = bench.plan([simple(1)])
    assert bench.row(run).status is RowStatus.PENDING
    assert not [each for each in table(written(bench, run).report, "Attention") if isinstance(each["Row"], int)]

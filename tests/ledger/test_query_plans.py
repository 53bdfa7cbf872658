"""How the ledger finds what it is asked for: by an index, each time, however many invoices there are.

The questions are those that runs of every kind really ask. Their plans are the same in an empty ledger and in a large
one: nothing in a ledger tells its database how much is in it (there is no ANALYZE).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from batchinvoice import app
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.proof import prove
from batchinvoice.ledger.records import Run
from batchinvoice.opening import connect, open_ledger
from batchinvoice.runs.reconcile import problems
from batchinvoice.settings import Settings
from batchinvoice.summary import summarise

MANY = 500  # values in a list, as a page of rows has them
# Steps that read a table through.
READ_THROUGH = re.compile(r"SCAN (runs|invoices|invoice_references|rows|item_rows|attempts|sms_calls|leases|audit)\b")
# By an index, but all that a merchant ever had.
ALL_OF_ONE = re.compile(r"SEARCH (invoices|invoice_references) .*\(environment=\? AND merchant_code=\?\)")
# By an index, but a whole run, which can be a million rows.
WHOLE_RUN = re.compile(r"SEARCH (rows|attempts) .*\(run_id=\?\)")
# Of few values, all of which are wanted: of one page, of one day, of one count of a whole run.
SORTED = {
    "FROM invoices WHERE invoices.id IN": "the invoices that a page's customers have",
    "AND invoice_references.likeness IN": "the references that are like a page's",
    "length(runs.id)": "the runs of a day",
    "AS stretch": "some thousands of invoices, of numbers that follow each other",
    "GROUP BY": "a count of a whole run",
    "count(distinct": "a count of a whole run",
}
# A whole run is wanted: counted, summed, digested for the audit log, or looked through for a row's number.
WHOLE = ("GROUP BY", "count(", "invoice_references.reference = rows.reference", 'rows."row" = ?')

# Without these, the fixture would not have done what it is for.
HEARD = (
    *("rows.stated_id IN", "rows.reference IN", "rows.invoice_id IN", "invoice_references.likeness IN", "stretch"),
    *("DELETE FROM invoice_references", "invoices.gateway_id IN", "invoices.sms IN", "UPDATE attempts", "FROM audit"),
    *("UPDATE invoices SET sms", "runs.sequence > ?", "max(sms_calls.number)", "invoices.phone IN", "max(attempts.id)"),
)


class Asked:
    """Every statement that was sent to a ledger, once for each shape: lists of values as one and as many."""

    def __init__(self) -> None:
        self.statements: set[str] = set()

    def hear(self, *told: Any) -> None:
        statement = " ".join(str(told[2]).split())
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and "alembic" not in statement:
            self.statements.add(re.sub(r"IN \(\?(, \?)*\)", "IN (?)", statement))

    @property
    def shapes(self) -> Iterator[str]:
        for statement in sorted(self.statements):
            yield statement
            if "IN (?)" in statement:
                yield statement.replace("IN (?)", f"IN ({', '.join('?' * MANY)})")


@contextmanager
def listening() -> Iterator[Asked]:
    asked = Asked()
    event.listen(Engine, "before_cursor_execute", asked.hear)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", asked.hear)


def row(number: int, amount: object = 5, **more: object) -> list[object]:
    reference = more.get("reference", f"R-{number}")
    return [reference, "Noura", f"6600{number:04d}", amount, f"a{number}@example.com", None, more.get("invoice_id")]


@pytest.fixture
def asked(settings: Settings, emulator: RunningEmulator, sheet: Callable[..., Path]) -> set[str]:
    """What is asked while sheets are planned, sent, lost, settled, changed, superseded, texted and reported."""
    with listening() as heard, open_ledger(settings) as ledger, connect(settings) as gateway:
        heard.statements.clear()  # of making the ledger

        def plan(*rows: Sequence[object], **how: Any) -> Run:
            return app.plan_sheet(ledger, settings, sheet(rows), sms=True, strict=False, **how)

        def apply(run: Run) -> Run:
            run = app.apply_run(ledger, gateway, settings, run)
            app.write_workbooks(ledger, run, settings.report_dir)
            return run

        emulator.set_faults("create:close-after:1x1", "create:http-500-before:3x1", "send:http-500-after:1x1")
        first = apply(plan(row(1), row(2), row(3), row(4, "bad"), [None], row(5)))
        emulator.set_faults()
        older = plan(row(1, 6), row(2, 6), check_gateway=True)
        number = ledger.known_references(["R-1"])["R-1"].gateway_id
        apply(plan(row(1, 7), row(2, reference="r2"), row(3, 8, invoice_id=number), row(9, invoice_id="1")))
        apply(older)
        app.send_sms(ledger, gateway, settings, first, again=True)
        for run in (first, older):
            _looked_at(ledger, run)
    return set(heard.shapes)


def _looked_at(ledger: Ledger, run: Run) -> None:
    summarise(ledger, run)
    list(problems(ledger, run))
    ledger.row(run, 2)
    ledger.spoken_of("R-1")
    ledger.runs_of(run.sha256)
    ledger.history(10)
    ledger.unfinished(), ledger.cut_off(), ledger.planned_only()
    ledger.lately_made(subscription=True, limit=3)
    assert not prove(ledger).breaks


def test_every_question_finds_by_an_index(asked: set[str], settings: Settings) -> None:
    for words in HEARD:
        assert any(words in statement for statement in asked), f"nothing asked {words}"
    with closing(sqlite3.connect(settings.home / "ledger.sqlite3")) as database:
        found = [said for statement in asked for said in not_found(database, statement)]
    assert not found, "\n\n".join(found)


def not_found(database: sqlite3.Connection, statement: str) -> list[str]:
    """The steps of the statement that read a table through, or sort what should come in order."""
    steps = [step for *_, step in database.execute(f"EXPLAIN QUERY PLAN {statement}", [None] * statement.count("?"))]
    few = any(words in statement for words in SORTED)
    whole = any(words in statement for words in WHOLE)
    wrong = [
        step
        for step in steps
        if READ_THROUGH.match(step)
        or ALL_OF_ONE.match(step)
        or (WHOLE_RUN.match(step) and not whole)
        or (step.startswith("USE TEMP B-TREE") and not few)
    ]
    shown = re.sub(r"(\?, )+", "?, …, ", statement)
    return [f"{shown}\n    {step}" for step in wrong]


def test_a_table_that_is_read_through_and_a_page_that_is_sorted_are_noticed(ledger: Ledger, tmp_path: Path) -> None:
    assert ledger.history(1) == []
    with closing(sqlite3.connect(tmp_path / "home" / "ledger.sqlite3")) as database:
        for statement in (
            "SELECT * FROM rows WHERE amount = ?",
            "SELECT run_id FROM rows WHERE status = ?",
            "SELECT * FROM rows WHERE run_id = ? ORDER BY reference LIMIT ?",
            "DELETE FROM invoice_references WHERE likeness = ?",
        ):
            assert not_found(database, statement), statement

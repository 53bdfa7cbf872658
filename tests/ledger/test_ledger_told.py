"""A row's line in the log says what is committed already, once, and nothing that only its sheet says."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from decimal import Decimal

import pytest
from ledger_making import NOW, invoice, new_row, planned
from sqlalchemy import event

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.intent import Change, Create, Intent, Outcome
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Row, Run

LOST = Issue(Code.OUTCOME_UNKNOWN, Place("Invoices", 2), {"detail": "Canary"})
MADE = Outcome(RowStatus.CREATED, (LOST,), gateway_id="7001", origin="create", gateway_amount=Decimal("5.000"), tries=2)


class Listener(logging.Handler):
    """Keeps each line, with what any other reader finds in the ledger's file at that moment."""

    def __init__(self, file: str) -> None:
        super().__init__(logging.DEBUG)
        self._file, self.lines, self.durable = file, [], []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.getMessage(), vars(record)))
        with sqlite3.connect(self._file) as db:
            self.durable.append(db.execute("select status from rows where row = ?", (vars(record)["row"],)).fetchone())


@pytest.fixture
def heard(ledger: Ledger) -> Iterator[Listener]:
    listener = Listener(str(ledger._engine.url.database))
    log = logging.getLogger("batchinvoice.ledger")
    log.addHandler(listener)
    log.setLevel(logging.DEBUG)
    yield listener
    log.removeHandler(listener)
    log.setLevel(logging.NOTSET)


def intend(ledger: Ledger, run: Run, row: Row) -> Intent:
    assert row.invoice
    with ledger.entry() as entry:
        return entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST)])[0]


def test_a_line_says_what_is_committed(ledger: Ledger, heard: Listener) -> None:
    run, [row] = planned(ledger)
    intent = intend(ledger, run, row)
    assert heard.lines == []  # an intent is no outcome
    with ledger.entry() as entry:
        entry.settle([(intent, MADE)])
        assert heard.lines == []
    [(said, fields)] = heard.lines
    assert said == "row outcome"
    assert heard.durable == [("created",)]
    told = {name: fields[name] for name in ("run", "row", "action", "status", "attempts", "gateway_id", "ms")}
    assert told == {
        "run": run.id,
        "row": row.row,
        "action": "create",
        "status": "created",
        "attempts": 2,
        "gateway_id": "7001",
        "ms": 0,
    }
    assert fields["codes"] == ["outcome-unknown"]
    assert "Noura" not in str(fields)
    assert "Canary" not in str(fields)


def test_what_was_undone_is_never_told(ledger: Ledger, heard: Listener) -> None:
    run, [row] = planned(ledger)
    intent = intend(ledger, run, row)

    def cut_off() -> None:
        with ledger.entry() as entry:
            entry.settle([(intent, MADE)])
            raise KeyError

    with pytest.raises(KeyError):
        cut_off()
    assert heard.lines == []


def test_what_could_not_be_committed_is_never_told(ledger: Ledger, heard: Listener) -> None:
    run, [row] = planned(ledger)
    intent = intend(ledger, run, row)

    def full(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    event.listen(ledger._engine, "commit", full)
    with pytest.raises((LedgerError, sqlite3.OperationalError)), ledger.entry() as entry:
        entry.settle([(intent, MADE)])
    assert heard.lines == []


def test_a_row_that_was_looked_for_in_vain_has_no_second_outcome(ledger: Ledger, heard: Listener) -> None:
    run, [row] = planned(ledger)
    intent = intend(ledger, run, row)
    with ledger.entry() as entry:
        entry.settle([(intent, Outcome(RowStatus.UNKNOWN, (LOST,)))])
    with ledger.entry() as entry:
        entry.settle([(intent, Outcome(RowStatus.UNKNOWN, (LOST,), tries=0))])
    assert [said for said, _ in heard.lines] == ["row outcome", "row not settled"]


def test_a_row_that_the_plan_ends_is_told_when_the_plan_is_stored(ledger: Ledger, heard: Listener) -> None:
    bad = new_row(1, status=RowStatus.INVALID, action=Action.NONE, invoice=None)
    planned(ledger, [new_row(0), bad])
    [(said, fields)] = heard.lines
    assert (said, fields["row"], fields["status"]) == ("row outcome", bad.row, "invalid")
    assert heard.durable == [("invalid",)]


def test_an_id_that_only_the_sheet_states_is_the_content_of_a_cell(ledger: Ledger, heard: Listener) -> None:
    stated = invoice("R-1", invoice_id="66109753")
    run, [row] = planned(ledger, [new_row(0, stated, action=Action.UPDATE)])
    for _ in range(2):  # the second time the ledger knows it, still from the sheet alone
        known = ledger.known_ids(["66109753"]).get("66109753")
        with ledger.entry() as entry:
            intent = entry.intend(run, [Change(row, stated, known)])[0]
        with ledger.entry() as entry:
            entry.settle([(intent, Outcome(RowStatus.UNKNOWN))])
    assert known
    assert [("gateway_id" in fields) for _, fields in heard.lines] == [False, False]
    assert "66109753" not in str(heard.lines)
    assert intent.at == NOW

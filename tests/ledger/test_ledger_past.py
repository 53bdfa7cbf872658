"""What the ledger knows of a customer and of references like one: looked up in indexes, kept with every write."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from ledger_making import NOW, invoice, new_row, planned
from sqlalchemy import Select, create_engine
from sqlalchemy.engine import Engine

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.likeness import likeness
from batchinvoice.ledger import past, upgrade
from batchinvoice.ledger.intent import Change, Create, Outcome
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.past import Past
from batchinvoice.ledger.tables import invoices, references

LOST = Issue(Code.OUTCOME_UNKNOWN, Place("Invoices", 2), {"detail": ""})
NOURA, ALI = "96566000001", "96566000002"
LONG_AGO = NOW - dt.timedelta(days=90)
Opener = Callable[..., Ledger]


def make(ledger: Ledger, *said: Invoice, at: dt.datetime = NOW, status: RowStatus | None = RowStatus.CREATED) -> str:
    """A run that makes these invoices; `status` None leaves them unknown. Returns its name."""
    run, rows = planned(ledger, [new_row(n, each) for n, each in enumerate(said)])
    ledger._clock = lambda: at
    with ledger.entry() as entry:
        for row in rows:
            assert row.invoice
            intent = entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST)])[0]
            if status:
                entry.settle([(intent, Outcome(status, gateway_id=f"7{row.reference}", origin="create"))])
    return run.id


def update(ledger: Ledger, said: Invoice) -> None:
    """A run that changes the invoice of this id."""
    assert said.invoice_id
    known = ledger.known_ids([said.invoice_id]).get(said.invoice_id)
    run, [row] = planned(ledger, [new_row(0, said)])
    with ledger.entry() as entry:
        intent = entry.intend(run, [Change(row, said, known)])[0]
        entry.settle([(intent, Outcome(RowStatus.UPDATED, gateway_id=said.invoice_id, origin="update"))])


def test_references_like_these_with_their_customers(ledger: Ledger) -> None:
    run = make(ledger, invoice("INV-007"), invoice("inv 8", mobile="66000002"), invoice("X"))
    assert ledger.alike(map(likeness, ["INV/7", "INV-08", "Y"])) == {
        "inv7": [Past("INV-007", NOURA, Decimal("5.000"), run)],
        "inv8": [Past("inv 8", ALI, Decimal("5.000"), run)],
    }


@pytest.mark.parametrize(("status", "found"), [(None, True), (RowStatus.CREATED, True), (RowStatus.REJECTED, False)])
def test_what_may_be_there_counts_and_what_was_refused_does_not(
    ledger: Ledger, status: RowStatus | None, found: bool
) -> None:
    make(ledger, invoice("007"), status=status)
    assert bool(ledger.alike(["7"])) is found


def test_an_update_brings_its_reference_and_its_phone(ledger: Ledger) -> None:
    make(ledger, invoice("007"))
    update(ledger, invoice("A-1", invoice_id="7007", mobile="66000002"))
    assert {
        key: [(each.reference, each.phone) for each in found] for key, found in ledger.alike(["7", "a1"]).items()
    } == {
        "7": [("007", ALI)],
        "a1": [("A-1", ALI)],
    }
    assert ledger.last_made([NOURA]) == {}
    assert ledger.last_made([ALI])[ALI].reference == "A-1"
    update(ledger, invoice("B-01", invoice_id="555"))  # made elsewhere
    assert ledger.alike(["b1"])["b1"][0].phone == NOURA
    assert ledger.last_made([NOURA])[NOURA].reference == "B-01"


def test_a_reference_refused_and_made_again_for_another_customer(ledger: Ledger) -> None:
    make(ledger, invoice("007"), status=RowStatus.REJECTED)
    known = ledger.known_references(["007"])["007"]
    said = invoice("007", mobile="66000002")
    run, [row] = planned(ledger, [new_row(0, said)])
    with ledger.entry() as entry:
        entry.intend(run, [Create(row, said, row.sms, known, LOST)])[0]
    assert [each.phone for each in ledger.alike(["7"])["7"]] == [ALI]


def test_the_last_invoice_of_a_customer(ledger: Ledger) -> None:
    make(ledger, invoice("C", amount=Decimal(9)), at=LONG_AGO)
    make(ledger, invoice("A", amount=Decimal(7)), invoice("B", amount=Decimal(8)))
    make(ledger, invoice("D", amount=Decimal(1)), at=NOW + dt.timedelta(days=1), status=None)
    make(ledger, invoice("E", mobile="66000002"), at=LONG_AGO)
    last = ledger.last_made([NOURA, ALI, "96566000003", NOURA])
    assert {phone: each.reference for phone, each in last.items()} == {NOURA: "B", ALI: "E"}
    assert last[NOURA].amount == Decimal("8.000")


def test_the_invoices_of_a_customer_since_a_day(ledger: Ledger) -> None:
    make(ledger, invoice("A"), at=LONG_AGO)
    make(ledger, invoice("B"), invoice("C", mobile="66000002"))
    make(ledger, invoice("D"), status=None)
    made = ledger.made_since([NOURA, ALI], NOW - dt.timedelta(days=1))
    assert {phone: [each.reference for each in found] for phone, found in made.items()} == {NOURA: ["B"], ALI: ["C"]}


def test_another_merchant_and_environment_know_nothing_of_it(open_ledger: Opener) -> None:
    make(open_ledger(), invoice("007"))
    for other in (open_ledger("live"), open_ledger("sandbox", "999")):
        assert (other.alike(["7"]), other.last_made([NOURA]), other.made_since([NOURA], LONG_AGO)) == ({}, {}, {})


def test_more_of_them_than_one_page(ledger: Ledger) -> None:
    said = [invoice(f"R-{n}", mobile=f"6600{n:04d}") for n in range(600)]
    make(ledger, *said)
    phones = [each.phone for each in said]
    assert len(ledger.alike(likeness(each.reference) for each in said)) == 600
    assert len(ledger.last_made(phones)) == len(ledger.made_since(phones, LONG_AGO)) == 600


def steps(engine: Engine, query: Select[object]) -> list[str]:
    sql = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]


def test_every_look_up_is_a_search_in_an_index(ledger: Ledger) -> None:
    """However many invoices there are: no table is read from its beginning to its end."""
    alike = steps(ledger._engine, past.alike(ledger._own(references), ["7", "8"]))
    last = steps(ledger._engine, past.last_made(ledger._own(invoices), [NOURA, ALI]))
    since = steps(ledger._engine, past.made_since(ledger._own(invoices), [NOURA, ALI], NOW))
    read = [step for step in (*alike, *last, *since) if step.startswith(("SCAN", "SEARCH"))]
    assert not [step for step in read if step.startswith("SCAN")]
    assert alike[0].startswith("SEARCH invoice_references USING INDEX references_by_likeness")
    key = "(environment=? AND merchant_code=? AND phone=? AND state=?"
    # The last invoice is chosen in the index alone: a customer's other invoices are not read.
    assert f"SEARCH invoices USING COVERING INDEX invoices_by_phone {key})" in last
    assert "SEARCH invoices USING INTEGER PRIMARY KEY (rowid=?)" in last
    assert f"SEARCH invoices USING COVERING INDEX invoices_by_phone {key} AND intended_at>?)" in since


INVOICE = (
    "INSERT INTO invoices (id, environment, merchant_code, state, content, fingerprint, sms, run_id, intended_at,"
    " updated_at) VALUES (?, 'sandbox', '842217', ?, ?, '', 'sent', '20261122-001', '2026-11-22', '2026-11-22')"
)
RUN = (
    "INSERT INTO runs (id, environment, merchant_code, status, source, source_name, sha256, sheet, tables, notes,"
    " options, started_by, version, planned_at, input_count, input_amount) VALUES ('20261122-001', 'sandbox', '842217',"
    " 'complete', '/in/a.xlsx', 'a.xlsx', '', 'Invoices', '[]', '[]', '{}', 'fatima@desk', '0.1.0', '2026-11-22', 0, 0)"
)


def test_a_ledger_of_an_older_version_learns_them(
    url: str, open_ledger: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(Path(upgrade.__file__).parent / "migrations").replace("%", "%%"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    engine.dispose()
    said = [invoice(f"INV-{n:05}", mobile=f"660{n:05}", amount=Decimal(n)) for n in range(1, 12_001)]
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute(RUN)
        raw.executemany(INVOICE, [(n, "made", json.dumps(each.content())) for n, each in enumerate(said, 1)])
        raw.executemany(
            "INSERT INTO invoice_references VALUES ('sandbox', '842217', ?, ?)",
            [(each.reference, n) for n, each in enumerate(said, 1)],
        )
        raw.execute("INSERT INTO invoice_references VALUES ('sandbox', '842217', 'فاتورة ٠٧', 7)")
    ledger = open_ledger()
    for n in (1, 5000, 5001, 12_000):
        expected = Past(f"INV-{n:05}", f"965660{n:05}", Decimal(n), "20261122-001")
        assert ledger.alike([f"inv{n}"]) == {f"inv{n}": [expected]}
        assert ledger.last_made([expected.phone]) == {expected.phone: expected}
    assert [each.reference for each in ledger.alike([likeness("فاتوره-7")])[likeness("فاتوره-7")]] == ["فاتورة ٠٧"]
    assert ledger.known_references(["INV-00007"])["INV-00007"].invoice == replace(said[6], invoice_id=None)

"""A plan is stored page by page: nobody sees any of it before all of it is there, and what is cut off is removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from ledger_making import NOW, invoice, new_row, new_run, planned

from batchinvoice.ledger import ledger as ledger_module
from batchinvoice.ledger.audit import note_migration
from batchinvoice.ledger.errors import LedgerBusy, LedgerError
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.proof import prove
from batchinvoice.ledger.records import NewRow
from batchinvoice.ledger.tables import audit, rows, runs

Opener = Callable[..., Ledger]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_module, "_PAGE", 2)


class PowerCut(BaseException):
    """Nothing that comes after it is carried out."""


def killed(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan whose process dies once some of its rows are stored."""

    def some() -> Iterator[NewRow]:
        yield from (new_row(n) for n in range(5))
        raise PowerCut

    with monkeypatch.context() as dead, pytest.raises(PowerCut):  # noqa: PT012
        dead.setattr(ledger, "_remove", lambda _: None)
        ledger.add_run(new_run(), some(), [])


def stored(ledger: Ledger) -> tuple[int, int]:
    """How many runs and rows there are, seen or not."""
    with ledger._engine.connect() as db:
        return len(db.execute(runs.select()).all()), len(db.execute(rows.select()).all())


def test_nobody_sees_a_plan_before_it_is_whole_and_all_can_work_meanwhile(ledger: Ledger, open_ledger: Opener) -> None:
    other, seen = open_ledger(), []

    def watched() -> Iterator[NewRow]:
        for number in range(5):
            asked = (other.history(9), other.run_names(), other.planned_only(), other.unfinished())
            seen.append((asked, other.runs_of("ab" * 32), other.spoken_of(f"R-{number}"), prove(other).breaks))
            yield new_row(number)
        assert stored(ledger) == (1, 4)
        planned(other, [new_row(0, invoice("OTHER"))])

    name = ledger.add_run(new_run(), watched(), [])
    assert seen == [(([], [], [], []), [], [], ())] * 5
    assert [(run.id, run.sequence) for run in ledger.history(9)] == [(name, 2), ("20261122-002", 1)]
    assert [row.position for row in ledger.rows(ledger.run(name))] == [0, 1, 2, 3, 4]
    assert ledger.run(name).finished_at is None
    assert prove(ledger).breaks == ()


def test_what_a_killed_plan_left_is_seen_by_nobody_and_removed_by_a_later_one(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(ledger, monkeypatch)
    assert (ledger.history(9), ledger.spoken_of("R-1"), prove(ledger).breaks) == ([], [], ())
    planned(ledger, [])  # it could still be at work
    assert stored(ledger) == (2, 4)
    ledger._clock = lambda: NOW + dt.timedelta(minutes=61)
    planned(ledger, [new_row(0)])
    assert stored(ledger) == (2, 1)
    assert [run.id for run in ledger.history(9)] == ["20261122-003", "20261122-002"]
    assert prove(ledger).breaks == ()


def test_a_removal_that_is_cut_off_is_finished_by_a_later_plan(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    killed(ledger, monkeypatch)
    with ledger._begin() as db:
        ledger_module.give_up(db, "20261122-001")
    planned(ledger, [])
    assert stored(ledger) == (1, 0)


def test_a_plan_that_was_taken_for_dead_cannot_go_on(ledger: Ledger, open_ledger: Opener) -> None:
    other = open_ledger()
    other._clock = lambda: NOW + dt.timedelta(hours=2)

    def slow() -> Iterator[NewRow]:
        yield from (new_row(n) for n in range(2))
        yield new_row(2)
        yield new_row(3)
        planned(other, [])
        yield from (new_row(n) for n in range(4, 6))

    with pytest.raises(LedgerBusy):
        ledger.add_run(new_run(), slow(), [])
    assert stored(ledger) == (1, 0)


def test_a_plan_that_fails_leaves_nothing_and_its_name_is_free(ledger: Ledger) -> None:
    def fails() -> Iterator[NewRow]:
        yield from (new_row(n) for n in range(5))
        raise LedgerError("the disk is full")

    with pytest.raises(LedgerError, match="full"):
        ledger.add_run(new_run(), fails(), [])
    assert stored(ledger) == (0, 0)
    assert planned(ledger)[0].id == "20261122-001"


def test_a_plan_that_is_there_is_never_removed(ledger: Ledger) -> None:
    run, found = planned(ledger, [new_row(n) for n in range(5)])
    ledger._remove(run.id)
    assert list(ledger.rows(run)) == found


def test_a_row_that_comes_again_takes_the_place_of_the_earlier_one(ledger: Ledger) -> None:
    again = [new_row(n, customer="again") for n in (3, 1)]
    run, found = planned(ledger, [*(new_row(n) for n in range(4)), new_row(4), *again])
    assert [row.customer for row in found] == ["Noura", "again", "Noura", "again", "Noura"]
    assert ledger.tallies(run)[found[0].status][0] == 5
    assert prove(ledger).breaks == ()


def test_what_a_killed_plan_left_gets_no_chain_in_the_log(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor when the ledger is brought to a new version, which appends to the chain of each merchant."""
    planned(ledger)
    killed(ledger, monkeypatch)
    with ledger._begin() as db:
        note_migration(db, "0004", "0005")
        chains = {(each.environment, each.merchant_code) for each in db.execute(audit.select())}
    assert chains == {("sandbox", "842217")}

"""What answers mean for rows: whose an id is that the gateway has given, also among answers that share a commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from bench import Bench, codes, simple

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.ledger.intent import Create, Intent, Outcome
from batchinvoice.ledger.records import Run
from batchinvoice.runs.outcome import with_owners
from batchinvoice.runs.places import Places

LOST = Issue(Code.OUTCOME_UNKNOWN, Place("Invoices", 2), {"detail": ""})
MADE = Outcome(RowStatus.CREATED, gateway_id="7001", origin="create")


def meant(bench: Bench, run: Run) -> list[Intent]:
    rows = bench.rows(run)
    with bench.ledger.entry() as entry:
        return entry.intend(run, [Create(row, row.invoice, row.sms, None, LOST) for row in rows if row.invoice])


def settle(bench: Bench, run: Run, came: Sequence[tuple[Intent, Outcome]]) -> None:
    places = Places.of(run)
    with bench.ledger.entry() as entry:
        entry.settle(with_owners(entry, run, came, lambda _: places))


@pytest.mark.parametrize("commits", [1, 3])
def test_one_id_given_to_two_invoices_is_told_at_the_second_also_where_they_share_a_commit(
    bench: Bench, commits: int
) -> None:
    run = bench.plan([simple(n) for n in (1, 2, 3)])
    came = [(intent, MADE) for intent in meant(bench, run)]
    came[1] = (came[1][0], replace(MADE, gateway_id="7002"))
    for part in [came] if commits == 1 else [[each] for each in came]:
        settle(bench, run, part)
    assert [codes(row) for row in bench.rows(run)] == [set(), set(), {Code.ID_TAKEN}]
    said = bench.rows(run)[2].issues[0].message
    assert "7001" in said
    assert "R-1" in said
    assert [row.attention for row in bench.rows(run)] == [False, False, True]  # so that nobody is texted for it
    assert bench.ledger.known_references(["R-3"])["R-3"].fingerprint == ""  # nor any later row passes for unchanged


def test_an_id_that_is_told_once_more_of_its_own_invoice_is_nobody_elses(bench: Bench) -> None:
    run = bench.plan([simple(1)])
    [intent] = meant(bench, run)
    settle(bench, run, [(intent, MADE)])
    settle(bench, run, [(intent, MADE)])
    assert codes(bench.row(run)) == set()


def test_the_same_id_at_another_merchant_is_another_invoice(bench: Bench) -> None:
    run = bench.plan([simple(1), simple(2)])
    first, second = meant(bench, run)
    settle(bench, run, [(first, MADE)])
    places = Places.of(run)
    with bench.ledger.entry() as entry:
        told = with_owners(entry, replace(run, merchant_code="999"), [(second, MADE)], lambda _: places)
    assert [outcome.issues for _, outcome in told] == [()]

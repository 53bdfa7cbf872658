"""What goes into the ledger comes out the same: amounts, times, words, cells and issues."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_making import NOW, new_row, new_run, planned
from sqlalchemy.dialects import sqlite

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.invoices.table import Broken
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import ItemRow, cells_from_json, cells_to_json, issues_from_json, issues_to_json
from batchinvoice.ledger.tables import Kwd, Utc, Word

DIALECT = sqlite.dialect()  # type: ignore[no-untyped-call]
FILS = st.integers(-(10**15), 10**15)
MOMENTS = st.datetimes(
    dt.datetime(1900, 1, 2),  # noqa: DTZ001 (the strategy adds the zone)
    dt.datetime(2999, 1, 1),  # noqa: DTZ001
    timezones=st.builds(lambda h: dt.timezone(dt.timedelta(hours=h)), st.integers(-12, 14)),
)
CELLS: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.text(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(dt.timedelta(days=-9999), dt.timedelta(days=9999)),
    st.builds(Broken, st.text()),
)
ISSUES = st.builds(
    Issue,
    st.sampled_from(Code),
    st.builds(
        Place,
        st.text(),
        st.none() | st.integers(1, 10**6),
        st.none() | st.integers(1, 16_384),
        st.none() | st.text(),
    ),
    st.dictionaries(st.text(), st.text()),
)


@given(FILS)
def test_money_is_whole_fils_and_comes_back_exactly(fils: int) -> None:
    amount = Decimal(fils).scaleb(-3)
    stored = Kwd().process_bind_param(amount, DIALECT)
    assert stored == fils
    assert type(stored) is int
    back = Kwd().process_result_value(stored, DIALECT)
    assert back == amount
    assert str(back) == str(amount)


@given(MOMENTS)
def test_times_come_back_as_the_same_moment_in_utc(moment: dt.datetime) -> None:
    back = Utc().process_result_value(Utc().process_bind_param(moment, DIALECT), DIALECT)
    assert back == moment
    assert back is not None
    assert back.tzinfo is dt.UTC


def test_a_word_of_no_enumeration_is_not_stored() -> None:
    with pytest.raises(ValueError, match="finished"):
        Word(RunStatus).process_bind_param("finished", DIALECT)  # type: ignore[arg-type]


@given(st.lists(CELLS))
def test_cells_come_back_the_same_and_of_the_same_kind(cells: list[Any]) -> None:
    back = cells_from_json(json.loads(json.dumps(cells_to_json(cells))))
    assert back == cells
    assert [type(cell) for cell in back] == [type(cell) for cell in cells]


@given(st.lists(ISSUES))
def test_issues_come_back_the_same(issues: list[Issue]) -> None:
    assert issues_from_json(json.loads(json.dumps(issues_to_json(issues)))) == tuple(issues)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(0, 10**11), min_size=1, max_size=30))
def test_sums_are_exact(ledger: Ledger, fils: list[int]) -> None:
    amounts = [Decimal(each).scaleb(-3) for each in fils]
    run, rows = planned(ledger, [new_row(n, amount=amount) for n, amount in enumerate(amounts)])
    assert [row.amount for row in rows] == amounts
    assert ledger.tallies(run) == {RowStatus.PENDING: (len(amounts), sum(amounts))}
    assert ledger.left_to_do(run) == {Action.CREATE: (len(amounts), sum(amounts))}


def test_sums_that_floating_point_would_spoil(ledger: Ledger) -> None:
    run, _ = planned(ledger, [new_row(n, amount=Decimal("0.001")) for n in range(1001)])
    assert ledger.tallies(run)[RowStatus.PENDING] == (1001, Decimal("1.001"))


def test_everything_a_row_can_hold_comes_back(ledger: Ledger, open_ledger: Callable[..., Ledger]) -> None:
    cells = [
        "نورة",
        1.5,
        None,
        True,
        dt.datetime.fromisoformat("2026-01-02T03:04"),
        dt.timedelta(hours=1),
        Broken("#REF!"),
        "\0'\";--",
    ]
    issue = Issue(Code.AMOUNT_UNREADABLE, Place("Invoices", 2, 4, "Amount"), {"value": "x"})
    bad = new_row(
        0, amount=None, invoice=None, cells=cells, issues=(issue,), status=RowStatus.INVALID, action=Action.NONE
    )
    line = ItemRow(0, 5, None, ["Pen", Broken()], (issue,))
    name = ledger.add_run(new_run(), [bad], [line])
    other = open_ledger()
    run = other.run(name)
    [row] = other.rows(run, cells=True)
    assert (list(row.cells), row.issues, row.amount, row.invoice) == (cells, (issue,), None, None)
    assert (row.status, row.action, row.sms) == (RowStatus.INVALID, Action.NONE, SmsStatus.PENDING)
    assert (row.attention, row.attempts) == (True, 0)
    assert list(other.items(run)) == [line]
    assert run.planned_at == NOW
    assert run.planned_at.tzinfo is dt.UTC
    assert (run.status, run.input_amount) == (RunStatus.PLANNED, Decimal("5.000"))

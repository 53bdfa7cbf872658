"""Statuses: what is final stays, what is unknown can be settled, and a run is complete only if nobody is needed."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.english import CATALOGUE
from batchinvoice.invoices.issue import Issue, Place, column_letters
from batchinvoice.invoices.lifecycle import (
    AT_GATEWAY,
    MENDABLE,
    NEXT,
    WELL_ENDED,
    RowStatus,
    RunStatus,
    SmsStatus,
    run_status,
)


@pytest.mark.parametrize("status", sorted(set(RowStatus) - {RowStatus.PENDING, RowStatus.UNKNOWN}))
def test_no_final_status_can_be_left(status: RowStatus) -> None:
    assert NEXT[status] == frozenset()


def test_every_status_has_its_steps() -> None:
    assert set(NEXT) == set(RowStatus)
    assert NEXT[RowStatus.PENDING] == set(RowStatus) - {RowStatus.PENDING}
    assert RowStatus.UNKNOWN not in NEXT[RowStatus.UNKNOWN]
    assert NEXT[RowStatus.UNKNOWN] >= {RowStatus.ADOPTED, RowStatus.PENDING}


def test_the_groups_of_statuses() -> None:
    assert WELL_ENDED.isdisjoint(MENDABLE)
    assert AT_GATEWAY < WELL_ENDED
    assert set(RowStatus) - WELL_ENDED - MENDABLE == {RowStatus.PENDING, RowStatus.UNKNOWN}


@given(st.lists(st.sampled_from(RowStatus)), st.lists(st.sampled_from(SmsStatus)))
def test_a_run_is_complete_only_if_nobody_is_needed(rows: list[RowStatus], sms: list[SmsStatus]) -> None:
    needed = any(s in ("invalid", "rejected", "held", "unknown", "pending") for s in rows)
    needed |= any(s in ("failed", "unknown") for s in sms)
    over = RunStatus.PARTIAL if needed else RunStatus.COMPLETE
    assert run_status(iter(rows), iter(sms)) is (RunStatus.FAILED if RowStatus.PENDING in rows else over)


@pytest.mark.parametrize("code", Code)
def test_every_code_is_said_in_words_with_whatever_it_knows(code: Code) -> None:
    needed = {name for words in CATALOGUE[code][:2] for _, name, _, _ in string.Formatter().parse(words) if name}
    params = dict.fromkeys(needed - {"near", "detail", "why", "proposal", "heading"}, "x")
    issue = Issue(code, Place("Invoices", 2, 3, "Amount"), params)
    for words in (issue.message, issue.remedy):
        assert words
        assert "{" not in words
    assert issue.is_error == (CATALOGUE[code].severity == "error")


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_columns_as_excel_writes_them(column: int, letters: str) -> None:
    assert column_letters(column) == letters
    assert Place("Invoices", 17, column).cell == f"{letters}17"

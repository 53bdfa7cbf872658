"""E-mail addresses as people type them: one that is right in form, or an issue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.addresses import email
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.table import Cell


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("a@example.com", "a@example.com"),
        (" A@EXAMPLE.com ", "A@example.com"),
        ("\u200ea@example.com\u00a0\n", "a@example.com"),
    ],
)
def test_an_address(cell: Cell, meant: str) -> None:
    assert email(cell) == meant


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        *(("a@example.com" + sign, "a@example.com") for sign in (",", ";", ".", "،", ">", " ;")),
        ("mailto:a@example.com", "a@example.com"),
        ("a @example.com", "a@example.com"),
        ("a@ example .com", "a@example.com"),
        ("a＠example.com", "a@example.com"),
        ("a@@example.com", "a@example.com"),
        ("name@gmail,com", "name@gmail.com"),
        ("Noura <a@example.com>", "a@example.com"),
        *((f"a@example.com{sign}b@example.com", "a@example.com") for sign in ("; ", ",", "/", " ", "\n", "، ")),
        ("a b@example.com", None),
        ("a@example.com; b", None),
        ("a@b", None),
        ("a@" * 300, None),
        ("@", None),
        (5, None),
    ],
)
def test_what_is_not_one_address(cell: Cell, meant: str | None) -> None:
    found = email(cell)
    assert isinstance(found, Problem)
    assert (found.code, found.params.get("proposed")) == (Code.EMAIL_BAD, meant)


@given(st.text(st.sampled_from("ab@.,; <>،＠\u200fم"), max_size=20))
def test_what_is_proposed_is_an_address_and_was_there(written: str) -> None:
    found = email(written)
    if isinstance(found, Problem) and (meant := found.params.get("proposed")):
        assert email(meant) == meant
        assert set(meant) - {"@", "."} <= set(written)

"""E-mail addresses as people type them: one that is right in form, or an issue."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchinvoice.invoices import addresses as module
from batchinvoice.invoices.addresses import email
from batchinvoice.invoices.cells import text
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


_ORDINARY = st.from_regex(r"[A-Za-z0-9_+.-]{1,34}@[a-z0-9.-]{1,30}\.[a-z]{1,9}", fullmatch=True)


@settings(max_examples=500)
@given(_ORDINARY | st.text(max_size=40))
@example("a@b.test")
@example("a@xn--mgbh0fb.com")
@example("a..b@example.com")
def test_what_is_told_quickly_is_what_the_library_tells(address: str) -> None:
    if module._is_plain(address):
        assert text(address) == address
        assert validate_email(address, check_deliverability=False).normalized == address


def test_ordinary_addresses_are_told_quickly() -> None:
    for address in ("noura@example.com", "N.Al-Sabah+bills@mail.example.com.kw", "a_1@x-y.co"):
        assert module._is_plain(address)
    for address in ("Noura@Example.com", "a@b.local", "a@b", "نورة@example.com", "a@b--c.com"):
        assert not module._is_plain(address)

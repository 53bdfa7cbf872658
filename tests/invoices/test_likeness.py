"""The likeness of references: what one reference becomes when it is written again is alike, what is another is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.likeness import LONGEST, likeness, rough_likeness


@pytest.mark.parametrize(
    "alike",
    [
        ("INV-007", "inv 7", "INV/0007", "Inv_7", "inv.7", "INV#7", "INV7", "INV–07", "\u200eINV-7\u200f"),
        ("007", "7", "0007", "٠٠٧", "۷", " 7 ", "#7"),
        ("2026-001", "2026/1", "2026 01", "٢٠٢٦-١"),
        ("فاتورة-٠٧", "فاتوره 7", "فـاتورة7"),
        ("أحمد 1", "احمد-01"),
        ("A001B02", "a1-b2"),
        ("000", "0"),
        ("ＩＮＶ－７", "inv7"),
    ],
)
def test_one_reference_written_in_several_ways(alike: tuple[str, ...]) -> None:
    assert len({likeness(each) for each in alike}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7", "70"),
        ("0", "00 1"),
        ("INV-7", "INN-7"),
        ("1-11", "11-1"),
        ("2026-1", "20261"),
        ("A7", "7A"),
        ("A+", "A"),
        ("-", "#"),
        ("REF-100", "REF-1"),
    ],
)
def test_two_references(one: str, other: str) -> None:
    assert likeness(one) != likeness(other)


@given(st.text(min_size=1, max_size=60))
def test_any_reference_has_a_likeness_that_is_alike_to_itself(reference: str) -> None:
    key = likeness(reference)
    assert 0 < len(key) <= LONGEST
    assert len(key) == LONGEST or likeness(key) == key


@given(
    st.lists(st.from_regex(r"[A-Za-z]{1,3}|[0-9]{1,4}", fullmatch=True), min_size=1, max_size=5),
    st.lists(st.sampled_from(" -/_.#"), min_size=5, max_size=5),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
)
def test_signs_zeros_and_capitals_do_not_count(parts: list[str], signs: list[str], zeros: list[int]) -> None:
    plain = "-".join(parts)
    padded = [
        "0" * zero + part if part.isdigit() else part.swapcase() for part, zero in zip(parts, zeros, strict=False)
    ]
    other = "".join(part + sign for part, sign in zip(padded, signs, strict=False))
    assert likeness(other) == likeness(plain)


def _with_signs(parts: tuple[str, str]) -> tuple[str, str]:
    reference, signs = parts
    return reference, signs + reference.swapcase()


_SIMILAR = st.text(alphabet="aA0172٠١ /_-.#\u2013\u200bﷺé", min_size=1, max_size=8)


@given(st.one_of(st.tuples(_SIMILAR, _SIMILAR), st.tuples(_SIMILAR, st.text("0/ -", max_size=3)).map(_with_signs)))
def test_references_of_one_likeness_have_the_same_rough_one(references: tuple[str, str]) -> None:
    one, other = references
    if likeness(one) == likeness(other):
        assert rough_likeness(one) == rough_likeness(other)


def test_a_long_reference_may_be_like_any_other_long_one() -> None:
    one, other = "a" * 300, "a" * 255 + "b"
    assert likeness(one) == likeness(other)
    assert rough_likeness(one) == rough_likeness(other)

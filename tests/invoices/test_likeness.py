"""The likeness of references: what one reference becomes when it is written again is alike, what is another is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchinvoice.invoices.headings import fold
from batchinvoice.invoices.likeness import LONGEST, likeness, likenesses

_UNSEEN = r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+"


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


_REFERENCES = st.one_of(
    st.text(alphabet="aAİß0172٠١ /_-.#\n\0\u2013\u200bﷺé", max_size=8),
    st.from_regex(r"[A-Z]{0,3}[-/ #]{0,2}0{0,3}[0-9]{1,4}", fullmatch=True),
    st.text(max_size=5),
    st.text(alphabet="ﷺ0", min_size=10, max_size=20),
)


@given(st.lists(_REFERENCES, max_size=12))
@example(["00", "", "-", "7"])
@example(["a" * 300, "007", "-" * 300])
@example(["1-1", "1\0-1"])
def test_of_many_references_each_has_the_likeness_that_it_has_alone(references: list[str]) -> None:
    assert likenesses(references) == [likeness(reference) for reference in references]


@given(_REFERENCES)
def test_the_likeness_is_what_the_rules_say_one_after_the_other(reference: str) -> None:
    """Signs become one space, zeros go that lead a number, and so does a space that does not stand between two."""
    folded = reference.casefold() if reference.isascii() else re.sub(_UNSEEN, "", fold(reference))
    parted = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"[\s/_.#\-\u2010-\u2015\u2212]+", " ", folded))
    assert likeness(reference) == (re.sub(r"(?<![0-9]) | (?![0-9])", "", parted) or reference)[:LONGEST]


def test_a_long_reference_may_be_like_any_other_long_one() -> None:
    assert likeness("a" * 300) == likeness("a" * 255 + "b")

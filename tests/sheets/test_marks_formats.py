"""Which number formats add something to a whole number, and what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.sheets.marks.formats import padding


def text(code: str, value: float) -> str | None:
    pads = padding(code)
    return pads and pads.text(value)


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("00000", 7, "00007"),
        ("00000", 1234567, "1234567"),
        ('"INV-"0000', 7.0, "INV-0007"),
        (r"\I\N\V-0000", 7, "INV-0007"),
        ('0000"/26"', 31, "0031/26"),
        ('"INV-"0', 31, "INV-31"),
        (r"000\-00\-0000", 1234567, "001-23-4567"),
        ("0000-0000", 66666666, "6666-6666"),
        ("00-00", 12345, "123-45"),
        ("[$-409]00000", 7, "00007"),
        ("[$-ar-KW,96]00000", 7, "00007"),
        ("[Red]00000", 7, "00007"),
        ("00000;[Red]-00000", 7, "00007"),
        ("00000_)", 7, "00007"),
        ("00000", -7, "-00007"),
        ("00000", 0, "00000"),
        ('"a;b"00', 3, "a;b03"),
    ],
)
def test_zeros_and_letters_are_shown(code: str, value: float, shown: str) -> None:
    assert text(code, value) == shown


@pytest.mark.parametrize(
    "code",
    [
        *("General", "0", "0.00", "#,##0", "0.000", "0%", "0E+00", "yyyy-mm-dd", "@", "# ?/?", "#", "0_)", "$0", "(0)"),
        *("", ";;;", "[<100]000;0000", "000;[<0]0", "[$KWD] 00", '"unclosed00', "00000,", "*x00", "0" * 300, "\\"),
    ],
)
def test_other_formats_give_nothing(code: str) -> None:
    assert padding(code) is None


@pytest.mark.parametrize("value", [7.5, 1e15, 1e300, float("nan"), float("inf")])
def test_only_whole_numbers_that_excel_knows_exactly(value: float) -> None:
    assert text("00000", value) is None


def test_a_format_with_several_sections_tells_of_negatives_and_zero_nothing() -> None:
    assert text("00000;00", -7) is None
    assert text("00000;00;", 0) is None


@given(st.integers(0, 10**15 - 1), st.integers(2, 20))
def test_what_is_shown_reads_back(value: int, zeros: int) -> None:
    shown = text("0" * zeros, value)
    assert shown is not None
    assert (int(shown), len(shown)) == (value, max(zeros, len(str(value))))


@given(st.text(), st.floats())
def test_no_format_raises(code: str, value: float) -> None:
    text(code, value)

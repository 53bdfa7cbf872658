"""Phone numbers as people type them: one number, or an issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from any_cell import ARABIC_INDIC, PERSIAN, any_cell
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.issue import Code, Problem
from batchinvoice.invoices.phone import Phone, country_code, phone
from batchinvoice.invoices.table import Broken, Cell


def code_of(found: object) -> Code | None:
    return found.code if isinstance(found, Problem) else None


@pytest.mark.parametrize(
    "cell",
    [
        "66666666",
        66666666.0,
        66666666,
        "66666666.0",
        "+965 66666666",
        "+96566666666",
        "0096566666666",
        "00965 6666 6666",
        "965 66666666",
        96566666666.0,
        "6666 6666",
        "6666-6666",
        "66-66-66-66",
        "6666.6666",
        "(+965) 66666666",
        "٦٦٦٦٦٦٦٦",
        "۶۶۶۶۶۶۶۶",
        "+٩٦٥ ٦٦٦٦٦٦٦٦",
        " 66666666 ",
        "66666666\xa0",
        "\u200e+965 6666 6666\u200f",
        "\u061c66666666",
    ],
)
def test_one_number_in_many_spellings(cell: Cell) -> None:
    assert phone(cell, None, "965") == Phone("965", "66666666")


def test_a_number_is_written_as_both_calls_want_it() -> None:
    number = Phone("965", "66666666")
    assert (number.digits, str(number)) == ("96566666666", "+965 66666666")


@pytest.mark.parametrize(
    ("cell", "stated", "meant"),
    [
        ("+971501234567", None, Phone("971", "501234567")),
        ("00971 50 123 4567", None, Phone("971", "501234567")),
        ("501234567", "971", Phone("971", "501234567")),
        ("0501234567", "971", Phone("971", "501234567")),
        ("971501234567", "971", Phone("971", "501234567")),
        (971501234567.0, "971", Phone("971", "501234567")),
        ("+966501234567", "966", Phone("966", "501234567")),
        ("+1 (212) 555-2368", None, Phone("1", "2125552368")),
    ],
)
def test_other_countries_by_prefix_or_by_their_column(cell: Cell, stated: str | None, meant: Phone) -> None:
    assert phone(cell, stated, "965") == meant


@pytest.mark.parametrize(
    ("cell", "stated", "code"),
    [
        ("9.65501E+11", None, Code.PHONE_EXPONENT),
        ("9.65501e+10", None, Code.PHONE_EXPONENT),
        (9.65e15, None, Code.PHONE_EXPONENT),
        ("+971501234567", "965", Code.PHONE_COUNTRY),
        ("0096566666666", "971", Code.PHONE_COUNTRY),
        ("971501234567", None, Code.PHONE_IMPLAUSIBLE),
        ("12345", None, Code.PHONE_IMPLAUSIBLE),
        ("666666666", None, Code.PHONE_IMPLAUSIBLE),
        ("06666666", None, Code.PHONE_IMPLAUSIBLE),
        ("+96512345", None, Code.PHONE_IMPLAUSIBLE),
        ("+9651", None, Code.PHONE_UNREADABLE),
        ("+999 66666666", None, Code.PHONE_UNREADABLE),
        ("+", None, Code.PHONE_UNREADABLE),
        ("abc", None, Code.PHONE_UNREADABLE),
        ("6666666O", None, Code.PHONE_UNREADABLE),
        ("66666666 ext 5", None, Code.PHONE_UNREADABLE),
        ("66666666, 55555555", None, Code.PHONE_UNREADABLE),
        ("66666666/55555555", None, Code.PHONE_IMPLAUSIBLE),
        ("-66666666", None, Code.PHONE_UNREADABLE),
        (-66666666.0, None, Code.PHONE_UNREADABLE),
        ("6666666.6", None, Code.PHONE_UNREADABLE),
        (6666666.6, None, Code.NUMBER_FRACTION),
        (float("nan"), None, Code.NUMBER_FRACTION),
        (True, None, Code.PHONE_UNREADABLE),
        # a date without its dashes has eight digits, as a number has
        (dt.date(2026, 12, 31), None, Code.TEXT_IS_DATE),
        (dt.datetime(2026, 12, 31), None, Code.TEXT_IS_DATE),  # noqa: DTZ001
        (dt.time(8, 30), None, Code.TEXT_IS_DATE),
        (Broken("#N/A"), None, Code.CELL_ERROR),
        ("#N/A", None, Code.CELL_ERROR),
        (Broken(), None, Code.FORMULA_EMPTY),
    ],
)
def test_what_is_no_certain_number(cell: Cell, stated: str | None, code: Code) -> None:
    assert code_of(phone(cell, stated, "965")) is code


def test_a_foreign_number_without_plus_is_proposed_with_it() -> None:
    found = phone("971501234567", None, "965")
    assert isinstance(found, Problem)
    assert found.params["proposed"] == "+971501234567"


def test_a_decimal_tail_does_not_become_a_digit_of_a_longer_number() -> None:
    assert phone("+49 30123456.0", None, "965") == Phone("49", "30123456")


def test_a_number_that_two_readings_fit_is_an_issue() -> None:
    found = phone("4944705507", "49", "965")  # +49 44705507, or +49 4944705507: Germany has both
    assert isinstance(found, Problem)
    assert "two ways" in found.params["why"]


def test_of_two_readings_the_one_that_no_operator_has_is_none() -> None:
    assert phone("97123476136", "971", "965") == Phone("971", "23476136")


def test_a_right_length_with_odd_first_digits_is_unusual() -> None:
    assert phone("11111111", None, "965") == Phone("965", "11111111", unusual=True)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u200e"])
def test_an_empty_cell_is_no_number(cell: Cell) -> None:
    assert phone(cell, None, "965") is None
    assert country_code(cell) is None


@pytest.mark.parametrize("cell", ["965", "+965", "00965", 965.0, 965, "965.0", "٩٦٥", " 965 ", "(965)", "+ 965"])
def test_one_country_in_many_spellings(cell: Cell) -> None:
    assert country_code(cell) == "965"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("KW", Code.COUNTRY_CODE_BAD),
        ("999", Code.COUNTRY_CODE_BAD),
        ("0965", Code.COUNTRY_CODE_BAD),
        ("+", Code.COUNTRY_CODE_BAD),
        ("0", Code.COUNTRY_CODE_BAD),
        ("96.5", Code.COUNTRY_CODE_BAD),
        ("-965", Code.COUNTRY_CODE_BAD),
        (-965.0, Code.COUNTRY_CODE_BAD),
        (96.5, Code.NUMBER_FRACTION),
        (True, Code.COUNTRY_CODE_BAD),
        (dt.date(2026, 1, 1), Code.TEXT_IS_DATE),
        (Broken("#REF!"), Code.CELL_ERROR),
    ],
)
def test_what_is_no_country(cell: Cell, code: Code) -> None:
    assert code_of(country_code(cell)) is code


SPELLINGS: list[Callable[[str], Cell]] = [
    str,
    int,
    float,
    lambda n: f"{n}.0",
    lambda n: f"+965{n}",
    lambda n: f"00965{n}",
    lambda n: f"965{n}",
    lambda n: float(f"965{n}"),
    lambda n: f"+965 {n[:4]} {n[4:]}",
    lambda n: f"{n[:4]}-{n[4:]}",
    lambda n: f"(965) {n[:2]} {n[2:5]} {n[5:]}",
    lambda n: f"\u202a+965\u00a0{n}\u202c",
    lambda n: n.translate(ARABIC_INDIC),
    lambda n: f"+٩٦٥{n.translate(ARABIC_INDIC)}",
    lambda n: n.translate(PERSIAN),
]


@given(st.from_regex(r"[1-9][0-9]{7}", fullmatch=True), st.sampled_from(SPELLINGS))
def test_any_kuwaiti_number_reads_back_from_any_spelling(number: str, spell: Callable[[str], Cell]) -> None:
    found = phone(spell(number), None, "965")
    assert isinstance(found, Phone)
    assert (found.country, found.national) == ("965", number)


@given(any_cell, st.sampled_from([None, "965", "971", "1", "39", "800"]))
def test_any_cell_is_a_number_that_the_gateway_takes_or_a_problem_or_empty(cell: Cell, stated: str | None) -> None:
    found = phone(cell, stated, "965")
    if isinstance(found, Phone):
        assert found.national.isascii()
        assert found.national.isdigit()
        assert 8 <= len(found.national) <= 16
        assert found.national[0] != "0"
        assert stated in (None, found.country)
        assert isinstance(cell, (str, int, float))
    else:
        assert found is None or isinstance(found, Problem)


@given(any_cell)
def test_any_cell_is_a_country_or_a_problem_or_empty(cell: Cell) -> None:
    found = country_code(cell)
    assert found is None or isinstance(found, (Problem, str))

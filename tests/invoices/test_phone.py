"""Phone numbers as people type them: one number, or an issue."""

from __future__ import annotations

import datetime as dt

import phonenumbers
import pytest
from any_cell import ARABIC_INDIC, PERSIAN, any_cell, near_numbers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchinvoice.invoices import phone as module
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem
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
        ("+971 (0)50 123 4567", None, Phone("971", "501234567")),
    ],
)
def test_other_countries_by_prefix_or_by_their_column(cell: Cell, stated: str | None, meant: Phone) -> None:
    assert phone(cell, stated, "965") == meant


@pytest.mark.parametrize(
    ("cell", "stated", "code"),
    [
        ("9.65501E+11", None, Code.PHONE_EXPONENT),
        ("9.65501e+10", None, Code.PHONE_EXPONENT),
        ("9.65667E+11", None, Code.PHONE_EXPONENT),
        ("٩.٦٥٦٦٧E+١١", None, Code.PHONE_EXPONENT),
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
        ("20/12/2026", None, Code.TEXT_IS_DATE),
        ("2026-12-31", None, Code.TEXT_IS_DATE),
        ("03.04.2026", None, Code.TEXT_IS_DATE),
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


@pytest.mark.parametrize(
    ("cell", "stated", "meant"),
    [
        ("0 66666666", None, "66666666"),
        ("00 66666666", None, "66666666"),
        ("965 965 66666666", None, "66666666"),
        ("+965 00965 6666 6666", None, "66666666"),
        ("+965 0 66666666", None, "66666666"),
        ("66666666+965", None, "66666666"),
        ("96566666666+", None, "66666666"),
        ("66666666 / 55555555", None, "66666666"),
        ("66666666, 55555555", None, "66666666"),
        ("66666666\n55555555", None, "66666666"),
        ("66666666 أو 55555555", None, "66666666"),
        ("Tel. 66666666", None, "66666666"),
        ('="0096566666666"', None, "66666666"),
        ("6666666O", None, "66666660"),
        ("66,666,666", None, "66666666"),
        ("66666666.00", None, "66666666"),
        ("-66666666", None, "66666666"),
        ("0 971 50 123 4567", "971", "501234567"),
        ("66666666 965+", None, "66666666"),
        ("971501234567", None, "+971501234567"),
        ("971501234567", "965", None),
        ("+1 1 212 555 2368", None, "+12125552368"),
        ("1234567", None, None),
        ("666666666", None, None),
        ("6666666666", None, None),
        ("66666666 / 5", None, None),
        ("+971501234567", "965", None),
        ("9.65667E+11", None, None),
        ("1" * 500, None, None),
    ],
)
def test_what_was_probably_meant_is_proposed(cell: Cell, stated: str | None, meant: str | None) -> None:
    found = phone(cell, stated, "965")
    assert isinstance(found, Problem)
    assert found.params.get("proposed") == meant


def test_a_decimal_tail_does_not_become_a_digit_of_a_longer_number() -> None:
    assert phone("+49 30123456.0", None, "965") == Phone("49", "30123456")


def test_a_number_that_two_readings_fit_is_an_issue() -> None:
    found = phone("4944705507", "49", "965")  # +49 44705507, or +49 4944705507: Germany has both
    assert isinstance(found, Problem)
    assert found.params["why"] == "ambiguous"


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


@pytest.mark.parametrize(("cell", "meant"), [("KW", "965"), ("kw", "965"), ("0965", "965"), ("XX", None), ("²", None)])
def test_a_country_that_was_probably_meant_is_proposed(cell: str, meant: str | None) -> None:
    found = country_code(cell)
    assert isinstance(found, Problem)
    assert found.params.get("proposed") == meant


@st.composite
def spelled(draw: st.DrawFn, number: str) -> Cell:
    """One of the certain ways to write a number of Kuwait."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from([int, float]))(draw(st.sampled_from(["", "965"])) + number)
    code = draw(st.sampled_from(["", "965", "+965", "00965", "(+965)", "(965)", "+ 965"]))
    at = sorted(draw(st.lists(st.integers(1, 7), max_size=3, unique=True)))
    mark = draw(st.sampled_from([" ", "-", "\u00a0", "\u202f", "–"]))
    groups = [number[start:end] for start, end in zip([0, *at], [*at, 8], strict=True)]
    written = mark.join([code, *groups] if code and draw(st.booleans()) else [code + groups[0], *groups[1:]])
    if mark == " " and len(groups) == 1:
        written += draw(st.sampled_from(["", ".0"]))
    before, after = draw(st.sampled_from([("", ""), ("\u200e", "\u200f"), ("\u202a", "\u202c"), (" ", "\u00a0\n")]))
    return before + written.translate(draw(st.sampled_from([{}, ARABIC_INDIC, PERSIAN]))) + after


kuwaiti = st.from_regex(r"[1-9][0-9]{7}", fullmatch=True)


@given(st.data(), kuwaiti, st.sampled_from([None, "965"]))
def test_any_kuwaiti_number_reads_back_from_any_spelling(data: st.DataObject, number: str, stated: str | None) -> None:
    cell = data.draw(spelled(number))
    found = phone(cell, stated, "965")
    if isinstance(found, Problem) and found.code is Code.TEXT_IS_DATE:
        return  # 20-12-2026
    assert isinstance(found, Phone)
    assert (found.country, found.national) == ("965", number)


def _readings(written: str) -> set[str]:
    """Every number with its country that a text can be for somebody in Kuwait: a second reading, from digits alone."""
    found = set()
    for text in (written, written.strip().removesuffix(".0")):
        digits = "".join(str(int(c)) for c in text if c.isdecimal())
        marks = "".join("0" if c.isdecimal() else c for c in text if c.isprintable() and c not in " \u00a0-(")
        if any(c.isalpha() for c in text):
            continue
        if marks.startswith("+"):
            found.add(digits.removeprefix("00"))  # no country's code begins with a nought
        elif digits.startswith("00"):
            found.add(digits[2:])
        else:
            found |= {f"965{d}" for d in (digits, digits.removeprefix("965")) if len(d) == 8 and d[0] != "0"}
    return found


@given(
    st.one_of(
        near_numbers,
        st.from_regex(r"(\+|00)?(965)? ?[-(]?[0-9٠-٩]{3,8}[ /.-]?[0-9]{0,4}(\.0)?", fullmatch=True),
        st.from_regex(r"(\+|00)(20|44|91|971) ?0?[0-9]{8,10}", fullmatch=True),
    )
)
@example("666.6666.0")
@example("96512345")
@example("20/12/2026")
@example("+111000000000")
@example("+003110000000")
def test_a_text_never_reads_as_a_number_that_it_may_not_be(written: str) -> None:
    found = phone(written, None, "965")
    if isinstance(found, Phone):
        # A nought between country and number is dialled only at home.
        whole = {found.digits, f"{found.country}0{found.national}"}
        readings = _readings(written)
        assert readings & whole
        assert {reading for reading in readings if len(reading) == len(found.digits)} <= whole


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


COUNTRIES = sorted(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


@given(st.sampled_from(COUNTRIES), st.from_regex("[0-9]{3,14}", fullmatch=True))
@settings(max_examples=400)
def test_what_is_told_quickly_is_what_the_library_tells(country: str, digits: str) -> None:
    if module._is_plain(digits, country):
        number = phonenumbers.parse(f"+{country}{digits}", None)
        assert phonenumbers.is_valid_number(number)
        assert module._read(digits, None, country) == Phone(country, digits)


@pytest.mark.parametrize("country", ["965", "973", "974", "968"])
def test_the_numbers_of_the_gulf_are_told_quickly(country: str) -> None:
    """Those that no operator has are not among them, be they as likely as they like."""
    [region] = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[int(country)]
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert example is not None
    base = str(example.national_number)
    told = {f"{base[:-2]}{n:02d}" for n in range(100)} | {f"{n:04d}{base[4:]}" for n in range(1000, 9999)}
    for digits in told:
        number = phonenumbers.parse(f"+{country}{digits}", None)
        quick = not digits.startswith(country) and phonenumbers.is_valid_number(number)
        assert module._is_plain(digits, country) is quick


@given(
    st.sampled_from(["965", "971", "966", "1", "44", "39", "800", "7"]),
    st.one_of(st.from_regex(r"[569]?[0-9]{0,17}", fullmatch=True), st.just("")),
)
def test_a_number_of_a_country_is_told_by_its_table_as_by_the_library(country: str, bare: str) -> None:
    assert module._valid_here(country, bare) == module._valid(f"+{country}{bare}")

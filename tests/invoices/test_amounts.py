"""Amounts as people type them: exact, or an issue."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from any_cell import ARABIC_INDIC, PERSIAN, any_cell, near_numbers
from hypothesis import example, given
from hypothesis import strategies as st

from batchinvoice.invoices import amounts
from batchinvoice.invoices.amounts import amount, quantity
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.table import Broken, Cell


@pytest.mark.parametrize(
    "cell",
    [
        "120.500",
        "120.5",
        "+120.5",
        "0120.500",
        120.5,
        "KD 120.500",
        "KD120.5",
        "kwd 120.500",
        "120.500 KD",
        "120.5kwd",
        "120.500 K.D.",
        "120.5 KD.",
        "120.500 K D",
        "120.5 Kuwaiti Dinars",
        "120.5 دنانير",
        "د. ك 120.5",
        "KD\u202f120.500",
        "\u2067١٢٠٫٥٠٠\u2069 د.ك",
        "KD. 120.500",
        "KD.120.500 KD",
        "120.500 د.ك",
        "د.ك. 120.500",
        "120.500 دينار كويتي",
        "١٢٠٫٥٠٠",
        "۱۲۰٫۵۰۰",
        "١٢٠.٥",
        "١٢٠٫٥٠٠ د.ك.\u200f",
        "\u200f120.500",
        " 120.500\xa0",
        "120.500\n",
        "د.ك.120.500",
    ],
)
def test_one_amount_in_many_spellings(cell: Cell) -> None:
    assert amount(cell) == Decimal("120.500")
    assert str(amount(cell)) == "120.500"


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (5, "5.000"),
        (0.1 + 0.2, "0.300"),
        (1e3, "1000.000"),
        (".5", "0.500"),
        ("5.", "5.000"),
        ("1,234.500", "1234.500"),
        ("1,234.5", "1234.500"),
        ("1,234,567", "1234567.000"),
        ("1 234 567", "1234567.000"),
        ("1 234.500", "1234.500"),
        ("١٬٢٣٤", "1234.000"),
        ("1،234.500", "1234.500"),
        ("1\u202f234\u2009567", "1234567.000"),
        ("١٬٢٣٤٫٥٠٠", "1234.500"),
        ("-5", "-5.000"),
        ("−5", "-5.000"),
        (-0.0, "0.000"),
        ("-0.000", "0.000"),
        ("0.000", "0.000"),
        (999_999.999, "999999.999"),
        ("999999999999.999", "999999999999.999"),
    ],
)
def test_what_is_certain(cell: Cell, meant: str) -> None:
    assert str(amount(cell)) == meant


@pytest.mark.parametrize("cell", [None, "", "   ", "\u200f", "\n"])
def test_an_empty_cell_is_no_amount(cell: Cell) -> None:
    assert amount(cell) is None


@pytest.mark.parametrize(
    ("cell", "code", "proposed"),
    [
        (12.3456, Code.AMOUNT_DECIMALS, "12.346"),
        ("12.3456", Code.AMOUNT_DECIMALS, "12.346"),
        (1e-7, Code.AMOUNT_DECIMALS, None),
        ("1,234.5678", Code.AMOUNT_DECIMALS, "1234.568"),
        ("1,234", Code.AMOUNT_AMBIGUOUS, "1234.000"),
        ("1 234", Code.AMOUNT_AMBIGUOUS, "1234.000"),
        ("12,5", Code.AMOUNT_AMBIGUOUS, "12.500"),
        ("0,500", Code.AMOUNT_AMBIGUOUS, "0.500"),
        ("1234,567", Code.AMOUNT_AMBIGUOUS, "1234.567"),
        ("KD 1,234", Code.AMOUNT_AMBIGUOUS, "1234.000"),
        ("120،500", Code.AMOUNT_AMBIGUOUS, "120.500"),
        ("0 500", Code.AMOUNT_AMBIGUOUS, "0.500"),
        ("1 234,500", Code.AMOUNT_AMBIGUOUS, "1234.500"),
        ("1.234.567", Code.AMOUNT_UNREADABLE, "1234567.000"),
        ("1.234,500", Code.AMOUNT_UNREADABLE, "1234.500"),
        ("5,", Code.AMOUNT_UNREADABLE, "5.000"),
        ("120.500.", Code.AMOUNT_UNREADABLE, "120.500"),
        ("12O.5OO", Code.AMOUNT_UNREADABLE, "120.500"),
        ("KD120/500", Code.AMOUNT_UNREADABLE, "120.500"),
        ("KD 120/-", Code.AMOUNT_UNREADABLE, "120.000"),
        ("500 fils", Code.AMOUNT_UNREADABLE, "0.500"),
        ("٥٠ فلس", Code.AMOUNT_UNREADABLE, "0.050"),
    ],
)
def test_never_rounded_and_never_guessed(cell: Cell, code: Code, proposed: str | None) -> None:
    found = amount(cell)
    assert isinstance(found, Problem)
    assert (found.code, found.params.get("proposed")) == (code, proposed)


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "abc",
            "5 USD",
            "$5",
            "1e5",
            "5-",
            "(5.000)",
            "5.0.0",
            "1,23,456",
            "1,2345",
        ),
        # the point may end the abbreviation or begin the fils
        *("KD.500", "K.D.500", "دك.500", "د.ك.500"),
        # a space, or a group, after a nought separates no thousands
        *("0,500,000", "0,500.000", "1,234 567", "5 5", "--5", "KD", ".", "1" * 50, "²", "½"),
        *(float("nan"), float("inf"), -float("inf"), 1e15, 123456789012345.6, 10**13, 10**400, "1000000000000"),
        *(True, False, dt.date(2026, 5, 1), dt.datetime(2026, 5, 1, 12), dt.time(1, 2), dt.timedelta(1)),  # noqa: DTZ001
    ],
)
def test_what_is_no_amount(cell: Cell) -> None:
    found = amount(cell)
    assert isinstance(found, Problem)
    assert found.code is Code.AMOUNT_UNREADABLE
    assert found.params["value"]
    assert "proposed" not in found.params


@pytest.mark.parametrize(
    ("cell", "code"),
    [(Broken("#REF!"), Code.CELL_ERROR), ("#N/A", Code.CELL_ERROR), (Broken(), Code.FORMULA_EMPTY)],
)
def test_a_broken_cell_is_never_an_empty_one(cell: Cell, code: Code) -> None:
    found = amount(cell)
    assert isinstance(found, Problem)
    assert found.code is code


@pytest.mark.parametrize(
    ("cell", "mark", "meant"),
    [
        ("1,234", ".", "1234.000"),
        ("1 234", ".", "1234.000"),
        ("١،٢٣٤", ".", "1234.000"),
        ("120.500", ".", "120.500"),
        ("1,234", ",", "1.234"),
        ("12,5", ",", "12.500"),
        ("1.234", ",", "1234.000"),
        ("1.234.567", ",", "1234567.000"),
        ("1.234,567 KD", ",", "1234.567"),
        ("1 234,5", ",", "1234.500"),
        ("1٬234٫5", ",", "1234.500"),
        ("120,500", ",", "120.500"),
    ],
)
def test_a_declared_mark_makes_it_certain(cell: str, mark: str, meant: str) -> None:
    assert str(amount(cell, mark)) == meant


@pytest.mark.parametrize(
    ("cell", "mark", "proposed"),
    [
        ("12,5", ".", "12.500"),
        ("0,500", ".", "0.500"),
        ("1.234,567", ".", "1234.567"),
        ("12.5", ",", "12,500"),
        ("1,234.500", ",", "1234,500"),
        ("1,234,567", ",", "1234567,000"),
        ("500 fils", ",", "0,500"),
    ],
)
def test_what_cannot_be_with_the_declared_mark_is_an_issue_that_speaks_in_it(
    cell: str, mark: str, proposed: str
) -> None:
    found = amount(cell, mark)
    assert isinstance(found, Problem)
    assert (found.code, found.params["proposed"]) == (Code.AMOUNT_UNREADABLE, proposed)
    assert found.params["example"] == f"120{mark}500"


@pytest.mark.parametrize("mark", [None, ".", ","])
def test_a_number_cell_has_no_mark(mark: str | None) -> None:
    assert amount(1.234, mark) == Decimal("1.234")
    assert amount(1234.0, mark) == Decimal(1234)


class TestQuantity:
    @pytest.mark.parametrize(
        ("cell", "meant"), [("2", 2), (2.0, 2), ("٣", 3), ("007", 7), ("2.0", 2), ("999999999", 999_999_999)]
    )
    def test_a_quantity(self, cell: Cell, meant: int) -> None:
        assert quantity(cell) == meant

    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            *((cell, None) for cell in (0, "0", "0 pcs", -1.0, 1.5, "1.5", "two", "2.000", "1" * 10, "²", True)),
            *((cell, "2") for cell in ("2 pcs", "2x", "2.00", "٢ قطعة")),
            (dt.date(2026, 1, 1), None),
        ],
    )
    def test_what_is_no_quantity(self, cell: Cell, meant: str | None) -> None:
        found = quantity(cell)
        assert isinstance(found, Problem)
        assert (found.code, found.params.get("proposed")) == (Code.QUANTITY_BAD, meant)

    def test_a_quantity_that_is_broken_or_empty(self) -> None:
        found = quantity(Broken("#REF!"))
        assert isinstance(found, Problem)
        assert found.code is Code.CELL_ERROR
        assert quantity(None) is None


_amounts = st.decimals(min_value=0, max_value=Decimal("999999999.999"), places=3)
_CURRENCIES = ["KD", "kwd", "K.D.", "K.D", "د.ك", "د.ك.", "دينار", "دينار كويتي"]
_SPACES = ["", " ", "\u00a0", "\u202f", "\u2009"]


@st.composite
def spelled(draw: st.DrawFn, value: Decimal, decimal_mark: str | None) -> Cell:
    """One of the certain ways to write an amount where this decimal mark is declared, or none is."""
    decimals = draw(st.integers(0 if value == int(value) else len(str(value).rstrip("0").partition(".")[2]), 3))
    usual = (",", ".") if decimal_mark == "," else (".", ",")
    point, thousands = draw(st.sampled_from([usual, (usual[0], ""), ("٫", "٬"), (usual[0], "٬")]))
    if thousands in ",." and draw(st.booleans()):
        thousands = draw(st.sampled_from(_SPACES))
    whole, _, fils = f"{value:,.{decimals}f}".partition(".")
    if decimal_mark is None and not fils and whole.count(",") == 1 and thousands != "٬":
        thousands = ""  # one group alone is not certain
    written = whole.replace(",", thousands) + (point + fils if fils else "")
    written = written.translate(draw(st.sampled_from([{}, ARABIC_INDIC, PERSIAN])))
    word, space = draw(st.sampled_from(["", *_CURRENCIES])), draw(st.sampled_from(_SPACES))
    if word and draw(st.booleans()):
        written = f"{word}{space or ' ' * word.endswith('.')}{written}"
    else:
        written = f"{written}{space}{word}"
    before, after = draw(st.sampled_from([("", ""), ("\u200f", "\u200e"), ("\u2067", "\u2069"), (" ", "\u00a0\n")]))
    return before + written + after


@given(st.data(), _amounts, st.sampled_from([None, ".", ","]))
def test_any_amount_reads_back_from_any_certain_spelling(
    data: st.DataObject, value: Decimal, decimal_mark: str | None
) -> None:
    cell = data.draw(spelled(value, decimal_mark))
    assert amount(cell, decimal_mark) == value, cell
    assert money(value) == str(amount(cell, decimal_mark))


@given(_amounts)
def test_any_amount_reads_back_from_a_number_cell(value: Decimal) -> None:
    assert amount(float(value)) == value


@given(st.lists(_amounts.filter(lambda d: d < 10_000), min_size=2, max_size=20))
def test_a_sum_that_excel_worked_out_is_read_to_the_fils(values: list[Decimal]) -> None:
    assert amount(sum(float(value) for value in values)) == sum(values)


def _readings(written: str, marks: str = ".٫, ") -> set[Fraction]:
    """All that a written amount could mean with these decimal marks: a second reading, which prefers none."""
    plain = written.translate(
        {ord(a): d for script in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for a, d in zip(script, "0123456789", strict=True)}
    )
    plain = "".join(c for c in plain.replace("−", "-").replace("،", ",").casefold() if c not in "\u200f\u061c")
    plain = plain.replace("\u00a0", " ").strip()
    bodies = {plain}
    for word in ("kwd", "kd", "k.d", "دك", "د.ك", "دينار"):
        for end in (word, word + "."):
            bodies |= {body.removeprefix(end).strip() for body in list(bodies) if body.startswith(end)}
            bodies |= {body.removesuffix(end).strip() for body in list(bodies) if body.endswith(end)}
    return {value for body in bodies for mark in marks for value in _numbers(body, mark, marks)}


def _numbers(body: str, decimal_mark: str, marks: str) -> set[Fraction]:
    sign = -1 if body[:1] == "-" else 1
    whole, found, fils = body.lstrip("+-").partition(decimal_mark) if body[:2].strip("+-") else ("", "", "")
    if len(body) - len(body.lstrip("+-")) > 1 or (fils and not (fils.isascii() and fils.isdigit())):
        return set()
    if found and decimal_mark == " " and len(fils) != 3:
        return set()
    values = set()
    for thousands in ".٬ " if "," in marks and "." not in marks else ",٬ ":
        groups = whole.split(thousands)
        grouped = len(groups) == 1 or (0 < len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
        digits = "".join(groups)
        if thousands != decimal_mark and grouped and (digits + fils).isdigit() and (digits + fils).isascii():
            values.add(sign * Fraction(f"{digits or 0}.{fils or 0}"))
    return values


def test_the_second_reading_sees_what_is_doubtful() -> None:
    assert _readings("1,234") == {Fraction(1234), Fraction("1.234")}
    assert _readings("KD.500") == {Fraction(500), Fraction("0.5")}
    assert _readings("0 500") == {Fraction(500), Fraction("0.5")}
    assert _readings("1,234.500 KD") == {Fraction("1234.5")}
    assert _readings("1.2.3") == set()


@given(
    st.one_of(
        near_numbers, st.from_regex(r"(?:KD\.?|د\.ك\.?)? ?[0-9]{1,3}[., ٬][0-9]{1,3}(?:[., ][0-9]{3})?", fullmatch=True)
    )
)
@example("KD.500")
@example("0 500")
@example("0,500,000")
def test_a_text_never_reads_as_an_amount_that_it_may_not_be(written: str) -> None:
    found = amount(written)
    if isinstance(found, Decimal):
        assert _readings(written) == {Fraction(found)}
    for mark in ".,":
        declared = amount(written, mark)
        if isinstance(declared, Decimal):
            assert _readings(written, mark + "٫") == {Fraction(declared)}


@given(st.one_of(st.floats(-1e13, 1e13), st.decimals(0, 10**7, places=4).map(float)))
def test_a_number_never_reads_as_another_number(cell: float) -> None:
    found = amount(cell)
    if isinstance(found, Decimal):
        assert abs(Fraction(cell) - Fraction(found)) <= abs(Fraction(cell)) / 10**14


@given(any_cell)
def test_any_cell_is_an_amount_of_whole_fils_or_a_problem_or_empty(cell: Cell) -> None:
    found = amount(cell)
    if isinstance(found, Decimal):
        assert found.as_tuple().exponent == -3
    else:
        assert found is None or isinstance(found, Problem)


@given(near_numbers | st.text("0123oOlI.,٫ KDkd/-x", max_size=12), st.sampled_from([None, ".", ","]))
@example("1O.500", None)
@example("1O,5 x", None)
@example("12.500 KD.", None)
@example("٬5", None)
def test_a_text_of_other_signs_than_an_amount_has_is_told_as_any_other(written: str, mark: str | None) -> None:
    told = amount(written, mark)
    quick = amounts._FIGURES
    amounts._FIGURES = re.compile(r"[\s\S]*")
    try:
        assert told == amount(written, mark)
    finally:
        amounts._FIGURES = quick


@given(st.one_of(st.floats(0, 1e13), st.decimals(0, 10**7, places=4).map(float), st.integers(0, 10**13).map(float)))
def test_an_ordinary_number_is_told_as_any_other(cell: float) -> None:
    told = amount(cell)
    amounts._plain, quick = lambda _: None, amounts._plain  # type: ignore[assignment]
    try:
        assert told == amount(cell)
        assert repr(told) == repr(amount(cell))
    finally:
        amounts._plain = quick

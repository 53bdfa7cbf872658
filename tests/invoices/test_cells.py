"""Text and references as people type them: certain, or an issue; and that no cell breaks any reader."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

import pytest
from any_cell import ERRORS, any_cell
from hypothesis import example, given
from hypothesis import strategies as st

from batchinvoice.invoices import cells, choices
from batchinvoice.invoices.addresses import email
from batchinvoice.invoices.amounts import amount, quantity
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.dates import date, declared_order
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.phone import country_code, phone
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.invoices.table import Broken, Cell

# A workbook's dates know no zone.
NEW_YEARS_EVE, LATE = dt.datetime(2026, 12, 31), dt.datetime(2026, 12, 31, 23, 59)  # noqa: DTZ001


def code_of(found: object) -> Code | None:
    return found.code if isinstance(found, Problem) else None


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        (None, ""),
        (66666666.0, "66666666"),
        (1001, "1001"),
        (-5.0, "-5"),
        (12.5, "12.5"),
        (0.1 + 0.2, "0.3"),
        (1e21, "1e+21"),
        (10**400, "1.00000000000000e+400"),
        (float("nan"), "nan"),
        (True, "TRUE"),
        (False, "FALSE"),
        (NEW_YEARS_EVE, "2026-12-31"),
        (LATE, "2026-12-31 23:59:00"),
        (dt.date(2026, 12, 31), "2026-12-31"),
        (Broken("#REF!"), "#REF!"),
        (Broken(), ""),
        ("as it is ", "as it is "),
    ],
)
def test_a_cell_is_shown_as_a_person_sees_it(cell: Cell, seen: str) -> None:
    assert cells.shown(cell) == seen


class TestText:
    @pytest.mark.parametrize("name", ["فاطمة الصباح", "O'Brien & Sons, W.L.L.", "=SUM(A1)", "José", "می‌خواهم", "123"])
    def test_a_name_is_taken_as_it_is(self, name: str) -> None:
        assert cells.text(name) == name

    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            ("\u200fفاطمة\u200e ", "فاطمة"),
            ("Blue\u00adDhow\ufeff", "BlueDhow"),
            ("two\nlines", "two lines"),
            ("two \r\n\t lines\n", "two lines"),
            ("line\u2028separator", "line separator"),
            ("two  spaces", "two  spaces"),
            ("no\u2060break", "nobreak"),
            ("a\tb\x00c", "a b c"),
            (12.0, "12"),
            (True, "TRUE"),
        ],
    )
    def test_what_cannot_be_seen_is_dropped(self, cell: Cell, meant: str) -> None:
        assert cells.text(cell) == meant

    @pytest.mark.parametrize("cell", [None, "", " \n\t", "\u200f\u202c"])
    def test_empty(self, cell: Cell) -> None:
        assert cells.text(cell) is None

    @pytest.mark.parametrize("cell", [NEW_YEARS_EVE, dt.date(2026, 1, 5), dt.time(8, 30), dt.timedelta(hours=30)])
    def test_what_excel_turned_into_a_date_or_time_is_not_what_was_typed(self, cell: Cell) -> None:
        assert code_of(cells.text(cell)) is Code.TEXT_IS_DATE

    @pytest.mark.parametrize("error", [*ERRORS, "#SPILL!", "#FIELD!", "#GETTING_DATA", "Err:502"])
    def test_an_error_is_no_name_even_where_the_format_keeps_it_as_text(self, error: str) -> None:
        assert code_of(cells.text(error)) is Code.CELL_ERROR
        assert code_of(cells.text(Broken(error))) is Code.CELL_ERROR

    def test_a_formula_without_a_stored_result(self) -> None:
        assert code_of(cells.text(Broken())) is Code.FORMULA_EMPTY


class TestIdentifier:
    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            ("INV-1", "INV-1"),
            ("00042", "00042"),
            (" INV 1 ", "INV 1"),
            (1001.0, "1001"),
            (1001, "1001"),
            (999_999_999_999_999.0, "999999999999999"),
            ("١٠٠١", "1001"),
            ("ف-۱۲", "ف-12"),
            ("1234567890123456", "1234567890123456"),
            ("12E5", "12E5"),
            ("1E10", "1E10"),
            ("1.5E3", "1.5E3"),
            ("v1.0", "v1.0"),
            ("1001.00", "1001.00"),
            ("INV\n1", "INV 1"),
            ("INV\u202f1", "INV 1"),
        ],
    )
    def test_a_reference_is_text_to_the_letter(self, cell: Cell, meant: str) -> None:
        assert cells.identifier(cell) == meant

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            (1e15, Code.NUMBER_LOSSY),
            (1234567890123456.0, Code.NUMBER_LOSSY),
            (10**400, Code.NUMBER_LOSSY),
            ("1.23457E+15", Code.NUMBER_LOSSY),
            ("1,23457e+15", Code.NUMBER_LOSSY),
            ("1E+10", Code.NUMBER_LOSSY),
            ("1.0E+10", Code.NUMBER_LOSSY),
            ("1.23457E15", Code.NUMBER_LOSSY),
            ("1001.0", Code.NUMBER_FRACTION),
            (1001.5, Code.NUMBER_FRACTION),
            (float("nan"), Code.NUMBER_FRACTION),
            (float("inf"), Code.NUMBER_FRACTION),
            (NEW_YEARS_EVE, Code.TEXT_IS_DATE),
            (dt.time(8, 30), Code.TEXT_IS_DATE),
            ("#REF!", Code.CELL_ERROR),
        ],
    )
    def test_what_excel_has_spoilt(self, cell: Cell, code: Code) -> None:
        assert code_of(cells.identifier(cell)) is code

    def test_a_reference_that_a_program_gave_a_decimal_is_proposed_without_it(self) -> None:
        found = cells.identifier("1001.0")
        assert isinstance(found, Problem)
        assert found.params["proposed"] == "1001"
        assert cells.code("842217.0") == "842217"

    @pytest.mark.parametrize(
        ("cell", "meant"), [("12887", "12887"), (12887.0, "12887"), ("١٢٨٨٧", "12887"), ("12887.0", "12887")]
    )
    def test_an_invoice_id(self, cell: Cell, meant: str) -> None:
        assert cells.invoice_id(cell) == meant

    @pytest.mark.parametrize("cell", ["INV-1", "0", "012", "-1", -1.0, "12.00", "1 2", "²", True])
    def test_what_is_no_invoice_id(self, cell: Cell) -> None:
        assert code_of(cells.invoice_id(cell)) is Code.INVOICE_ID_BAD


READERS: list[Callable[[Cell], object]] = [
    cells.text,
    cells.typed,
    cells.identifier,
    cells.code,
    cells.invoice_id,
    email,
    quantity,
    country_code,
    *(lambda cell, mark=mark: amount(cell, mark) for mark in (None, ".", ",")),
    *(lambda cell, order=order: date(cell, order) for order in (None, *DateOrder)),
    lambda cell: date(cell, serial=False),
    *(lambda cell, country=country: phone(cell, country, "965") for country in (None, "965", "971", "49")),
    choices.delivery,
    choices.language,
    choices.subscription,
    choices.invoice_type,
    choices.invoice_sub_type,
    choices.currency,
    lambda cell: choices.payment_types(cell, (1,)),
]


@given(any_cell)
@example("²")
@example(10**400)
@example("66666666 / 55555555")
@example("+1 204 4")
@example(79_000_000_000)
def test_no_cell_whatever_breaks_a_reader_and_what_it_proposes_it_reads(cell: Cell) -> None:
    assert isinstance(cells.shown(cell), str)
    assert declared_order(cells.shown(cell)) in (None, *DateOrder)
    for reader in READERS:
        found = reader(cell)
        if isinstance(found, Problem):
            proposed = found.params.get("proposed")
            assert proposed is None or not isinstance(reader(proposed), (Problem, type(None))), (reader, proposed)
        else:
            assert found != ""


@given(st.one_of(any_cell, st.text(alphabet=" #Err:502!A1é\u00a0\u200f\t\n٣.+", max_size=8)))
@example("Err:502")
@example("#REF!")
@example(" a ")
@example("a  b")
def test_ordinary_text_is_told_as_any_other(cell: Cell) -> None:
    told = cells.text(cell), cells.typed(cell)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "_PLAIN", re.compile("(?!)"))
        assert told == (cells.text(cell), cells.typed(cell))


@given(st.text(alphabet=" AB1é\u0301٣", max_size=8))
def test_spaces_and_letters_are_made_one_where_they_are_not(written: str) -> None:
    plain = cells.text(written)
    if isinstance(plain, str):
        one = re.sub(r"\s+", " ", unicodedata.normalize("NFC", cells.ascii_digits(plain)))
        assert cells.typed(written) == one


@given(
    st.text(alphabet="aE1.0+-/ #:e\u0661", max_size=8)
    | st.from_regex(r"[0-9]{1,9}([.,][0-9]+)?(E\+?[0-9]+)?")
    | any_cell
)
@example("Err:502")
@example("1001.0")
@example("1E+15")
@example("12\n")
def test_a_plain_reference_is_told_as_any_other(cell: Cell) -> None:
    told = cells.identifier(cell)
    plain, cells._PLAIN_REFERENCE = cells._PLAIN_REFERENCE, re.compile("(?!)")
    try:
        assert cells.identifier(cell) == told
    finally:
        cells._PLAIN_REFERENCE = plain

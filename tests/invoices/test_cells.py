"""Text, references, dates and choices as people type them: certain, or an issue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from any_cell import ARABIC_INDIC, ERRORS, PERSIAN, any_cell
from hypothesis import example, given
from hypothesis import strategies as st

from batchinvoice.invoices import cells
from batchinvoice.invoices.columns import PAYMENT_TYPES
from batchinvoice.invoices.issue import Code, Problem
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

    @pytest.mark.parametrize("error", ERRORS)
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
            ("1001.0", "1001.0"),
            ("1234567890123456", "1234567890123456"),
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

    @pytest.mark.parametrize(("cell", "meant"), [("12887", "12887"), (12887.0, "12887"), ("١٢٨٨٧", "12887")])
    def test_an_invoice_id(self, cell: Cell, meant: str) -> None:
        assert cells.invoice_id(cell) == meant

    @pytest.mark.parametrize("cell", ["INV-1", "0", "012", "-1", -1.0, "12.0", "1 2", "²", True])
    def test_what_is_no_invoice_id(self, cell: Cell) -> None:
        assert code_of(cells.invoice_id(cell)) is Code.INVOICE_ID_BAD


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        [
            "2026-12-31",
            "2026/12/31",
            "2026.12.31",
            "2026-12-31 00:00:00",
            "2026-12-31T00:00:00.000",
            "31/12/2026",
            "31-12-2026",
            "31.12.2026",
            "12/31/2026",
            "31 Dec 2026",
            "31-Dec-2026",
            "31 December 2026",
            "Dec 31, 2026",
            "December 31 2026",
            "31 DEC 2026",
            "٢٠٢٦-١٢-٣١",
            "٣١/١٢/٢٠٢٦",
            "۲۰۲۶/۱۲/۳۱",
            "\u200f31/12/2026",
            NEW_YEARS_EVE,
            LATE,
            dt.date(2026, 12, 31),
        ],
    )
    def test_one_day_in_many_spellings(self, cell: Cell) -> None:
        found = cells.date(cell)
        assert found == dt.date(2026, 12, 31)
        assert not isinstance(found, dt.datetime)

    def test_a_day_and_month_that_are_the_same_are_certain(self) -> None:
        assert cells.date("5/5/2030") == dt.date(2030, 5, 5)

    @pytest.mark.parametrize("cell", ["03/04/2030", "3-4-2030", "٣/٤/٢٠٣٠", "03.04.2030"])
    def test_a_day_and_month_that_could_be_either_are_an_issue(self, cell: str) -> None:
        found = cells.date(cell)
        assert isinstance(found, Problem)
        assert found.code is Code.DATE_AMBIGUOUS
        assert (found.params["first"], found.params["second"]) == ("2030-04-03", "2030-03-04")

    @pytest.mark.parametrize(
        "cell",
        [
            "tomorrow",
            "31/12/26",
            "2026-13-31",
            "31/11/2026",
            "30 Feb 2026",
            "30 Junk 2026",
            "31 Marble 2026",
            "²/1/2026",
            "2026-12",
            "1/1",
            "20261231",
            "2026-12-31 23:59",
            46387.0,
            46387,
            True,
            dt.time(1),
            dt.timedelta(1),
            float("nan"),
        ],
    )
    def test_what_is_no_certain_day(self, cell: Cell) -> None:
        assert code_of(cells.date(cell)) is Code.DATE_UNREADABLE

    def test_empty_and_broken(self) -> None:
        assert cells.date(" ") is None
        assert code_of(cells.date(Broken("#VALUE!"))) is Code.CELL_ERROR
        assert code_of(cells.date(Broken())) is Code.FORMULA_EMPTY


MONTHS = "January February March April May June July August September October November December"
SPELLINGS: list[Callable[[dt.date], Cell]] = [
    lambda d: d,
    lambda d: dt.datetime(d.year, d.month, d.day),  # noqa: DTZ001
    dt.date.isoformat,
    lambda d: f"{d.year:04}/{d.month}/{d.day}",
    lambda d: f"{d.year:04}.{d.month:02}.{d.day:02} 00:00",
    lambda d: f"{d.day} {MONTHS.split()[d.month - 1]} {d.year:04}",
    lambda d: f"{d.day:02}-{MONTHS.split()[d.month - 1][:3]}-{d.year:04}",
    lambda d: f"{MONTHS.split()[d.month - 1]} {d.day}, {d.year:04}",
    lambda d: d.isoformat().translate(ARABIC_INDIC),
    lambda d: d.isoformat().translate(PERSIAN),
]


@given(st.dates(), st.sampled_from(SPELLINGS))
def test_any_day_reads_back_from_any_certain_spelling(day: dt.date, spell: Callable[[dt.date], Cell]) -> None:
    assert cells.date(spell(day)) == day


@given(st.dates(), st.sampled_from(["/", "-", "."]), st.booleans())
def test_a_day_in_figures_is_itself_or_both_readings(day: dt.date, mark: str, day_first: bool) -> None:
    figures = (day.day, day.month) if day_first else (day.month, day.day)
    found = cells.date(f"{figures[0]}{mark}{figures[1]}{mark}{day.year:04}")
    if isinstance(found, Problem):
        assert day.isoformat() in (found.params["first"], found.params["second"])
        assert found.params["first"] != found.params["second"]
    else:
        assert found == day


class TestPaymentTypes:
    @pytest.mark.parametrize(
        "cell",
        [
            "1,2",
            "1, 2",
            "1;2",
            "1+2",
            "[1,2]",
            '["1","2"]',
            "KNET,MPGS",
            "knet, mpgs",
            "Knet + 2",
            "١،٢",
            "1,,2,",
            "1,2,1",
        ],
    )
    def test_one_set_in_many_spellings(self, cell: str) -> None:
        assert cells.payment_types(cell, ()) == (1, 2)

    @pytest.mark.parametrize(("number", "name"), PAYMENT_TYPES.items())
    def test_every_method_by_number_and_name(self, number: int, name: str) -> None:
        for cell in (number, float(number), str(number), name, name.upper(), f" {name.lower()} "):
            assert cells.payment_types(cell, ()) == (number,)

    @pytest.mark.parametrize("cell", [None, "", "  "])
    def test_empty_means_the_default(self, cell: Cell) -> None:
        assert cells.payment_types(cell, (1, 9)) == (1, 9)

    @pytest.mark.parametrize(
        ("cell", "named"),
        [
            ("KNET, PayPenny", "PayPenny"),
            ("3", "3"),
            ("1,99", "99"),
            ("²", "²"),
            ("①", "①"),
            (",", ","),
            ("1.2", "1.2"),
            (1.2, "1.2"),
            (-1.0, "-1"),
            ("KNET MPGS", "KNET MPGS"),
            (True, "TRUE"),
            ("[]", "[]"),
            ("00001", "00001"),
        ],
    )
    def test_the_one_that_is_not_known_is_named(self, cell: Cell, named: str) -> None:
        found = cells.payment_types(cell, ())
        assert isinstance(found, Problem)
        assert found.code is Code.PAYMENT_METHOD_UNKNOWN
        assert found.params["value"] == named
        assert "16 Google Pay" in found.params["choices"]


class TestTheRest:
    @pytest.mark.parametrize(
        ("cell", "meant"), [("a@example.com", "a@example.com"), (" A@EXAMPLE.com ", "A@example.com")]
    )
    def test_an_address(self, cell: Cell, meant: str) -> None:
        assert cells.email(cell) == meant

    @pytest.mark.parametrize(
        "cell", ["a@b", "a b@example.com", "a@example.com; b@example.com", "Noura <a@example.com>", 5]
    )
    def test_what_is_not_one_address(self, cell: Cell) -> None:
        assert code_of(cells.email(cell)) is Code.EMAIL_BAD

    @pytest.mark.parametrize(("cell", "meant"), [("2", 2), (2.0, 2), ("٣", 3), ("007", 7), ("999999999", 999_999_999)])
    def test_a_quantity(self, cell: Cell, meant: int) -> None:
        assert cells.quantity(cell) == meant

    @pytest.mark.parametrize(
        "cell", [0, "0", -1.0, 1.5, "1.5", "two", "2.000", "1" * 10, "²", True, dt.date(2026, 1, 1)]
    )
    def test_what_is_no_quantity(self, cell: Cell) -> None:
        assert code_of(cells.quantity(cell)) is Code.QUANTITY_BAD

    def test_a_quantity_that_is_broken(self) -> None:
        assert code_of(cells.quantity(Broken("#REF!"))) is Code.CELL_ERROR
        assert cells.quantity(None) is None


READERS: list[Callable[[Cell], object]] = [
    cells.shown,
    cells.text,
    cells.identifier,
    cells.invoice_id,
    cells.email,
    cells.quantity,
    cells.date,
    lambda cell: cells.payment_types(cell, (1,)),
]


@given(any_cell)
@example("²")
@example(10**400)
def test_no_cell_whatever_breaks_a_reader(cell: Cell) -> None:
    for reader in READERS:
        found = reader(cell)
        if isinstance(found, str):
            assert found or cell in ("", None) or isinstance(cell, Broken)

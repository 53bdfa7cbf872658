"""Dates as people type them: one day, or an issue."""

from __future__ import annotations

import datetime as dt
import re
from itertools import permutations

import pytest
from any_cell import ARABIC_INDIC, PERSIAN
from hypothesis import example, given
from hypothesis import strategies as st

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.dates import date, declared_order
from batchinvoice.invoices.issue import Problem
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.invoices.table import Broken, Cell

# A workbook's dates know no zone.
NEW_YEARS_EVE, LATE = dt.datetime(2026, 12, 31), dt.datetime(2026, 12, 31, 23, 59)  # noqa: DTZ001
DMY, MDY = DateOrder


def code_of(found: object) -> Code | None:
    return found.code if isinstance(found, Problem) else None


def proposed(found: object) -> str | None:
    assert isinstance(found, Problem)
    return found.params.get("proposed")


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
            "31st Dec 2026",
            "31. December 2026",
            "2026-Dec-31",
            "Thursday, 31 December 2026",
            "Thursday, December 31, 2026",
            "Thu 31/12/2026",
            "31 ديسمبر 2026",
            "٣١ ديسمبر، ٢٠٢٦",
            "الخميس، 31 ديسمبر 2026",
            "يوم الخميس ٣١ ديسمبر ٢٠٢٦ م",
            "31 كانون الأول 2026",
            "31 كانون الاول 2026",
            "31/12/2026م",
            "31\u202f/\u00a012 / 2026",
            "20261231",
            "٢٠٢٦١٢٣١",
            20261231,
            20261231.0,
            "31–12–2026",
            "31\\12\\2026",
            "٣١؍١٢؍٢٠٢٦",
            "31/12/2026 00:00",
            "12/31/2026 12:00:00 AM",
            46387.0,
            46387,
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
        found = date(cell)
        assert found == dt.date(2026, 12, 31)
        assert not isinstance(found, dt.datetime)

    def test_a_day_and_month_that_are_the_same_are_certain(self) -> None:
        assert date("5/5/2030") == dt.date(2030, 5, 5)

    @pytest.mark.parametrize("cell", ["03/04/2030", "3-4-2030", "٣/٤/٢٠٣٠", "03.04.2030"])
    def test_a_day_and_month_that_could_be_either_are_an_issue(self, cell: str) -> None:
        found = date(cell)
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
            "20261331",
            "20263112",
            "2026-12-31 23:59",
            "Friday 31 December 2026",
            20261331,
            46387000,
            31.0,
            2026,
            "2026",
            "15/06/1448",
            "1448-06-15",
            "١٥ رمضان ١٤٤٨",
            dt.date(1448, 6, 15),
            "13/25/2026",
            True,
            dt.time(1),
            dt.timedelta(1),
            float("nan"),
        ],
    )
    def test_what_is_no_certain_day(self, cell: Cell) -> None:
        assert code_of(date(cell)) is Code.DATE_UNREADABLE

    def test_empty_and_broken(self) -> None:
        assert date(" ") is None
        assert code_of(date(Broken("#VALUE!"))) is Code.CELL_ERROR
        assert code_of(date(Broken())) is Code.FORMULA_EMPTY


class TestDeclaredOrder:
    @pytest.mark.parametrize("cell", ["3/4/2030", "٣/٤/٢٠٣٠", "03.04.2030", "3 - 4 - 2030"])
    def test_a_declared_order_makes_it_certain(self, cell: str) -> None:
        assert date(cell, DMY) == dt.date(2030, 4, 3)
        assert date(cell, MDY) == dt.date(2030, 3, 4)

    @pytest.mark.parametrize(("cell", "order"), [("12/31/2026", DMY), ("31/12/2026", MDY)])
    def test_what_cannot_be_in_the_declared_order_is_proposed_the_other_way(self, cell: str, order: DateOrder) -> None:
        found = date(cell, order)
        assert (code_of(found), proposed(found)) == (Code.DATE_UNREADABLE, "2026-12-31")

    @pytest.mark.parametrize("cell", ["2026-12-31", "31 Dec 2026", 46387.0, NEW_YEARS_EVE])
    def test_what_has_no_order_is_read_under_any(self, cell: Cell) -> None:
        assert date(cell, DMY) == date(cell, MDY) == dt.date(2026, 12, 31)

    @pytest.mark.parametrize(
        ("heading", "order"),
        [
            ("Expiry Date (dd/mm/yyyy)", DMY),
            ("Expiry [d/m/y]", DMY),
            ("DD-MM-YYYY", DMY),
            ("Expiry (dd.mm.yy)", DMY),
            ("Date (mm/dd/yyyy)", MDY),
            ("Due M/D/Y", MDY),
            ("تاريخ الانتهاء (يوم/شهر/سنة)", DMY),
            ("تاريخ الانتهاء (اليوم / الشهر / السنة)", DMY),
            ("التاريخ (شهر/يوم/سنة)", MDY),
            ("Expiry Date", None),
            ("Expiry (yyyy-mm-dd)", None),
            ("dd/mm/yyyy or mm/dd/yyyy", None),
            ("", None),
        ],
    )
    def test_a_heading_may_declare_it(self, heading: str, order: DateOrder | None) -> None:
        assert declared_order(heading) is order


class TestProposals:
    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            ("31/12/26", "2026-12-31"),
            ("31-Dec-26", "2026-12-31"),
            ("31122026", "2026-12-31"),
            ("03042026", None),
            ("2026-31-12", "2026-12-31"),
            ("2026-12-31 23:59", "2026-12-31"),
            ("Friday 31 December 2026", "2026-12-31"),
            ("15/06/1448", None),
            ("13/25/2026", None),
            ("31/11/2026", None),
            (45000000, None),
        ],
    )
    def test_a_slip(self, cell: Cell, meant: str | None) -> None:
        found = date(cell)
        assert (code_of(found), proposed(found)) == (Code.DATE_UNREADABLE, meant)

    def test_two_figures_for_the_year_leave_day_and_month_open(self) -> None:
        found = date("3/4/26")
        assert (code_of(found), proposed(found)) == (Code.DATE_AMBIGUOUS, "2026-04-03")
        assert proposed(date("3/4/26", MDY)) == "2026-03-04"


class TestSerialNumbers:
    @pytest.mark.parametrize(("cell", "day"), [(43831, "2020-01-01"), (73050.0, "2099-12-31"), (46387, "2026-12-31")])
    def test_a_bare_number_of_these_years_is_the_date_whose_format_is_missing(self, cell: float, day: str) -> None:
        assert date(cell) == dt.date.fromisoformat(day)

    @pytest.mark.parametrize("cell", ["46387", "46387.0", "٤٦٣٨٧", 46387.5])
    def test_as_text_or_with_a_time_it_is_only_proposed(self, cell: Cell) -> None:
        found = date(cell)
        assert (code_of(found), proposed(found)) == (Code.DATE_SERIAL, "2026-12-31")

    def test_a_workbook_that_counts_from_1904_has_its_date_proposed(self) -> None:
        found = date(46387 - 1462, serial=False)
        assert (code_of(found), proposed(found)) == (Code.DATE_SERIAL, "2026-12-31")

    @pytest.mark.parametrize("cell", [43830, 73051, -46387, 0, 120.5, "43830", 1e300, float("inf")])
    def test_other_numbers_are_no_dates(self, cell: Cell) -> None:
        found = date(cell)
        assert (code_of(found), proposed(found)) == (Code.DATE_UNREADABLE, None)


MONTHS = "January February March April May June July August September October November December"
GULF = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
LEVANT = "كانون الثاني,شباط,آذار,نيسان,أيار,حزيران,تموز,آب,أيلول,تشرين الأول,تشرين الثاني,كانون الأول"
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
ARABIC_WEEKDAYS = "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد"

days = st.dates(dt.date(1900, 1, 1), dt.date(2999, 12, 31))
without_hamza = str.maketrans("أإآ", "ااا")


@st.composite
def spelled(draw: st.DrawFn, day: dt.date) -> str:
    """One of the certain ways to write a day."""
    mark = draw(st.sampled_from(["-", "/", ".", " / ", "\u202f-\u202f"]))
    d, m = draw(st.sampled_from([(f"{day.day}", f"{day.month}"), (f"{day.day:02}", f"{day.month:02}")]))
    name = draw(
        st.sampled_from(
            [
                *(MONTHS.split()[day.month - 1][:length] for length in (3, 4, 9)),
                MONTHS.split()[day.month - 1].upper(),
                GULF.split()[day.month - 1],
                LEVANT.split(",")[day.month - 1],
                GULF.split()[day.month - 1].translate(without_hamza),
                LEVANT.split(",")[day.month - 1].translate(without_hamza),
            ]
        )
    )
    weekday = draw(st.sampled_from(["", WEEKDAYS.split()[day.weekday()] + ", "]))
    arabic_weekday = ARABIC_WEEKDAYS.split()[day.weekday()] + "، "
    written = draw(
        st.sampled_from(
            [
                f"{day.year}{mark}{m}{mark}{d}",
                f"{day.isoformat()} 00:00:00",
                f"{weekday}{d} {name} {day.year}",
                f"{weekday}{d}-{name}-{day.year}",
                f"{weekday}{name} {d}, {day.year}",
                f"{arabic_weekday}{d} {name}، {day.year}",
            ]
        )
    )
    script = draw(st.sampled_from([{}, ARABIC_INDIC, PERSIAN]))
    before, after = draw(st.sampled_from([("", ""), ("\u200f", "\u200e"), (" ", "\u00a0"), ("\u2067", "\u2069\n")]))
    return before + written.translate(script) + after


@given(st.data(), days)
def test_any_day_reads_back_from_any_certain_spelling(data: st.DataObject, day: dt.date) -> None:
    written = data.draw(spelled(day))
    assert date(written, data.draw(st.sampled_from([None, *DateOrder]))) == day


@given(st.dates(dt.date(2020, 1, 1), dt.date(2099, 12, 31)), st.booleans())
def test_any_day_reads_back_from_a_date_or_number_cell(day: dt.date, whole: bool) -> None:
    number = (day - dt.date(1899, 12, 30)).days
    assert date(number if whole else float(number)) == date(dt.datetime(day.year, day.month, day.day)) == day  # noqa: DTZ001


@given(days, st.sampled_from(["/", "-", ".", " / "]), st.sampled_from(DateOrder), st.sampled_from([None, *DateOrder]))
def test_a_day_in_figures_is_itself_or_both_readings(
    day: dt.date, mark: str, typed: DateOrder, declared: DateOrder | None
) -> None:
    figures = (day.day, day.month) if typed is DMY else (day.month, day.day)
    found = date(f"{figures[0]}{mark}{figures[1]}{mark}{day.year:04}", declared)
    if declared is typed:
        assert found == day
    elif declared is None and isinstance(found, Problem):
        assert day.isoformat() in (found.params["first"], found.params["second"])
        assert found.params["first"] != found.params["second"]
    elif declared is None:
        assert found == day
    elif isinstance(found, Problem):
        assert proposed(found) == day.isoformat()
    else:
        assert (found.month, found.day) == (day.day, day.month)


def _readings(written: str) -> set[dt.date]:
    """Every day that three figures can be, whatever their order: a second reading, which prefers none."""
    figures = [int(figure) for figure in re.findall(r"[0-9]+", written.translate(_TO_ASCII))]
    found = set()
    for year, month, day in permutations(figures, 3):
        # Nobody puts the year between day and month, nor the day before the month after a year.
        if figures in ([day, month, year], [month, day, year], [year, month, day]) and year >= 1900:
            try:
                found.add(dt.date(year, month, day))
            except ValueError:
                continue
    return found


_TO_ASCII = {ord(a): d for script in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for a, d in zip(script, "0123456789", strict=True)}
_two = st.from_regex(r"[0-3٠١]?[0-9٣۴]", fullmatch=True)
_four = st.from_regex(r"(?:20|19|14|٢٠)[0-9]{2}", fullmatch=True)
_mark = st.sampled_from(["/", "-", ".", " ", " / ", "//", ",", "\u200f/", "؍"])
_like_dates = st.one_of(
    st.tuples(_two, _mark, _two, _mark, st.one_of(_two, _four)),
    st.tuples(_four, _mark, _two, _mark, _two),
    st.tuples(_two, _mark, _four, _mark, _two),
).map("".join)


@given(_like_dates)
@example("12/31/2026")
@example("3/4/2026")
def test_figures_never_read_as_a_day_that_they_may_not_be(written: str) -> None:
    found = date(written)
    if isinstance(found, dt.date):
        assert _readings(written) == {found}
    for order in DateOrder:
        declared = date(written, order)
        assert isinstance(declared, Problem) or declared in _readings(written)


@given(_like_dates)
def test_what_is_certain_under_an_order_is_no_other_day_without_one(written: str) -> None:
    undeclared = date(written)
    if isinstance(undeclared, dt.date):
        assert all(date(written, order) == undeclared or proposed(date(written, order)) for order in DateOrder)

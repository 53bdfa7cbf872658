"""Dates: real ones, ISO, figures in a declared order, words; and those that could be two days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from corpus_case import RULES, File, case
from corpus_files import Formula, changed, fill, text, xlsx

from batchinvoice.invoices.rules import DateOrder
from batchinvoice.invoices.table import Broken

LAST = "2026-12-31"
SERIAL = (dt.date(2026, 12, 31) - dt.date(1899, 12, 30)).days


def _dates(*cells: Any, heading: str = "Expiry Date") -> File:
    return "dates.xlsx", xlsx(fill(heading, *cells))


@case("pending " * 4, expires=[LAST] * 4)
def real() -> File:
    """Date cells, one with a time of day, one as a formula's result, one whose format is missing."""
    moment = dt.datetime(2026, 12, 31, 17, 30)  # noqa: DTZ001
    return _dates(dt.date(2026, 12, 31), moment, Formula("=DATE(2026,12,31)", SERIAL), SERIAL)


@case("pending " * 3, expires=[LAST] * 3)
def formats() -> File:
    """Date cells with the formats of other countries: the day is the same."""
    codes = ("[$-2000401]dd/mm/yyyy;@", '[$-ar-KW,200]dd mmmm yyyy"م"', "mm-dd-yy")
    rows = fill("Expiry Date", *[dt.date(2026, 12, 31)] * 3)
    return "formats.xlsx", xlsx(rows, formats={(row, 5): code for row, code in enumerate(codes, 2)})


@case("pending", expires=[LAST])
def stored_as_iso() -> File:
    """A date that the workbook keeps as text of its own kind, as the strict format allows."""
    content = xlsx(fill("Expiry Date", SERIAL))
    old, new = f'<c r="E2"><v>{SERIAL}</v>'.encode(), b'<c r="E2" t="d"><v>2026-12-31</v>'
    return "strict.xlsx", changed(content, (old, new))


@case("pending " * 5, expires=[LAST] * 5)
def iso() -> File:
    """Year first."""
    return _dates(LAST, "2026/12/31", "2026.12.31", "2026-12-31 00:00:00", " 2026-12-31\u200f")


@case("pending " * 6, expires=[LAST] * 6)
def only_one_way() -> File:
    """In figures, where only one of the two can be a month."""
    return _dates("31/12/2026", "12/31/2026", "31-12-2026", "31.12.2026", "٣١/١٢/٢٠٢٦", "۳۱/۱۲/۲۰۲۶")


@case("pending " * 6, expires=[LAST] * 6)
def in_words() -> File:
    """The month by its name, in both languages."""
    names = ("31 Dec 2026", "December 31, 2026", "31-Dec-2026", "31 ديسمبر 2026", "٣١ كانون الأول ٢٠٢٦")
    return _dates(*names, "Thursday, 31 December 2026")


@case(
    "invalid pending",
    "E2 date-ambiguous",
    proposed={"E2": "2027-04-03"},
    expires=["2027-04-04"],
)
def two_ways() -> File:
    """3/4 may be April or March; 4/4 is the same either way."""
    return _dates("3/4/2027", "4/4/2027")


@case("pending pending", expires=["2027-04-03", LAST], rules=replace(RULES, date_order=DateOrder.DAY_FIRST))
def day_first_declared() -> File:
    """The settings say that the day comes first."""
    return _dates("3/4/2027", "31/12/2026")


@case(
    "pending invalid",
    "E3 date-unreadable",
    expires=["2027-03-04"],
    proposed={"E3": LAST},
    rules=replace(RULES, date_order=DateOrder.MONTH_FIRST),
)
def month_first_declared() -> File:
    """The settings say that the month comes first: 31/12 then contradicts them."""
    return _dates("3/4/2027", "31/12/2026")


@case("pending", expires=["2027-04-03"], rules=replace(RULES, date_order=DateOrder.MONTH_FIRST))
def heading_declares() -> File:
    """The heading's own order is nearer than that of the settings."""
    return _dates("3/4/2027", heading="Due Date (DD/MM/YYYY)")


@case("pending", expires=["2027-04-03"])
def arabic_heading_declares() -> File:
    """The same in Arabic."""
    return _dates("٣/٤/٢٠٢٧", heading="تاريخ الانتهاء (يوم/شهر/سنة)")


@case(
    "invalid invalid invalid pending invalid",
    "E2 date-unreadable; E3 date-serial; E4 date-serial; E6 date-unreadable",
    proposed=dict.fromkeys(["E2", "E3", "E4", "E6"], LAST),
)
def slips() -> File:
    """A year of two figures, a serial number as text or with a fraction, eight figures, another day of the week."""
    return _dates("31/12/26", str(SERIAL), SERIAL + 0.5, "20261231", "Monday, 31 December 2026")


@case("invalid " * 6, "; ".join(f"E{row} date-unreadable" for row in range(2, 8)))
def no_dates() -> File:
    """Words, a day that does not exist, a Hijri year, a small number, a yes, a time."""
    return _dates("next week", "30/02/2027", "1448-05-10", 30, True, dt.time(8, 30))


@case("pending pending invalid", "E4 date-far", expires=["2026-11-22", "2031-11-26"])
def bounds() -> File:
    """Today is not past; five years from today is the most."""
    return _dates(dt.date(2026, 11, 22), "2031-11-26", "2031-11-27")


@case("invalid", "E2 date-past", expires=["2026-11-21"])
def yesterday() -> File:
    """Past in Kuwait."""
    return _dates("2026-11-21")


@case("pending invalid", "E3 cell-error", expires=[None])
def empty_and_broken() -> File:
    """No date means that of the settings; an error does not."""
    return _dates(None, Broken("#VALUE!"))


@case("pending pending", expires=[LAST, LAST])
def from_a_csv() -> File:
    """As Excel writes dates into a CSV file."""
    return "dates.csv", text(fill("Expiry Date", "31/12/2026", "31-Dec-2026"))

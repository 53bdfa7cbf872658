"""Numbers that their cells show as something else than dinars: another currency, a percentage, thousands."""

from __future__ import annotations

from collections.abc import Mapping

from corpus_case import File, case, cases
from corpus_files import HEADINGS, KINDS, amounts, book_of, good, goods, replaced, xlsx

_ACCOUNTING = '_([${0}]* #,##0.000_);_([${0}]* (#,##0.000);_([${0}]* "-"??_);_(@_)'


def _amounts(*codes: str | int) -> File:
    """Good rows whose amounts have these formats."""
    formats = {(row, 4): code for row, code in enumerate(codes, 2)}
    rows = [HEADINGS, *goods(*range(1, len(codes) + 1))]
    return "units.xlsx", xlsx(rows, formats=formats)  # type: ignore[arg-type] - a number is a format that is built in


def _all(n: int) -> str:
    return "; ".join(f"D{row} shown-otherwise" for row in range(2, n + 2))


@case("invalid " * 8, _all(8))
def other_currencies() -> File:
    """1,200 dollars, euros, rupees and the money of the neighbours are no dinars."""
    return _amounts(
        *("$#,##0.00", "[$€-2] #,##0.00", "[$₹-4009]#,##0", "[$SAR] #,##0.00", '#,##0.00 "ر.س"'),
        *("[$د.إ.\u200f-3801] #,##0.00", _ACCOUNTING.format("USD"), '"BD "0.000'),
    )


@case("invalid " * 8, _all(8))
def other_measures() -> File:
    """Percentages, thousands and millions, a unit of fils."""
    codes = ("0%", "0.00%", 9, 10, "#,##0.0,", '#,##0.00,,"M"', '0" fils"', '[>=10]0.0,"K";0.000')
    return _amounts(*codes)


@case("pending " * 12, amount=amounts(*range(1, 13)))
def dinars() -> File:
    """Dinars, in all the ways in which a format says so."""
    return _amounts(
        *("#,##0.000", "[$KWD] #,##0.000", "[$KD-3401]#,##0.000", "[$د.ك.\u200f-3401] #,##0.000", "[$د.ك-401]0.000"),
        *('"K.D. "0.000', '0.000 "دينار كويتي"', _ACCOUNTING.format("KWD"), _ACCOUNTING.format("د.ك.\u200f-3401")),
        *('_-* #,##0.000_-;-* #,##0.000_-;_-* "-"???_-;_-@_-', "[$-409]0.000", "[Red][>1000]0.000;[Blue]0.000"),
    )


@case("pending " * 8, amount=amounts(*range(1, 9)))
def what_says_nothing_certain() -> File:
    """The currency of the system, whose formats are built in; an exponent, fractions, lakhs, a label, a mere letter."""
    return _amounts(5, 8, 42, 44, "0.00E+00", "# ?/?", "##\\,##\\,##0.000", '"Fees: "0.000" p.a."')


_CODES: Mapping[tuple[int, int], str] = {
    (2, 4): "[$USD] #,##0.00",
    (3, 4): "0.00%",
    (4, 4): '#,##0.000" KWD"',
    (5, 4): '"$"#,##0.00',
}


@cases(KINDS, "invalid invalid pending invalid", "D2 shown-otherwise; D3 shown-otherwise; D5 shown-otherwise")
def of_every_format(kind: str) -> File:
    """Dollars, a percentage and dinars."""
    shown = {(2, 4): "USD 10.25", (3, 4): "2025.00%", (4, 4): "30.250 KWD", (5, 4): "$40.25"}
    units = {(2, 4): "USD", (3, 4): "%", (4, 4): "KWD"}
    about = {"shown": shown, "units": units} if kind == "ods" else {"formats": _CODES}
    return f"units.{kind}", book_of(kind, [HEADINGS, *goods(1, 2, 3, 4)], **about)


@case("invalid", "D2 shown-otherwise")
def decimals_of_a_percentage() -> File:
    """12.3456 shown as a percentage is not said to be 12.346 dinars."""
    return "units.xlsx", xlsx(replaced(3, 12.3456), formats={(2, 4): "0%"})


@case(
    "invalid invalid invalid pending",
    "E2 shown-otherwise; F3 shown-otherwise; G4 shown-otherwise",
)
def items_and_quantities() -> File:
    """A price in dollars, 200% pieces, and an item's amount in thousands; beside them a discount, which is not used."""
    headings = [*HEADINGS, "Item Rate", "Item Quantity", "Item Amount", "Item"]
    rows = [good(n, n * 5 + 0.125, 2, n * 10 + 0.25, "Lessons") for n in range(1, 5)]
    formats = {(2, 5): "$0.00", (3, 6): "0%", (4, 7): "0.0,"}
    return "items.xlsx", xlsx([headings, *rows], formats=formats)


@case("pending", "E1 column-unknown", amount=amounts(1))
def a_percentage_beside_the_amount() -> File:
    """A column that is not used may show what it likes."""
    return "discount.xlsx", xlsx([[*HEADINGS, "Discount"], good(1, 0.05)], formats={(2, 5): "0%"})


@case("invalid invalid", "E2 shown-otherwise; E3 shown-otherwise")
def a_merged_price() -> File:
    """A price in dollars is merged over the items of two invoices."""
    rows = [[*HEADINGS, "Item Rate", "Item"], good(1, None, "Lessons"), good(2, None, "Lessons")]
    return "merged.xlsx", xlsx(
        rows, more=lambda book, sheet: sheet.merge_range("E2:E3", 15, book.add_format({"num_format": "$0.00"}))
    )


@case("invalid pending", "D2 shown-otherwise; D4 row-total", amount=amounts(2))
def a_total_of_what_is_shown_otherwise() -> File:
    """The total was made of all the numbers, whatever they show."""
    rows = [HEADINGS, *goods(1, 2), [None, None, "Total", 30.5]]
    return "total.xlsx", xlsx(rows, formats={(2, 4): "$0.00", (4, 4): "0.000"})

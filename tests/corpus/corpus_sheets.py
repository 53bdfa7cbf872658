"""Which sheet of a workbook is meant."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from corpus_case import File, case
from corpus_files import ARABIC, HEADINGS, amounts, good, goods, xlsx

from batchinvoice.invoices.asked import Asked

OCTOBER, NOVEMBER = [HEADINGS, *goods(1, 2)], [HEADINGS, good(3)]


def _hide(*names: str) -> Any:
    def hide(book: xlsxwriter.Workbook, first: Any) -> None:
        for name in names:
            book.get_worksheet_by_name(name).hide()
        next(sheet for sheet in book.worksheets() if sheet.get_name() not in names).activate()

    return hide


def _months(**about: Any) -> File:
    return "months.xlsx", xlsx(OCTOBER, sheet="October", others={"November": NOVEMBER}, **about)


@case(refused="has invoices on 2 sheets: “October”, “November”. Say which one is meant, as --sheet")
def several() -> File:
    """Two sheets of invoices: nobody said which."""
    return _months()


@case("pending", "October! sheet-unused", asked=Asked(sheet="November"), amount=amounts(3))
def named() -> File:
    """The one that was named; the other is said."""
    return _months()


@case("pending", "October! sheet-unused", asked=Asked(sheet=" november "), amount=amounts(3))
def named_in_small_letters() -> File:
    """Capitals and spaces of the name do not matter."""
    return _months()


@case(refused="has no sheet “December”. Its sheets are: “October”, “November”", asked=Asked(sheet="December"))
def named_wrongly() -> File:
    """A name that no sheet has."""
    return _months()


@case("pending pending", "November! sheet-unused", amount=amounts(1, 2))
def other_is_hidden() -> File:
    """Of two sheets one is hidden: the other is meant, and the hidden one is said."""
    return _months(more=_hide("November"))


@case("pending", "October! sheet-unused", asked=Asked(sheet="November"), amount=amounts(3))
def hidden_is_named() -> File:
    """The hidden one is named: then it is meant."""
    return _months(more=_hide("November"))


@case(refused="only a hidden sheet has invoices: “November”")
def only_a_hidden_one() -> File:
    """Only a hidden sheet has invoices: not read before somebody says so."""
    return "hidden.xlsx", xlsx([["Read me"]], sheet="Cover", others={"November": NOVEMBER}, more=_hide("November"))


@case(refused="only a hidden sheet has invoices: “November”")
def only_a_deeply_hidden_one() -> File:
    """A sheet that Excel's own menu does not even offer to show."""

    def hide(book: xlsxwriter.Workbook, first: Any) -> None:
        book.get_worksheet_by_name("November").very_hidden()

    return "hidden.xlsx", xlsx([["Read me"]], sheet="Cover", others={"November": NOVEMBER}, more=hide)


@case("pending", amount=amounts(3))
def among_others() -> File:
    """A cover, a list of customers and an empty sheet beside the invoices, which come last."""
    customers = [["Customer Name", "Mobile Number", "Email"], ["Noura", "66100201", "noura@example.com"]]
    others = {"Customers": customers, "Sheet3": [], "فواتير": [ARABIC, good(3)]}
    return "book.xlsx", xlsx([["Al Noor"], ["Prices are in KWD"]], sheet="Cover", others=others)


@case(refused="No header row was found", asked=Asked(sheet="Cover"))
def named_has_no_invoices() -> File:
    """The sheet that was named holds none."""
    return "book.xlsx", xlsx([["Al Noor"]], sheet="Cover", others={"November": NOVEMBER})


@case("pending", amount=amounts(3))
def other_has_only_a_header() -> File:
    """Next month's sheet has its header and no rows yet."""
    return "months.xlsx", xlsx(NOVEMBER, sheet="November", others={"December": [HEADINGS]})


@case("pending", amount=amounts(3))
def beside_a_chart() -> File:
    """A sheet that is a chart has no cells."""

    def add(book: xlsxwriter.Workbook, first: Any) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=November!$D$2:$D$2"})
        book.add_chartsheet("Chart").set_chart(chart)

    return "chart.xlsx", xlsx(NOVEMBER, sheet="November", more=add)


@case("pending", amount=amounts(3))
def name_of_a_sheet_is_odd() -> File:
    """A sheet's name with signs that mean something in XML and in formulas."""
    return "odd.xlsx", xlsx(NOVEMBER, sheet="Nov & <Dec> 'الفواتير'!".replace("'", "’"))

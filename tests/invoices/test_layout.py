"""Which rows are invoices: whatever else stands below the header is said, and no invoice is taken for it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from any_cell import any_cell
from hypothesis import example, given, settings
from hypothesis import strategies as st
from table_making import GOOD

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.layout import Layout, lay_out, lay_out_items
from batchinvoice.invoices.row_list import in_row_list, row_list
from batchinvoice.invoices.stated import Stated
from batchinvoice.invoices.table import Broken, Cell, Table

HEADINGS = tuple(GOOD)
A = ["INV-1", "Noura", "66666666", 5.0]
B = ["INV-2", "Ali", "66666667", 7.5]


def of(*rows: Sequence[Cell] | None, above: Sequence[Sequence[Cell]] = ()) -> Layout:
    """The layout of these rows below a header in row 1 (or below what stands above it); None is a blank row."""
    header = len(above) + 1
    numbered = [(header + n, [*row, *[None] * (4 - len(row))]) for n, row in enumerate(rows, 1) if row is not None]
    table = Table("Invoices", HEADINGS, [n for n, _ in numbered], [row for _, row in numbered], header)
    return lay_out(with_above(table, above))


def with_above(table: Table, above: Sequence[Sequence[Cell]]) -> Table:
    rows = list(enumerate(above, 1))
    return Table(table.sheet, table.headings, table.rows, table.cells, table.header_row, above=rows)


def notes(layout: Layout) -> list[tuple[str, int | None]]:
    return [(str(note.code), note.place.row) for note in layout.notes]


def stated(layout: Layout) -> list[tuple[bool, str, Cell, bool]]:
    return [(each.is_count, each.place.cell, each.said, each.over) for each in layout.stated]


def test_the_header_again_on_each_printed_page() -> None:
    again = ["reference number", "Customer name", "MOBILE NUMBER", "Amount"]
    layout = of(A, HEADINGS, B, again)
    assert layout.table.rows == [2, 4]
    assert notes(layout) == [("header-repeated", 3)]
    assert layout.notes[0].params == {"rows": "3, 5"}


def test_another_table_below_is_said_and_not_read_as_rows_of_this_one() -> None:
    layout = of(
        A, None, ["Customer Name", "Reference Number", "Amount", "Mobile Number"], ["Ali", "INV-2", 5, 66666667]
    )
    assert notes(layout) == [("header-other", 4)]
    assert layout.notes[0].params == {"row": "4", "first": "1"}


@pytest.mark.parametrize(
    "total",
    [
        ["Total", None, None, 12.5],
        [None, "Grand Total:", None, 12.5],
        [None, None, "المجموع", 12.5],
        ["الإجمالي (د.ك)", None, None, 12.5],
        ["TOTAL KWD", None, None, "12.500"],
        ["Sum:", None, None, 12.5],
        ["Total November 2026", None, None, 12.5],
        [None, None, None, 12.5],
    ],
)
def test_a_total_below_is_no_invoice(total: list[Cell]) -> None:
    layout = of(A, B, total)
    assert layout.table.rows == [2, 3]
    assert stated(layout) == [(False, "D4", total[3], False)]


def test_totals_between_rows_are_told_by_their_word_alone() -> None:
    layout = of(A, [None, "Subtotal", None, 5.0], B, ["Total", None, None, 12.5])
    assert layout.table.rows == [2, 4]
    assert [cell for _, cell, _, _ in stated(layout)] == ["D3", "D5"]
    assert of(A, [None, None, None, 5.0], B).table.rows == [2, 3, 4]


@pytest.mark.parametrize(
    "row",
    [
        ["INV-3", "Total Energies", None, 5.0],
        ["INV-3", None, "Total", 5.0],
        ["INV-3", "Sum", "66666668", None],
        ["INV-3", "Badr", None, None],
        [None, None, "66666668", 5.0],
        [None, "Badr", None, 5.0],
        [None, "Summer School", None, 5.0],
    ],
)
def test_a_row_that_lacks_something_stays_an_invoice(row: list[Cell]) -> None:
    assert of(A, row).table.rows == [2, 3]
    assert of(row, A).table.rows == [2, 3]


def test_notes_and_signatures_below_a_gap_are_said() -> None:
    layout = of(A, B, None, ["Prepared by: Ali", "Approved by: Sara"], ["Please pay before the end of the month"])
    assert layout.table.rows == [2, 3]
    assert notes(layout) == [("row-note", 5), ("row-note", 6)]
    assert layout.notes[0].params["value"] == "Prepared by: Ali Approved by: Sara"


def test_a_note_without_a_gap_may_be_an_invoice_and_stays_one() -> None:
    assert of(A, ["see the other sheet"]).table.rows == [2, 3]


def test_headings_in_another_language_below_the_header() -> None:
    layout = of(["الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ"], A)
    assert (layout.table.rows, notes(layout)) == ([3], [("header-repeated", 2)])


@pytest.mark.parametrize("title", ["PAID - do not send", "Cancelled invoices:", "فواتير ملغاة", "Already sent"])
def test_a_title_that_says_the_rows_below_are_done_with(title: str) -> None:
    layout = of(A, [title], B)
    assert notes(layout) == [("section-doubt", 3)]
    assert notes(of(A, ["Unpaid"], B)) == []
    assert notes(of(A, B, None, [title])) == [("row-note", 5)]


@pytest.mark.parametrize("name", ["Total Energies", "مجموعة الشايع", "Summit"])
def test_a_customer_whose_name_begins_like_a_total(name: str) -> None:
    assert of(A, [None, name, None, 5.0]).table.rows == [2, 3]


def test_a_gap_alone_makes_no_note() -> None:
    assert of(A, None, ["INV-3", "Badr"]).table.rows == [2, 4]
    assert of(A, None, ["Second term"], B).table.rows == [2, 4, 5]


def test_a_long_note_is_cut() -> None:
    assert len(of(A, None, ["x" * 500]).notes[0].params["value"]) == 60


def test_a_total_whose_formula_was_never_worked_out_is_said_to_be_one() -> None:
    layout = of(A, ["Total", None, None, Broken()])
    assert (layout.table.rows, notes(layout), layout.stated) == ([2], [("row-total-unread", 3)], ())


def test_rows_with_nothing_in_a_column_that_is_used_are_no_invoices() -> None:
    headings = ("No.", *HEADINGS)
    rows = [["GRADE 1"], [1, *A], [2], [3, *B], [4], [5, None, "Badr"]]
    layout = lay_out(Table("Invoices", headings, range(2, 8), [[*row, *[None] * (5 - len(row))] for row in rows]))
    assert layout.table.rows == [3, 5, 7]
    assert [(note.code, note.params) for note in layout.notes] == [("rows-blank", {"rows": "2, 4, 6"})]


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ([["Number of invoices", 2]], (True, "B1", 2, True)),
        ([["عدد الفواتير:", None, "٢"]], (True, "C1", "٢", True)),
        ([["November"], ["Total:", "12.500"]], (False, "B2", "12.500", True)),
        ([["Total: KD 12.500"]], (False, "A1", "KD 12.500", True)),
        ([["Number of invoices: 2"]], (True, "A1", "2", True)),
        ([["إجمالي المبلغ", 12.5]], (False, "B1", 12.5, True)),
    ],
)
def test_a_control_slip_above_the_header(above: list[list[Cell]], expected: tuple[bool, str, Cell, bool]) -> None:
    assert stated(of(A, B, above=above)) == [expected]


@pytest.mark.parametrize(
    "above",
    [
        [["Total"]],
        [["Invoices of November 2026"]],
        [["Invoices: 2026"]],
        [["Invoices: November 2026"]],
        [["Date: 2026-11-24"]],
        [["Total", "KWD"]],
        [["Total due by 30/11/2026"]],
        [["Total: see 3 pages"]],
        [["Total", "30/11/2026"]],
        [["Tel: 22334455", "Count", "about 20"]],
    ],
)
def test_titles_are_no_control_slip(above: list[list[Cell]]) -> None:
    assert stated(of(A, B, above=above)) == []


def test_a_count_and_a_total_in_one_cell_below() -> None:
    layout = of(A, B, None, ["Number of invoices", 2], ["Total: 12.500 KWD"])
    assert stated(layout) == [(True, "B5", 2, False), (False, "A6", "12.500 KWD", False)]
    assert layout.table.rows == [2, 3]


def test_totals_on_an_items_sheet() -> None:
    headings = ("Reference Number", "Item", "Item Rate")
    rows: list[list[Cell]] = [
        ["INV-1", "Pen", 5.0],
        list(headings),
        [None, "Total", 5.0],
        ["INV-1", "Total cover", 2.0],
    ]
    layout = lay_out_items(Table("Items", headings, [2, 3, 4, 5], rows))
    assert layout.table.rows == [2, 5]
    assert notes(layout) == [("header-repeated", 3), ("row-note", 4)]


def test_row_numbers_as_people_write_them() -> None:
    assert row_list([9, 5, 10, 11]) == "5, 9–11"
    assert row_list([]) == ""


@given(st.sets(st.integers(1, 60), min_size=1), st.integers(1, 60))
def test_any_row_is_found_in_the_list(rows: set[int], asked: int) -> None:
    assert in_row_list(asked, row_list(sorted(rows))) == (asked in rows)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(st.lists(any_cell, min_size=4, max_size=4), st.just(A), st.none()), max_size=7))
@example([["Total", None, None, "٥٫٥٠٠"]])
def test_every_row_is_an_invoice_or_said(rows: list[list[Cell] | None]) -> None:
    layout = of(*rows)
    told = {note.place.row for note in layout.notes if note.code is not Code.HEADER_REPEATED}
    told |= {each.place.row for each in layout.stated}
    again = [note.params["rows"] for note in layout.notes if note.code is Code.HEADER_REPEATED]
    assert not again  # none of these cells is a heading
    every = {n for n, row in enumerate(rows, 2) if row is not None}
    blank = [note.params["rows"] for note in layout.notes if note.code is Code.ROWS_BLANK]
    told |= {n for n in every for said in blank if in_row_list(n, said)}
    assert every - set(layout.table.rows) == told
    assert told.isdisjoint(layout.table.rows)
    assert {n for n, row in enumerate(rows, 2) if row is A} <= set(layout.table.rows)
    certain = {n for n, row in enumerate(rows, 2) if row and row[2] == "66666666" and isinstance(row[3], float)}
    assert certain <= set(layout.table.rows)


def test_stated_is_a_value() -> None:
    [total] = of(A, ["Total", None, None, 5.0]).stated
    assert isinstance(total, Stated)

"""What is poured into a sheet is what XlsxWriter itself would write, whatever the cells say."""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.table import Broken, Cell
from batchinvoice.sheets import pouring
from batchinvoice.sheets.book import LargeBook, large_book
from batchinvoice.sheets.cells import is_link, write_cell, write_text
from batchinvoice.sheets.pouring import style_number
from batchinvoice.sheets.rendering import text, value
from batchinvoice.sheets.style import Styles

LOOKS: dict[str, dict[str, object]] = {
    "text": {"num_format": "@", "align": "left", "indent": 1},
    "amount": {"num_format": "#,##0.000", "bg_color": "#FBD9D5", "bold": True},
    "moment": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}
ODD_TEXTS = (
    *("a<b", "a>b", "a&b", "a\tb", "a\x01b"),  # each alone: one special character must not hide that another is missed
    *("=1+1", "{=1}", "+1", "<r>x</r>", "<r><t>x</t></r>", "_x0041_", "__x005F_x0041_", "]]>", "&amp;", "'quoted'", ""),
    *(" x", "x ", "\tx\n", "\r\n", "\u00a0x\u2028", "\ud800", "\x00\x0b\x1f", "\ufffe\uffff", "é_x00e9_"),
    *("x" * 40_000, "😀" * 20_000),
)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(ODD_TEXTS)
# As a workbook holds them, which knows no zone.
NAIVE = st.datetimes(dt.datetime(1890, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59))  # noqa: DTZ001
ANY_CELL: st.SearchStrategy[Cell] = st.one_of(
    ANY_TEXT,
    st.floats(),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    NAIVE,
    NAIVE.map(dt.datetime.date),
    NAIVE.map(dt.datetime.time),
    st.timedeltas(dt.timedelta(days=-1), dt.timedelta(days=10_000)),
    st.sampled_from([None, Broken(), Broken("#REF!"), Broken("=x")]),
)


def poured(path: Path, cells: list[Cell]) -> Path:
    """A workbook of one column whose cells were poured."""
    with large_book(path, title="t") as large:
        rows = large.rows(1)
        for cell in cells:
            rows.add([value(style_number(large.styles.of(LOOKS["text"])), cell)])
        draw(large, large.book.add_worksheet("Rows"))
        large.put(large.book.worksheets()[0], rows)
    return path


def drawn(path: Path, cells: list[Cell]) -> Path:
    """The same workbook as XlsxWriter writes it cell by cell."""
    with Workbook(str(path), {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Rows")
        sheet.write_string(0, 0, "Heading")
        for at, cell in enumerate(cells, 1):
            write_cell(sheet, at, 0, cell, Styles(book).of(LOOKS["text"]))
    return path


def draw(large: LargeBook, sheet: Worksheet) -> None:
    sheet.write_string(0, 0, "Heading")


def seen(path: Path) -> list[tuple[Any, ...]]:
    """What openpyxl and calamine make of each row's first cell."""
    sheet = openpyxl.load_workbook(path)["Rows"]
    by_openpyxl = [
        (cell.value, cell.data_type, cell.number_format, cell.alignment.indent)
        for (cell,) in sheet.iter_rows(max_col=1)
    ]
    by_calamine = [row[:1] for row in CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Rows").to_python()]
    return [*by_openpyxl, *by_calamine]


@settings(max_examples=50, deadline=None)
@given(st.lists(ANY_CELL, min_size=1, max_size=8))
@example([0.1 + 0.2, 1e-300, 12.3456, 123456789012345678, -0.0])
@example([dt.datetime(1900, 2, 28), dt.datetime(1900, 3, 1), dt.date(1900, 3, 1), dt.time(23, 59, 59, 999999)])  # noqa: DTZ001
@example(["<r>x</r>", "_x0041_", " padded ", "a\r\nb", "\ud800"])
@example([*ODD_TEXTS])
def test_poured_cells_are_the_cells_that_the_library_writes(cells: list[Cell]) -> None:
    with TemporaryDirectory() as folder:
        ours, theirs = (seen(write(Path(folder) / "book.xlsx", cells)) for write in (poured, drawn))
    assert ours == theirs


@settings(max_examples=50, deadline=None)
@given(ANY_TEXT)
@example("=cmd|'/c calc'!A1")
@example('</t></is></c><c r="B2"><f>1+1</f></c>')
def test_no_text_is_ever_more_than_text(words: str) -> None:
    with TemporaryDirectory() as folder:
        path = poured(Path(folder) / "book.xlsx", [words])
        with zipfile.ZipFile(path) as book:
            part = book.read("xl/worksheets/sheet1.xml")
        cells = [*openpyxl.load_workbook(path)["Rows"].iter_rows(min_row=2)]
    assert part.count(b"<c ") == 2
    assert b"<f>" not in part
    assert [(len(row), row[0].hyperlink) for row in cells] == [(1, None)]


@pytest.mark.parametrize("look", LOOKS)
def test_a_style_is_named_by_the_number_that_the_library_gives_it(tmp_path: Path, look: str) -> None:
    """It has no public name: a version of XlsxWriter that numbers otherwise must be seen here."""
    with large_book(tmp_path / "out.xlsx", title="t") as large:
        numbers = {name: style_number(large.styles.of(LOOKS[name])) for name in reversed(LOOKS)}
        rows, sheet = large.rows(2), large.book.add_worksheet("Rows")
        rows.add([text(numbers[look], "poured"), ""])
        for name in LOOKS:  # other formats come between
            sheet.write_string(0, 0, "Heading", large.styles.of(LOOKS[name], italic=True))
        sheet.write_string(0, 1, "drawn", large.styles.of(LOOKS[look]))
        large.put(sheet, rows)
    cells = openpyxl.load_workbook(tmp_path / "out.xlsx")["Rows"]
    ours, theirs = (
        (cell.number_format, cell.fill.fgColor.rgb, cell.font.b, cell.alignment.indent)
        for cell in (cells["A2"], cells["B1"])
    )
    assert ours == theirs
    assert ours[0] == LOOKS[look]["num_format"]


ADDRESSES = st.text(st.characters(codec="utf-8"), max_size=60).map("https://e.example/".__add__) | st.sampled_from(
    [f"https://e.example/{rest}" for rest in ("a%20b#c", "100%", "[x]`^{}", "a&b=c#d&e", "#", "a#b#c", "شركة", "")]
)


@settings(max_examples=50, deadline=None)
@given(ADDRESSES)
@example("https://e.example/a?b=1&c=2#d")
@example("https://e.example/%5b[")
def test_links_lead_where_the_library_lets_them_lead(address: str) -> None:
    if not is_link(address):
        return
    buffer = io.BytesIO()
    with Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet("Rows").write_url(1, 0, address, None, "x")
    theirs = openpyxl.load_workbook(buffer)["Rows"]["A2"].hyperlink
    with TemporaryDirectory() as folder:
        with large_book(Path(folder) / "book.xlsx", title="t") as large:
            rows, sheet = large.rows(1), large.book.add_worksheet("Rows")
            rows.link_out("A2", address)
            rows.add([text(0, "x")])
            draw(large, sheet)
            large.put(sheet, rows)
        ours = openpyxl.load_workbook(Path(folder) / "book.xlsx")["Rows"]["A2"].hyperlink
    assert (ours.target, ours.location) == (theirs.target, theirs.location)


def test_a_sheet_keeps_its_own_notes_and_links_beside_what_is_poured(tmp_path: Path) -> None:
    with large_book(tmp_path / "out.xlsx", title="t") as large:
        rows, sheet = large.rows(3), large.book.add_worksheet("Rows")
        for words in ("one", "two"):
            rows.link_out(f"B{rows.line}", f"https://e.example/{words}")
            rows.link_in(f"C{rows.line}", "'Rows'!A1", 'a & "b"')
            rows.add([text(0, words), "", ""], height=30)
        draw(large, sheet)
        sheet.write_comment(2, 0, "a note")  # in a row that is poured
        sheet.autofilter(0, 0, 2, 2)
        sheet.conditional_format("A2", {"type": "cell", "criteria": "==", "value": 0})
        large.put(sheet, rows)
        other = large.book.add_worksheet("Other")
        write_text(other, 0, 0, "drawn", large.styles.of())
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    sheet = book["Rows"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_col=1)] == [["Heading"], ["one"], ["two"]]
    assert [sheet[at].hyperlink.target for at in ("B2", "B3")] == ["https://e.example/one", "https://e.example/two"]
    assert (sheet["C2"].hyperlink.location, sheet["C2"].hyperlink.tooltip) == ("'Rows'!A1", 'a & "b"')
    assert sheet["A3"].comment.text == "a note"
    assert (sheet.dimensions, sheet.row_dimensions[2].height, sheet.auto_filter.ref) == ("A1:C3", 30, "A1:C3")
    assert book["Other"]["A1"].value == "drawn"


def test_a_sheet_without_a_place_for_rows_is_no_silent_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So a version of XlsxWriter that writes worksheets otherwise is seen at once."""
    monkeypatch.setattr(pouring, "_DRAWN_ROWS", pouring.re.compile(b"<no-such-place>"))
    with pytest.raises(ValueError, match="place for rows"):
        poured(tmp_path / "out.xlsx", ["x"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cells", [1, 3])
def test_a_row_has_a_cell_for_each_column_or_is_refused(tmp_path: Path, cells: int) -> None:
    """One cell too few or too many would shift nothing and lose something."""
    with pytest.raises(ValueError, match="argument"), large_book(tmp_path / "out.xlsx", title="t") as large:
        large.rows(2).add([text(0, "x")] * cells)
    assert list(tmp_path.iterdir()) == []


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_to_sixteen_digits(number: float) -> None:
    cell = value(0, number)
    if abs(number) < 1e300:
        assert math.isclose(float(cell.split("<v>")[1].split("</v>")[0]), number, rel_tol=1e-15, abs_tol=0)
    else:
        assert "inlineStr" in cell

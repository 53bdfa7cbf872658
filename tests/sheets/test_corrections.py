"""The corrections workbook: an ordinary sheet whose bad cells are marked, and which can be run again."""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from batchinvoice.invoices.check import check
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Broken, Cell
from batchinvoice.sheets import correction_rows, corrections
from batchinvoice.sheets.corrections import CorrectionRow, CorrectionSheet, write_corrections
from batchinvoice.sheets.errors import CannotWrite
from batchinvoice.sheets.marks.units import unit
from batchinvoice.sheets.reading import read
from batchinvoice.sheets.samples import write_sample

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Expiry Date", "Cost centre")
# A workbook's dates know no zone.
LAST_DAY, LONG_AGO = dt.datetime(2030, 12, 31), dt.datetime(1899, 1, 2)  # noqa: DTZ001
GOOD: tuple[Cell, ...] = ("001", "Noura", "66100201", 12.5, LAST_DAY, 7.0)


def written(tmp_path: Path, *rows: CorrectionRow, first_column: int = 1, **other: object) -> openpyxl.Workbook:
    sheet = CorrectionSheet("Invoices", HEADINGS, rows, first_column)
    options = {"run": "r-1", "source": "november.xlsx", "environment": "sandbox", **other}
    write_corrections(tmp_path / "out.xlsx", [sheet], **options)  # type: ignore[arg-type]
    return openpyxl.load_workbook(tmp_path / "out.xlsx")


def issue(code: Code, column: int | None, **params: str) -> Issue:
    return Issue(code, Place("Invoices", 17, column, HEADINGS[column - 1] if column else None), params)


def test_it_is_the_same_sheet_with_nothing_added(tmp_path: Path) -> None:
    sheet = written(tmp_path, CorrectionRow(GOOD, (), 17))["Invoices"]
    assert [[cell.value for cell in cells] for cells in sheet.iter_rows()] == [list(HEADINGS), list(GOOD)]


def test_cells_keep_their_types(tmp_path: Path) -> None:
    cells = written(tmp_path, CorrectionRow(GOOD, (), 17))["Invoices"][2]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "n", "d", "n"]
    assert [cell.number_format for cell in cells] == ["@", "@", "@", "#,##0.000", "yyyy-mm-dd", "General"]


def test_equal_cells_of_different_kinds_stay_what_they_are(tmp_path: Path) -> None:
    """A cell that stands often is rendered once: 1, 1.0, True and the text 1 are not one cell."""
    kinds: tuple[Cell, ...] = (1.0, True, "1", 1.0, dt.datetime.fromisoformat("2027-01-01"), "2027-01-01")
    rows = [CorrectionRow((*GOOD[:2], cell, cell, None, cell), (), at) for at, cell in enumerate(kinds * 2, 2)]
    sheet = written(tmp_path, *rows)["Invoices"]
    seen = [
        [(sheet.cell(row, at).value, sheet.cell(row, at).number_format) for at in (3, 4, 6)] for row in range(2, 14)
    ]
    assert seen[:6] == seen[6:]
    assert [type(cells[0][0]) for cells in seen[:6]] == [int, bool, str, int, dt.datetime, str]
    assert [form for _, form in seen[0]] == ["0", "#,##0.000", "General"]


@pytest.mark.parametrize(("value", "shown_as"), [(12.3456, "General"), (12.345, "#,##0.000"), (0.1 + 0.2, "#,##0.000")])
def test_a_bad_amount_is_not_rounded_out_of_sight(tmp_path: Path, value: float, shown_as: str) -> None:
    row = CorrectionRow((*GOOD[:3], value, None, None), (), 17)
    assert written(tmp_path, row)["Invoices"]["D2"].number_format == shown_as


@pytest.mark.parametrize("code", ["$#,##0.00", "0.0%", "#,##0.0,", '0" fils"', "[$kr-41D]0", "[$ر.س.\u200f-401] 0.00"])
def test_an_amount_that_is_shown_otherwise_is_shown_so_again(tmp_path: Path, code: str) -> None:
    """Its number under a plain format would be sent as dinars if the workbook were run as it is."""
    counts = unit(code)
    otherwise = counts and counts.of(1200)
    assert otherwise
    params = {"value": "1200", "shown": otherwise.shown, "format": otherwise.format}
    row = CorrectionRow((*GOOD[:3], 1200, None, None), [issue(Code.SHOWN_OTHERWISE, 4, **params)], 17)
    assert written(tmp_path, row)["Invoices"]["D2"].value == 1200
    source = read(tmp_path / "out.xlsx").invoices
    assert source.otherwise[2, 3].shown == otherwise.shown
    [checked] = check(source, None, Rules("842217", dt.date(2026, 11, 22))).rows
    assert [found.code for found in checked.issues if found.is_error] == [Code.SHOWN_OTHERWISE]


def test_a_phone_number_that_is_a_number_is_not_shown_shortened(tmp_path: Path) -> None:
    row = CorrectionRow(("1", "Noura", 96566100201.0, 1.0, None, None), (), 17)
    cell = written(tmp_path, row)["Invoices"]["C2"]
    assert (cell.value, cell.number_format) == (96566100201, "0")


def test_the_bad_cell_is_marked_with_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    bad = issue(Code.AMOUNT_DECIMALS, 4, value="12.3456", proposed="12.346")
    sheet = written(tmp_path, CorrectionRow((*GOOD[:3], 12.3456, None, None), [bad], 17))["Invoices"]
    note = sheet["D2"].comment.text
    assert "more than three decimals" in note
    assert "12.346" in note
    assert "Row 17" in note
    assert sheet["D2"].fill.fgColor.rgb == "FFFBD9D5"
    assert [cell.coordinate for cell in sheet[2] if cell.comment] == ["D2"]


def test_a_warning_has_another_colour_than_an_error(tmp_path: Path) -> None:
    warned = issue(Code.PHONE_UNUSUAL, 3, value="1", country="965")
    sheet = written(tmp_path, CorrectionRow(GOOD, [warned], 17))["Invoices"]
    assert sheet["C2"].fill.fgColor.rgb == "FFFFE8B3"


def test_an_issue_of_the_whole_row_marks_its_first_cell(tmp_path: Path) -> None:
    sheet = written(tmp_path, CorrectionRow(GOOD, [issue(Code.STRICT, None)], 17))["Invoices"]
    assert "--strict" in sheet["A2"].comment.text


def test_columns_are_counted_from_where_the_headings_began(tmp_path: Path) -> None:
    bad = Issue(Code.EMAIL_BAD, Place("Invoices", 17, 5, "Mobile Number"), {"value": "x"})
    sheet = written(tmp_path, CorrectionRow(GOOD, [bad], 17), first_column=3)["Invoices"]
    assert [cell.coordinate for cell in sheet[2] if cell.comment] == ["C2"]


def test_the_empty_cell_that_is_missing_is_marked_too(tmp_path: Path) -> None:
    row = CorrectionRow(("1", None, "66100201", 1.0), [issue(Code.CELL_EMPTY, 2)], 17)
    sheet = written(tmp_path, row)["Invoices"]
    assert "Customer Name is empty" in sheet["B2"].comment.text


def test_a_broken_cell_is_still_broken(tmp_path: Path) -> None:
    row = CorrectionRow(("1", Broken("#REF!"), Broken(), 1.0, None, None), (), 17)
    written(tmp_path, row)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Invoices"]
    assert [(sheet[at].value, sheet[at].data_type) for at in ("B2", "C2")] == [("#REF!", "e"), ("#N/A", "e")]


@pytest.mark.parametrize("text", ["=1+1", "+96566100201", "@x", "http://e.example", "<r>x</r>", "0012"])
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    row = CorrectionRow((text, text, text, text, text, text), (), 17)
    written(tmp_path, row)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Invoices"]
    assert [cell.value for cell in sheet[2]] == [text] * 6
    assert all(cell.hyperlink is None for cell in sheet[2])


def test_it_says_which_run_and_environment_without_a_row_of_its_own(tmp_path: Path) -> None:
    sheet = written(tmp_path, CorrectionRow(GOOD, (), 17), environment="live")["Invoices"]
    assert "november.xlsx, run r-1, LIVE" in sheet["A1"].comment.text
    assert sheet.oddHeader.center.text.endswith("LIVE")
    assert not sheet.sheet_view.rightToLeft


def test_sheet_names_that_excel_refuses_are_mended(tmp_path: Path) -> None:
    names = ["a/b:c", "A b c", "x" * 40, "x" * 40, "'q'", "", "History"]
    sheets = [CorrectionSheet(name, ("Amount",), [CorrectionRow((1.5,), (), 2)]) for name in names]
    write_corrections(tmp_path / "out.xlsx", sheets, run="r", source="s", environment="sandbox")
    made = openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert made[:2] == ["a b c", "A b c 2"]
    assert len({name.casefold() for name in made}) == len(names)
    assert all(len(name) <= 31 for name in made)


def test_a_sheet_of_which_nothing_is_to_be_mended_is_left_out(tmp_path: Path) -> None:
    sheets = [CorrectionSheet("A", ("Amount",), [CorrectionRow((1.5,), (), 2)]), CorrectionSheet("B", ("Amount",), ())]
    write_corrections(tmp_path / "out.xlsx", sheets, run="r", source="s", environment="sandbox")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == ["A"]


def test_dates_that_excel_cannot_hold_are_written_as_text(tmp_path: Path) -> None:
    row = CorrectionRow(("1", "x", "2", 1.0, LONG_AGO, dt.timedelta(days=-1)), (), 17)
    sheet = written(tmp_path, row)["Invoices"]
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("1899-01-02 00:00:00", "s")
    assert sheet["F2"].data_type == "s"


def test_it_is_read_and_checked_like_the_sheet_it_came_from(tmp_path: Path) -> None:
    rules = Rules("842217", dt.date(2026, 11, 22))
    source = read(write_sample("mistakes", tmp_path / "mistakes.xlsx"))
    bad = [row for row in check(source.invoices, None, rules).rows if row.status in (RowStatus.INVALID, RowStatus.HELD)]
    sheet = CorrectionSheet(
        source.invoices.sheet, source.invoices.headings, [CorrectionRow(row.cells, row.issues, row.row) for row in bad]
    )
    write_corrections(tmp_path / "out.xlsx", [sheet], run="r", source="mistakes.xlsx", environment="sandbox")
    again = check(read(tmp_path / "out.xlsx").invoices, None, rules).rows
    assert len(again) == 13
    assert [row.cells for row in again] == [row.cells for row in bad]
    assert [[issue.code for issue in row.issues] for row in again] == [[i.code for i in row.issues] for row in bad]


def test_rows_are_gone_through_once_and_none_is_kept(tmp_path: Path) -> None:
    alive: list[weakref.ref[CorrectionRow]] = []

    def rows() -> Iterator[CorrectionRow]:
        for number in range(2, 400):
            assert sum(ref() is not None for ref in alive) <= 2
            row = Kept(GOOD, [issue(Code.AMOUNT_DECIMALS, 4, value="1")], number)
            alive.append(weakref.ref(row))
            yield row

    sheet = CorrectionSheet("Invoices", HEADINGS, rows())
    write_corrections(tmp_path / "out.xlsx", [sheet], run="r-1", source="november.xlsx", environment="sandbox")
    assert openpyxl.load_workbook(tmp_path / "out.xlsx")["Invoices"].max_row == 399


@dataclass(frozen=True)
class Kept(CorrectionRow):
    """A row of which one can see whether somebody keeps it."""


@pytest.mark.parametrize(("language", "word"), [("en", "first 2 marked cells"), ("ar", "الأولى")])
def test_where_notes_end_the_workbook_says_so_and_lists_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setattr(corrections, "MAX_NOTES", 2)
    monkeypatch.setattr(correction_rows, "MAX_NOTES", 2)
    bad = [CorrectionRow(GOOD, [issue(Code.AMOUNT_DECIMALS, 4, value="1")], at) for at in range(2, 5)]
    book = written(tmp_path, *bad, language=language)
    sheet, listed = book.worksheets
    assert [cell.coordinate for cells in sheet.iter_rows(min_row=2) for cell in cells if cell.comment] == ["D2", "D3"]
    assert [sheet[f"D{at}"].fill.fgColor.rgb for at in (2, 3, 4)] == ["FFFBD9D5"] * 3
    assert word in sheet["A1"].comment.text
    assert listed.max_row == 4
    assert word not in written(tmp_path / "few", *bad[:2], language=language).worksheets[0]["A1"].comment.text


def test_more_rows_than_a_sheet_holds_are_refused_not_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "MAX_ROWS", 3)
    assert written(tmp_path, *[CorrectionRow(GOOD, (), at) for at in (2, 3)])["Invoices"].max_row == 3
    with pytest.raises(CannotWrite, match="more to mend"):
        written(tmp_path / "new", *[CorrectionRow(GOOD, (), at) for at in (2, 3, 4)])
    assert not (tmp_path / "new").exists()

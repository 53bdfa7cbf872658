"""What a corrections workbook says besides the rows: in the sheet's language, listed with links, and of which run."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pytest

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.check import check
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.headings import match, meaning
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.rules import Rules
from batchinvoice.sheets import correction_issues
from batchinvoice.sheets.correction_words import ARABIC, ENGLISH, Words
from batchinvoice.sheets.corrections import CHECK, CorrectionRow, CorrectionSheet, write_corrections
from batchinvoice.sheets.reading import read
from batchinvoice.sheets.style import row_height

ENGLISH_HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount")
ARABIC_HEADINGS = ("الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ")


def bad_amount(sheet: str = "Invoices", column: int = 4, **params: str) -> Issue:
    return Issue(Code.AMOUNT_DECIMALS, Place(sheet, 17, column, "Amount"), {"value": "12.3456", **params})


def row(*issues: Issue) -> CorrectionRow:
    return CorrectionRow(("001", "Noura", "66100201", 12.3456), issues, 17)


def written(tmp_path: Path, *sheets: CorrectionSheet, run: str = "20261122-001", **other: str) -> openpyxl.Workbook:
    options = {"source": "november.xlsx", "environment": "sandbox", **other}
    write_corrections(tmp_path / "out.xlsx", sheets, run=run, **options)
    return openpyxl.load_workbook(tmp_path / "out.xlsx")


def test_an_arabic_sheet_is_corrected_in_arabic(tmp_path: Path) -> None:
    sheet = CorrectionSheet("فواتير", ARABIC_HEADINGS, [row(bad_amount(proposed="12.346"))])
    book = written(tmp_path, sheet, language="ar")
    notes = [book["فواتير"][at].comment.text for at in ("A1", "D2")]
    listed = [cell.value for cell in book["الملاحظات"][2]]
    for text in (*notes, book["فواتير"].oddHeader.right.text, *listed[2:4]):
        assert re.search("[\u0621-\u064a]{3}", text)
        assert not re.search("[a-z]{3} [a-z]{2}", text.replace("november.xlsx", ""))
    assert "\u200e12.3456\u200e" in notes[1]
    assert "\u200e12.346\u200e" in notes[1]
    assert "رقم الصف في الورقة الأصلية: \u200e17\u200e." in notes[1]
    assert [sheet.sheet_view.rightToLeft for sheet in book.worksheets] == [True, True]


def test_every_issue_is_listed_with_a_link_to_its_cell(tmp_path: Path) -> None:
    issues = [bad_amount(proposed="12.346"), Issue(Code.CELL_EMPTY, Place("Invoices", 17, 2, "Customer Name"))]
    items = CorrectionSheet("Bob's items", ("Reference Number", "Item"), [row(Issue(Code.ITEM_ORPHAN, Place("x"), {}))])
    book = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(), row(*issues)]), items)
    assert book.sheetnames == ["Invoices", "Bob's items", "Issues"]
    listed = book["Issues"]
    assert [cell.value for cell in listed[1]] == list(ENGLISH.headings)
    assert [(listed.cell(at, 1).value, listed.cell(at, 1).hyperlink.location) for at in (2, 3, 4)] == [
        ("Invoices!B3", "'Invoices'!B3"),
        ("Invoices!D3", "'Invoices'!D3"),
        ("Bob's items!A2", "'Bob''s items'!A2"),
    ]
    assert [cell.value for cell in listed[3]][1:] == [17, *issues[0].say(), "12.346"]


def test_where_excel_takes_no_more_links_the_cell_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correction_issues, "MAX_LINKS", 1)
    book = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(bad_amount())] * 2))
    names = [book["Issues"].cell(at, 1) for at in (2, 3)]
    assert [(cell.value, cell.hyperlink is None) for cell in names] == [("D2", False), ("D3", True)]


@pytest.mark.parametrize("text", ["=1+1", "@x", "http://e.example", "<r>x</r>"])
def test_text_of_cells_stays_text_in_the_list(tmp_path: Path, text: str) -> None:
    odd = Issue(Code.GATEWAY_REFUSED, Place(text, 17, 4, text), {"answer": text, "proposed": text})
    listed = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(odd)]))["Issues"]
    assert (listed["E2"].value, listed["E2"].data_type, listed["E2"].hyperlink) == (text, "s", None)
    assert listed["C2"].data_type == "s"


def test_issues_in_the_same_words_have_each_its_own_proposal_and_cell(tmp_path: Path) -> None:
    """What is said of many cells is rendered once."""
    alike = [Issue(Code.CELL_EMPTY, Place("x", 17, 4, "Amount"), {"proposed": each} if each else {}) for each in "12 1"]
    assert len({issue.say() for issue in alike}) == 1
    listed = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(issue) for issue in alike]))["Issues"]
    found = [(listed.cell(at, 1).value, listed.cell(at, 5).value) for at in range(2, 6)]
    assert found == [("D2", "1"), ("D3", "2"), ("D4", " "), ("D5", "1")]


def test_a_line_is_as_high_as_the_longer_of_its_texts(tmp_path: Path) -> None:
    short, long = (
        Issue(Code.AMOUNT_UNREADABLE, Place("x", 17, 4, "Amount"), {"value": each}) for each in ("7", "7" * 99)
    )
    listed = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(short, long, short)]))["Issues"]
    lines = [max(1 + len(words) // 52 for words in issue.say()) for issue in (short, long, short)]
    assert [listed.row_dimensions[at].height for at in (2, 3, 4)] == [None if n == 1 else 15 * n for n in lines]
    assert lines[1] > lines[0] == lines[2]
    assert row_height("a\n" + "b" * 60, "c", width=52) == 45


@pytest.mark.parametrize("say", [ENGLISH, ARABIC])
def test_no_heading_of_the_list_can_be_taken_for_a_column(say: Words) -> None:
    assert [meaning(heading) for heading in say.headings] == [None] * 5
    assert not match(say.headings).columns


@pytest.mark.parametrize(
    ("headings", "language", "name"), [(ENGLISH_HEADINGS, "en", "Issues"), (ARABIC_HEADINGS, "ar", "الملاحظات")]
)
def test_the_mended_workbook_is_read_as_if_the_list_were_not_there(
    tmp_path: Path, headings: tuple[str, ...], language: str, name: str
) -> None:
    rows = [row(bad_amount()) for _ in range(30)]
    book = written(tmp_path, CorrectionSheet("My sheet", headings, rows), language=language)
    assert name in book.sheetnames
    source = read(tmp_path / "out.xlsx", Asked())
    assert (source.invoices.sheet, source.items, len(source.invoices.rows)) == ("My sheet", None, 30)
    assert [*source.invoices.others] == []
    notes = check(source.invoices, source.items, Rules("842217", dt.date(2026, 11, 22))).notes
    assert not [note for note in notes if name in (note.place.sheet, *note.params.values())]


def test_the_users_own_sheet_may_be_called_as_the_list_is(tmp_path: Path) -> None:
    book = written(tmp_path, CorrectionSheet("Issues", ENGLISH_HEADINGS, [row(bad_amount())]))
    assert book.sheetnames == ["Issues", "Issues 2"]


def test_columns_keep_the_users_widths(tmp_path: Path) -> None:
    sheet = CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row()], widths=(20.7109375, None, 400, 1))
    columns = written(tmp_path, sheet)["Invoices"].column_dimensions
    assert [columns[letter].width for letter in "ACD"] == pytest.approx([20.71, 100, 4], abs=0.15)
    assert columns["B"].width > len("Customer Name")


def test_the_workbook_keeps_the_run_that_it_corrects(tmp_path: Path) -> None:
    book = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(bad_amount())]))
    assert [(each.name, each.value) for each in book.custom_doc_props] == [("batchinvoice run", "20261122-001")]
    assert read(tmp_path / "out.xlsx").corrects == "20261122-001"


def test_a_check_is_no_run(tmp_path: Path) -> None:
    book = written(tmp_path, CorrectionSheet("Invoices", ENGLISH_HEADINGS, [row(bad_amount())]), run=CHECK)
    assert not [*book.custom_doc_props]
    assert "check only" in book["Invoices"]["A1"].comment.text
    assert read(tmp_path / "out.xlsx").corrects is None

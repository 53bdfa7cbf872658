"""The corrections of a check: in the language and the widths of the sheet that was checked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from batchinvoice.invoices.check import check
from batchinvoice.invoices.rules import Rules
from batchinvoice.runs.correct import correct_checked
from batchinvoice.sheets.reading import read

ENGLISH = ("Reference Number", "Customer Name", "Mobile Number", "Amount")
ARABIC = ("الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ")


@pytest.mark.parametrize(
    ("headings", "last", "said"),
    [(ENGLISH, "Issues", "more than three decimals"), (ARABIC, "الملاحظات", "خانات عشرية")],
)
def test_a_check_is_corrected_as_the_sheet_is_written(
    tmp_path: Path, headings: tuple[str, ...], last: str, said: str
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "My sheet"
    sheet.append(headings)
    sheet.append(["A-1", "Noura", "66100201", 1.2345])
    sheet.column_dimensions["B"].width = 41
    book.save(tmp_path / "november.xlsx")

    source = read(tmp_path / "november.xlsx")
    checked = check(source.invoices, source.items, Rules("842217", dt.date(2026, 11, 22)))
    made = correct_checked(source, checked, "sandbox", tmp_path / "out")
    assert made is not None
    corrected = openpyxl.load_workbook(made)
    assert corrected.sheetnames == ["My sheet", last]
    assert said in corrected["My sheet"]["D2"].comment.text
    assert said in corrected[last]["C2"].value
    assert corrected["My sheet"].column_dimensions["B"].width == pytest.approx(41, abs=0.2)
    assert read(made).corrects is None


def test_an_invoice_that_is_mended_keeps_its_items(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    invoices, items = book.worksheets[0], book.create_sheet("Items")
    invoices.append(ENGLISH)
    items.append(["Reference Number", "Item Title", "Item Rate"])
    for reference, phone in (("A-1", "no phone"), ("A-2", "66100202")):
        invoices.append([reference, "Noura", phone, 2])
        for item in ("Desk", "Chair"):
            items.append([reference, item, 1])
    book.save(tmp_path / "items.xlsx")
    source = read(tmp_path / "items.xlsx")
    checked = check(source.invoices, source.items, Rules("842217", dt.date(2026, 11, 22)))
    made = correct_checked(source, checked, "sandbox", tmp_path / "out")
    assert made is not None
    corrected = [[row[:2] for row in sheet.values] for sheet in openpyxl.load_workbook(made).worksheets[:2]]
    assert [rows[1:] for rows in corrected] == [[("A-1", "Noura")], [("A-1", "Desk"), ("A-1", "Chair")]]

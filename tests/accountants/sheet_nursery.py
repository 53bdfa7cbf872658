"""A nursery: siblings below one another, their parent's name and phone merged over them, headings in two lines."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from accountant_office import ARABIC, YEAR, day, dress, letterhead, phone, put, saved

HEADER = (
    *("رقم الإيصال\nReceipt No", "اسم الطفل\nChild", "ولي الأمر\nParent", "هاتف ولي الأمر\nMobile"),
    *("الرسوم\nFees", "تاريخ الاستحقاق\nDue Date", "الوصف\nDescription"),
)
CHILDREN = ("سالم", "لطيفة", "حمد", "دانة", "علي", "زينب", "خالد", "جنى")
FAMILIES = (1, 2, 1, 3, 1, 1, 2, 1, 2, 2)


def make(folder: Path) -> Path:
    """Rows 4 to 19: ten families with sixteen children."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "حضانة"
    sheet.sheet_view.rightToLeft = True
    letterhead(sheet, "حضانة براعم المستقبل - Little Buds Nursery", "رسوم الشهر", across=7)
    put(sheet, [HEADER], top=3)
    row = 4
    for family, children in enumerate(FAMILIES, 1):
        for child in range(children):
            n = row - 3
            cells = [800 + n, CHILDREN[n % 8], None, None, 95, day(2, 1), "رسوم شهرية"]
            put(sheet, [cells], top=row)
            if child == 0:
                sheet.cell(row, 3, ARABIC[family])
                sheet.cell(row, 4, phone(family, "spaced"))
            row += 1
        if children > 1:
            for column in (3, 4):
                sheet.merge_cells(start_row=row - children, start_column=column, end_row=row - 1, end_column=column)
    sheet["E6"] = "٩٥ دينار"
    sheet["E9"] = "95 - خصم الأخوة"
    sheet["F10"] = f"١/٢/{YEAR}"
    sheet["A13"] = 809
    sheet["E15"] = 9500
    put(sheet, [["المجموع", *[None] * 3, 1520]], top=20)
    put(sheet, [["توقيع المحاسبة", None, None, "توقيع المديرة"]], top=23)
    dress(sheet, 3, (13, 14, 22, 18, 14, 16, 22), colour="2E7D32")
    return saved(book, folder / "حضانة.xlsx")

"""A clinic: Arabic from right to left, Arabic figures, kashida and diacritics in headings, a hidden column."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from accountant_office import ARABIC, ARABIC_FIGURES, YEAR, dress, letterhead, phone, put, remark, saved

HEADER = (
    *("م", "رقـم الفاتورة", "اسم المراجع", "الرقم المدني", "رقم الهاتف", "المبلغ (د.ك)"),
    *("تاريخ الاستحقاق (يوم/شهر/سنة)", "البيان", "ملاحظات المحاسب"),
)
STYLES = ("arabic", "plain", "arabic", "spaced", "plus")


def make(folder: Path) -> Path:
    """Rows 6 to 25, with a total in Arabic figures and a signature below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "فواتير نوفمبر"
    sheet.sheet_view.rightToLeft = True
    letterhead(sheet, "مركز الشفاء الطبي", "كشف الفواتير غير المسددة", across=9)
    put(sheet, [["التاريخ:", f"٠١/٠٢/{str(YEAR).translate(ARABIC_FIGURES)}م"]], top=3)
    put(sheet, [HEADER], top=5)
    for n in range(1, 21):
        amount: object = 15 + n * 0.5 if n % 2 else f"{15 + n * 0.5:.3f}".translate(ARABIC_FIGURES)
        due = f"٥/{n % 9 + 3}/{YEAR}".translate(ARABIC_FIGURES)
        cells = [n, f"ش-{1000 + n}", ARABIC[n], 281010100000 + n, phone(n, STYLES[n % 5]), amount, due, "كشفية وعلاج"]
        put(sheet, [cells], top=5 + n)
    sheet["F8"] = "١٦٫٥ د.ك"
    sheet["F9"] = "١٧٬٠٠٠"
    sheet["E11"] = "٦٦١٠٠٢O٦"
    sheet["E14"] = "لا يوجد"
    sheet["G15"] = "آخر الشهر"
    sheet["C18"] = None
    sheet["I19"] = "اتصل بالتأمين أولا"
    sheet["B20"] = sheet["B19"].value
    put(sheet, [["الإجمالي", *[None] * 4, "٤٠٥٫٠٠٠"]], top=26)
    put(sheet, [["اعتماد المدير المالي: ................"]], top=29)
    remark(sheet, "F8", "بعد الخصم")
    dress(sheet, 5, (9, 14, 24, 16, 18, 15, 24, 22, 26), colour="7A1F4E")
    sheet.column_dimensions["D"].hidden = True
    return saved(book, folder / "كشف نوفمبر.xlsx")

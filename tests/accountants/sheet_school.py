"""A school: fees by grade with section titles and subtotals, formulas that were never stored, and a page to sign."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from accountant_office import ENGLISH, YEAR, day, dress, letterhead, phones, put, remark, saved

HEADER = ("Sr.", "Invoice No.", "Student Name", "Grade", "Parent Mobile", "Fees (KD)", "Due Date", "Remarks")


def make(folder: Path) -> Path:
    """Rows 8 to 30: three grades of six pupils, each below its title and above its subtotal."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Term 2 Fees"
    letterhead(sheet, "AL-NOOR BILINGUAL SCHOOL", "Salmiya, Block 10 - Tel: 2571 1234", "TERM 2 FEES - OUTSTANDING")
    put(sheet, [["Printed:", f"01/02/{YEAR}", None, None, None, None, "Page 1 of 1"]], top=5)
    put(sheet, [HEADER], top=6)
    numbers, row = iter(phones(18)), 7
    subtotals = []
    for grade in (1, 2, 3):
        put(sheet, [[f"GRADE {grade}"]], top=row)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=8)
        for place in range(6):
            n = (grade - 1) * 6 + place + 1
            fee = 450 if n % 4 else 412.5
            cells = [n, f"T2-{n:03}", ENGLISH[n], f"G{grade}", next(numbers), fee, day(3, 31)]
            put(sheet, [cells], top=row + 1 + place)
        put(sheet, [["Sub Total", *[None] * 4, f"=SUM(F{row + 1}:F{row + 6})"]], top=row + 7)
        subtotals.append(f"F{row + 7}")
        row += 8
    put(sheet, [["GRAND TOTAL", *[None] * 4, "=" + "+".join(subtotals)]], top=row)
    put(sheet, [["Prepared by: ______________", None, None, "Checked by: ______________"]], top=row + 3)
    put(sheet, [["Cheques payable to Al-Noor Bilingual School W.L.L."]], top=row + 4)
    sheet["E9"] = "6610 0202 / 9955 1234"
    sheet["F11"] = "450,000"
    sheet["G12"] = f"05/04/{YEAR}"
    sheet["E19"] = "6610020"
    sheet["H20"] = "brother in G3, father will call"
    sheet["C26"] = None
    sheet["F28"] = "Exempt"
    remark(sheet, "F11", "agreed by phone with Mr. Adel")
    dress(sheet, 6, (12, 13, 26, 8, 22, 13, 13, 30))
    prices = book.create_sheet("Fee Structure")
    put(prices, [["Grade", "Tuition", "Books", "Bus"], ["G1", 450, 35, 60], ["G2", 450, 40, 60], ["G3", 450, 40, 60]])
    return saved(book, folder / "Term 2 fees - FINAL (2).xlsx")

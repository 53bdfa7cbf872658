"""A car workshop: amounts worked out by formulas whose results Excel stored, parts and labour beside them, errors."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter
from accountant_office import ENGLISH, phones

HEADER = (
    *("Job Card No", "Date In", "Plate No", "Customer", "Mobile No.", "Parts", "Labour", "Discount", "Net Amount"),
    *("Paid By", "Details", "Notes"),
)


def make(folder: Path) -> Path:
    """Rows 5 to 24, with a hidden row that is struck out, and a total that shows the error of one of them."""
    path = folder / "job cards.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Nov")
        _write(book, sheet)
    return path


def _write(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    head = book.add_format({"bold": True, "bg_color": "#C00000", "font_color": "white", "text_wrap": True})
    money = book.add_format({"num_format": '#,##0.000 "KD"'})
    sheet.merge_range("A1:L1", "FAST LANE GARAGE", head)
    sheet.merge_range("A2:L2", "Shuwaikh Industrial, Street 22")
    sheet.write_row("A4", HEADER, head)
    for n, number in enumerate(phones(20, ("plain", "dashed", "spaced", "number")), 1):
        row = 4 + n
        parts, labour, discount = n * 3.35, 12.1, 0.5 if n % 5 == 0 else 0
        sheet.write_row(row - 1, 0, [f"JC{5000 + n}", None, f"{n % 9 + 1}-{n}7{n}", ENGLISH[n], number])
        for column, amount in ((5, parts), (6, labour), (7, discount)):
            sheet.write_number(row - 1, column, amount, money)
        formula = f"=F{row}+G{row}-H{row}"
        sheet.write_formula(row - 1, 8, formula, money, parts + labour - discount)
        sheet.write_string(row - 1, 10, "Service and repair")
    sheet.write_formula("I9", "=VLOOKUP(A9,Prices!A:B,2,0)", money, "#N/A")
    sheet.write_formula("I13", "=F13*1.0333", money, 31.16433)
    sheet.write_string("L14", "call the owner first, angry")
    sheet.write_string("E16", "6610-021")
    sheet.write_string("J19", "Link")
    struck = book.add_format({"font_strikeout": True, "font_color": "#888888"})
    sheet.set_row(21, None, struck, {"hidden": True})
    sheet.write_string("D25", "Total", head)
    sheet.write_formula("I25", "=SUBTOTAL(109,I5:I24)", money, "#N/A")
    sheet.write_string("A27", "Thank you for your business")
    sheet.set_column("A:L", 14)
    sheet.freeze_panes(4, 0)
    sheet.autofilter("A4:L24")

"""A landlord: an old xls with a sheet for each month, subtotals by building, headings in two languages."""

from __future__ import annotations

from pathlib import Path

import xlwt
from accountant_office import ENGLISH, day, phone

HEADER = ("Flat / شقة", "Ref No / المرجع", "Tenant / المستأجر", "Tel / الهاتف", "Rent / الإيجار", "Due Date", "Notes")
BUILDINGS = ("Salmiya, Building 12", "Hawally, Building 4")


def make(folder: Path) -> Path:
    """November and October; in each, two buildings of eight flats with a subtotal each, and the month's total."""
    book = xlwt.Workbook(encoding="utf-8")
    for month, number in (("November", 11), ("October", 10)):
        _month(book.add_sheet(month), number, flawed=month == "November")
    contracts = book.add_sheet("Contracts")
    for column, cell in enumerate(("Flat", "Tenant", "Contract date")):
        contracts.write(0, column, cell)
    path = folder / "rents 2.xls"
    book.save(str(path))
    return path


def _month(sheet: xlwt.Worksheet, number: int, *, flawed: bool) -> None:
    date = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    money = xlwt.easyxf(num_format_str="#,##0.000")
    bold = xlwt.easyxf("font: bold on; align: horiz center")
    sheet.write_merge(0, 0, 0, 6, "Al-Bahar Real Estate - البحر العقارية", bold)
    sheet.write_merge(1, 1, 0, 6, f"Rents of month {number}", bold)
    for column, cell in enumerate(HEADER):
        sheet.write(3, column, cell, bold)
        sheet.col(column).width = 256 * (12, 16, 26, 20, 14, 14, 30)[column]
    row, total = 4, 0
    for place, building in enumerate(BUILDINGS):
        sheet.write(row, 0, building, bold)
        for flat in range(1, 9):
            n = place * 8 + flat
            cells = [flat, f"R{number}-{n:02}", ENGLISH[n], phone(n), 250 + 10 * flat, day(1, 5)]
            for column, cell in enumerate(_flawed(n, cells) if flawed else cells):
                style = {4: money, 5: date}.get(column)
                sheet.write(row + flat, column, cell, *([style] if style else []))
        sheet.write(row + 9, 0, f"Total {building}")
        sheet.write(row + 9, 4, 2360, money)
        row, total = row + 11, total + 2360
    sheet.write(row, 3, "TOTAL / المجموع", bold)
    sheet.write(row, 4, total, money)
    sheet.write(row + 2, 0, "Signature: ..................  Date: ..................")


def _flawed(n: int, cells: list[object]) -> list[object]:
    changes = {
        3: (3, "6610O2O3"),
        6: (3, 66100206.0),
        7: (5, day(1, 5).strftime("%d-%b-%Y")),
        10: (3, None),
        12: (6, "vacant from next month - do not renew"),
        14: (2, "Mohammed Iqbal\n(office)"),
        15: (5, "5/1"),
    }
    if n in changes:
        column, cell = changes[n]
        cells = [*cells, *[None] * (column + 1 - len(cells))]
        cells[column] = cell
    return cells

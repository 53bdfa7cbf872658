"""A gym: an Excel table, a filter that hides members who left, a stated number of invoices above, plastic names."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from accountant_office import ENGLISH, dress, letterhead, phone, phones, put, saved
from openpyxl.worksheet.table import Table

HEADER = ("Membership Ref", "Member Name", "Mobile #", "Status", "Amount Due (KWD)", "E-mail", "Send Via")
LEFT = (5, 11, 17)


def make(folder: Path) -> Path:
    """Rows 6 to 29 in a table; those of members who left are filtered away."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Renewals"
    letterhead(sheet, "IRON HOUSE FITNESS", "Renewals of the month", across=7)
    put(sheet, [["No. of Invoices:", 21]], top=3)
    put(sheet, [HEADER], top=5)
    for n, number in enumerate(phones(24), 1):
        status = "Left" if n in LEFT else "Active"
        email = f"member{n}@example.com" if n % 3 == 0 else None
        put(sheet, [[n + 70, ENGLISH[n % 24], number, status, 35 if n % 2 else 27.5, email, "WhatsApp"]], top=5 + n)
        sheet.cell(5 + n, 1).number_format = "00000"
    for n in LEFT:
        sheet.row_dimensions[5 + n].hidden = True
    sheet["C7"] = "66 10 02 02 (wife)"
    sheet["E9"] = 27.5555
    sheet["G12"] = "e-mail"
    sheet["F14"] = "member9@example,com"
    sheet["E19"] = -35
    sheet["C23"] = phone(17)
    table = Table(displayName="Renewals", ref="A5:G29")
    sheet.add_table(table)
    dress(sheet, 5, (16, 24, 18, 9, 18, 26, 12), colour="222222")
    return saved(book, folder / "renewals.xlsx")

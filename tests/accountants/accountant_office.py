"""What stands around the tables of accountants: letterheads, colours, comments; and their customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from batchinvoice.invoices.kuwait import kuwait_date

# Of next year: no date that is typed like this is ever past, nor too far away.
YEAR = kuwait_date(dt.datetime.now(dt.UTC)).year + 1
ENGLISH = (
    *("Abdullah Al-Mutairi", "Fatima Al-Sabah", "Yousef Al-Ali", "Mariam Behbehani", "Ahmad Al-Rashidi", "Noura Ali"),
    *("Bader Al-Enezi", "Hessa Al-Failakawi", "Salem Al-Azmi", "Dalal Al-Kandari", "Khaled Marafi", "Mona Al-Otaibi"),
    *("Rajesh Kumar", "Maria Santos", "Mohammed Iqbal", "John O'Brien", "Hanan Dashti", "Jassim Al-Qattan"),
    *("Lulwa Al-Ghanim", "Talal Boodai", "Reem Al-Shatti", "Nasser Al-Hajri", "Anwar Ma'rafi", "Sara Jamal"),
)
ARABIC = (
    *("عبدالله المطيري", "فاطمة الصباح", "يوسف العلي", "مريم بهبهاني", "أحمد الرشيدي", "نورة حسين"),
    *("بدر العنزي", "حصة الفيلكاوي", "سالم العازمي", "دلال الكندري", "خالد معرفي", "شيخة العتيبي"),
    *("هند الدشتي", "جاسم القطان", "لولوة الغانم", "طلال بودي", "ريم الشطي", "ناصر الهاجري"),
    *("أنوار المزيدي", "سارة جمال", "منى الخالدي", "فهد السبيعي", "غانم الزيد", "إيمان القلاف"),
)
ARABIC_FIGURES = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")

Cells = Sequence[object]


def phone(n: int, style: str = "plain") -> Any:
    """The n-th customer's number, 66100200 + n, as it is typed."""
    digits = str(66100200 + n)
    return {
        "plain": digits,
        "number": int(digits),
        "spaced": f"{digits[:4]} {digits[4:]}",
        "dashed": f"{digits[:4]}-{digits[4:]}",
        "plus": f"+965 {digits}",
        "noughts": f"00965{digits}",
        "code": int(f"965{digits}"),
        "arabic": digits.translate(ARABIC_FIGURES),
        "bracketed": f"(965) {digits}",
    }[style]


PHONE_STYLES = ("plain", "number", "spaced", "dashed", "plus", "noughts", "code", "bracketed")


def phones(count: int, styles: Sequence[str] = PHONE_STYLES) -> Iterator[Any]:
    """The numbers of the customers 1 to count, in one style after the other."""
    return (phone(n, styles[n % len(styles)]) for n in range(1, count + 1))


def day(month: int, of_month: int) -> dt.date:
    """A day of next year."""
    return dt.date(YEAR, month, of_month)


def put(sheet: Worksheet, rows: Sequence[Cells], top: int = 1, left: int = 1) -> None:
    """Write the rows from this cell on."""
    for row, cells in enumerate(rows, top):
        for column, cell in enumerate(cells, left):
            if cell is not None:
                sheet.cell(row, column, cell)


def letterhead(sheet: Worksheet, *lines: str, across: int = 8) -> None:
    """Merged titles on a tall first row, as where a logo stands."""
    sheet.row_dimensions[1].height = 54
    for row, line in enumerate(lines, 1):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=across)
        sheet.cell(row, 1, line).font = Font(bold=True, size=18 - 2 * row)
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")


def dress(sheet: Worksheet, header: int, widths: Sequence[float], *, colour: str = "1F4E78") -> None:
    """Colour the header, freeze the panes below it and set the columns' widths."""
    for cell in sheet[header]:
        if cell.value is not None:
            cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=colour)
    sheet.freeze_panes = sheet.cell(header + 1, 1)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width


def remark(sheet: Worksheet, cell: str, text: str) -> None:
    """A comment of a colleague."""
    sheet[cell].comment = Comment(text, "Accounts")


def saved(book: openpyxl.Workbook, path: Path) -> Path:
    """The workbook's file."""
    book.save(path)
    return path

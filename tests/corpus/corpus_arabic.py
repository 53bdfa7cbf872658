"""Whole sheets as accountants send them, in Arabic and in both languages, with all that is wrong at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import xlsxwriter
from corpus_case import RULES, File, case
from corpus_files import Formula, book_of, text, xlsx

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.rules import DateOrder
from batchinvoice.invoices.table import Broken

FULL = ["الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ", "البيان", "تاريخ الاستحقاق", "الإرسال", "لغة الفاتورة"]


@case(
    "pending pending pending invalid",
    "D9 row-total; D7 amount-unreadable; 10 row-note",
    customer=["فاطمة الصباح", "محمد العلي", "نورة"],
    amount=["250.000", "250.500", "1250.000"],
    expires=["2026-12-31", "2027-01-15", None],
    delivery=["sms", "whatsapp", "link"],
    language=["ar", "en", "ar"],
    proposed={"D7": "120.000"},
)
def school_fees() -> File:
    """A school's fees: Arabic digits, months by name, a letter in an amount, and a total that shows what it was."""
    rows: list[list[Any]] = [
        ["مدرسة النور الأهلية"],
        [],
        FULL,
        ["ط-١٠١", "فاطمة\nالصباح", "٦٦١٠٠٢٠١", "٢٥٠ د.ك", "رسوم الفصل الأول", "٣١ ديسمبر ٢٠٢٦", None, "عربي"],
        ["ط-١٠٢", "محمد العلي ", "66100202", "٢٥٠٫٥٠٠", "رسوم", dt.date(2027, 1, 15), "واتساب", None],
        ["ط-١٠٣", "نورة", 66100203, 1250, None, None, "رابط", "العربية"],
        ["ط-١٠٤", "Ali", "66100204", "12O", None, None, None, None],
        [],
        ["الإجمالي", None, None, 1870.5],
        ["توقيع المحاسب: ..............."],
    ]
    return "رسوم نوفمبر.xlsx", xlsx(rows, sheet="الفصل الأول")


@case(
    "pending pending",
    "F4 row-total; A1 column-unknown",
    amount=["1234.500", "75.250"],
    country=["965", "965"],
    expires=["2027-04-03", "2026-12-25"],
)
def charity_from_right_to_left() -> File:
    """A sheet that runs from right to left, its amounts formatted, dates as dd/mm/yyyy declared in the heading."""

    def turn(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.right_to_left()

    head = ["م", "اسم الزبون", "الجوال", "المرجع", "تاريخ الانتهاء (يوم/شهر/سنة)", "المبلغ (د.ك)"]
    rows = [
        head,
        [1, "جمعية الخير", "+٩٦٥ ٦٦١٠ ٠٢٠١", "ت/١", "٠٣/٠٤/٢٠٢٧", 1234.5],
        [2, "عبدالله", "٠٠٩٦٥٦٦١٠٠٢٠٢", "ت/٢", "25/12/2026", 75.25],
        ["المجموع", None, None, None, None, Formula("=SUM(F2:F3)", 1309.75)],
    ]
    return "تبرعات.xlsx", xlsx(rows, formats={(2, 6): "#,##0.000"}, more=turn)


@case(
    "pending invalid pending",
    "B3 cell-error; F1 column-unknown; G1 column-unknown; 2 rows-hidden; C6 count-differs",
    amount=["45.000", "60.125"],
)
def clinic() -> File:
    """A clinic's list: English headings, a hidden row, an error of a look-up, a count that is one too high."""
    head = ["Ref", "Client", "Tel", "Total", "E-mail", "Notes", "Doctor's file"]
    rows = [
        head,
        ["C-1", "مريم", 66100201, 45, None, "كشف", 771],
        ["C-2", Broken("#N/A"), 66100202, 30, None, "تحليل", 772],
        ["C-3", "Dana", "6610 0203", "60.125 KD", None, None, 773],
        [],
        [None, "Number of invoices", 4],
    ]
    return "clinic.xlsx", xlsx(rows, hidden_rows=[2], widths={2: 40})


@case(
    "pending pending pending",
    "3 hidden-included; E1 column-unknown",
    asked=Asked(hidden=Hidden.INCLUDE, count=3, total=Decimal("30.750")),
    amount=["10.250", "10.250", "10.250"],
)
def club_members() -> File:
    """A club's members, filtered, all of them meant; every one pays the same."""
    rows: list[list[Any]] = [["العميل", "الهاتف", "القيمة", "رقم الفاتورة", "م"]]
    rows += [[f"عضو {n}", str(66100200 + n), "١٠٫٢٥٠", f"M{n}", n] for n in (1, 2, 3)]
    return "أعضاء.ods", book_of("ods", rows, filtered_rows=[3])


@case(
    "pending invalid held held",
    "C3 phone-exponent; A4 reference-like-same; A5 reference-like-same; 7 row-note",
    amount=["1234.500", "70.000", "70.500"],
    rules=replace(RULES, decimal_mark=",", date_order=DateOrder.DAY_FIRST),
    expires=["2026-12-05", None, None],
)
def export_with_decimal_commas() -> File:
    """An accounting program's export: semicolons, decimal commas, windows-1256, a phone that Excel has shortened."""
    rows = [
        ["رقم الفاتورة", "اسم العميل", "الهاتف", "المبلغ", "تاريخ الاستحقاق"],
        ["ق 001", "شركة البحر", "66100201", "1.234,500", "05/12/2026"],
        ["ق 002", "علي", "9,66E+07", "60,000", ""],
        ["ق 003", "سارة", "66100203", "70,000", ""],
        ["ق3", "سارة", "66100203", "70,500", ""],
        [],
        ["تم التصدير من البرنامج", "", "", "", ""],
    ]
    return "export.csv", text(rows, ";", encoding="cp1256")


@case(
    "pending duplicate duplicate pending",
    "A3 item-row; A4 item-row; E7 row-total",
    amount=["33.250", "12.000"],
    items=[
        [["أرز", "5.000", 4, "20.000"], ["زيت", "3.250", 1, "3.250"], ["سكر", "2.500", 4, "10.000"]],
        [["شاي", "1.500", 8, "12.000"]],
    ],
)
def wholesale_with_items() -> File:
    """A wholesaler's lines: the customer merged over his items, in Arabic, with a total of the invoices."""

    def merge(book: xlsxwriter.Workbook, sheet: Any) -> None:
        for letter, cell in zip("ABCE", ["ج-1", "بقالة السلام", "66100201", 33.25], strict=True):
            sheet.merge_range(f"{letter}2:{letter}4", cell)

    head = ["الرقم المرجعي", "العميل", "الهاتف", "الصنف", "المبلغ", "سعر الوحدة", "الكمية"]
    rows = [
        head,
        [None, None, None, "أرز", None, 5, "٤"],
        [None, None, None, "زيت", None, "٣٫٢٥٠", None],
        [None, None, None, "سكر", None, 2.5, 4],
        ["ج-2", "مخبز", "66100202", "شاي", 12, "1.500", 8],
        [],
        ["إجمالي المبلغ", None, None, None, 45.25],
    ]
    return "جملة.xlsx", xlsx(rows, more=merge)

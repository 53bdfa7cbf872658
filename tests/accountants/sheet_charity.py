"""A charity: an ods in Arabic, monthly pledges, donors abroad, dashes for nothing, a stated total above the table."""

from __future__ import annotations

import sys
from pathlib import Path

from accountant_office import ARABIC, day, phone

sys.path.append(str(Path(__file__).parents[1] / "sheets"))

from ods_file import ods_file

HEADER = ("رقم الكفالة", "اسم المتبرع", "الجوال", "مبلغ الاستقطاع", "تاريخ الانتهاء", "البريد الالكتروني", "المشروع")


def make(folder: Path) -> Path:
    """Rows 6 to 27: twenty-two donors of three projects."""
    rows: list[list[object]] = [
        ["جمعية الإحسان الخيرية"],
        ["كشف الاستقطاعات الشهرية"],
        ["إجمالي المبالغ:", None, None, 412.5],
        [],
        [*HEADER],
    ]
    for n in range(1, 23):
        project = ("كفالة يتيم", "سقيا ماء", "إفطار صائم")[n % 3]
        rows.append([f"ك/{n:03}", ARABIC[n], phone(n), 18.75, day(6, 30), f"donor{n}@example.org", project])
    rows[7][2] = "+971 50 123 4567"
    rows[8][2] = "+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧"
    rows[10][3] = "18,75"
    rows[12][5] = "—"
    rows[14][5] = "donor10@@example.org"
    rows[16][2] = "0096566100212 / 0096599551234"
    rows[18][1] = " سارة\u00a0جمال \u200f"
    rows[20][4] = "بعد رمضان"
    rows += [[], ["ملاحظة: تُرسل الروابط بعد صلاة الجمعة"]]
    content = ods_file(rows, sheet="الاستقطاعات", widths={1: 14, 2: 26, 3: 24, 4: 16, 5: 14, 6: 26, 7: 16})
    path = folder / "الاستقطاعات.ods"
    path.write_bytes(content)
    return path

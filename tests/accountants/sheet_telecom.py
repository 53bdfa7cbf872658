"""A telecom reseller: a CSV out of an ERP in the Arabic Windows code page, `;` between, with a trailer record."""

from __future__ import annotations

from pathlib import Path

from accountant_office import ARABIC, YEAR, phone

HEADER = ("DOC_NO", "CUST_NAME", "MOBILE_NO", "AMOUNT", "CURRENCY", "DUE_DATE", "BRANCH", "REMARKS")


def make(folder: Path) -> Path:
    """Lines 2 to 31: thirty bills, padded as the ERP pads them, with page headers every fifteen lines."""
    lines = []
    for n in range(1, 31):
        amount = f"{n * 37 + 0.25:.3f}".replace(".", ",")
        cells = [f"00{40000 + n}", f"{ARABIC[n % 24]}   ", f"965{phone(n)}", amount, "KWD", f"31.12.{YEAR}", "01", ""]
        lines.append([f" {cell}" if n % 4 == 0 else cell for cell in cells])
    lines[4][2] = "9,66E+10"
    lines[8][3] = "1.345,250"
    lines[11][2] = ""
    lines[13][4] = "USD"
    lines[16][1] = "شركة الأفق; للاتصالات"
    lines[16][1] = f'"{lines[16][1]}"'
    lines[19][5] = "00.00.0000"
    lines[22][2] = "96566100223 "
    lines[24][3] = "0,000"
    rows = [[*HEADER], *lines[:15], [*HEADER], *lines[15:], ["TOTAL", "", "", "17.299,250"], ["Record count", "30"]]
    content = "\r\n".join(";".join(row) for row in rows) + "\r\n"
    path = folder / "AR_OPEN_ITEMS.CSV"
    path.write_bytes(content.encode("cp1256"))
    return path

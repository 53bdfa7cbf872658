"""A wholesaler: an xlsb out of the stock program, a line for each item, the invoice said only in its first line."""

from __future__ import annotations

import sys
from pathlib import Path

from accountant_office import phone

sys.path.append(str(Path(__file__).parents[1] / "sheets"))

from xlsb_file import xlsb_file

HEADER = (
    *("Invoice No", "Customer", "Telephone", "Invoice Amount", "Item Code", "Item Name", "Qty", "Unit Price"),
    *("Line Total", "Salesman"),
)
GOODS = (("Basmati rice 20 kg", 8.25), ("Sunflower oil 1.8 l", 1.45), ("Tomato paste 24x", 3.6), ("Sugar 10 kg", 2.75))
CUSTOMERS = (
    *("Al-Baraka Grocery", "City Mini Market", "Sultan Baqala", "Corner Store", "Jabriya Co-op", "Good Price Market"),
    *("Fresh & Fine", "Bu Ahmad Trading", "Fahaheel Foods", "Hilltop Bakala"),
)


def make(folder: Path) -> Path:
    """Rows 3 to 32: ten invoices of three lines each, and a grand total of the lines."""
    rows: list[list[object]] = [["Sales Register", None, None, None, "Branch: Ardiya"], [*HEADER]]
    for n, customer in enumerate(CUSTOMERS, 1):
        lines = [(*GOODS[(n + at) % 4], n + at) for at in range(3)]
        amount = round(sum(price * count for _, price, count in lines), 3)
        for at, (goods, price, count) in enumerate(lines):
            first = (f"SI-{n:04}", customer, phone(n), amount) if at == 0 else (f"SI-{n:04}", None, None, None)
            rows.append([*first, f"1{n}0{at}", goods, count, price, round(price * count, 3), "Ravi"])
    total = round(sum(float(str(row[8])) for row in rows[2:]), 3)
    rows[6][8] = 1.0
    rows[9][6] = "4 ctn"
    rows[13][0] = "SI 0004"
    rows[17][3] = 999
    rows[21][5] = None
    rows[26][2] = "Cash customer"
    rows.append([])
    rows.append([None, None, "Grand Total", None, None, None, None, None, total])
    content = xlsb_file(rows, sheet="Sales", widths={1: 12, 2: 24, 6: 24})
    path = folder / "SALES_REGISTER.xlsb"
    path.write_bytes(content)
    return path

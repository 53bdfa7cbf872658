"""A law office: Excel's “Unicode text” (UTF-16, tabs), amounts with KD, foreign clients, quotes and line breaks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from accountant_office import ENGLISH, YEAR, phone

HEADER = ("Inv. No.", "Client Name", "Tel.", "Email Address", "Fees Due", "Valid Until", "Matter")


def make(folder: Path) -> Path:
    """Lines below the header on row 4: eighteen fee notes."""
    rows: list[list[object]] = [["Al-Diwan Law Firm"], ["Fee notes outstanding (KD)"], [], [*HEADER]]
    for n in range(1, 19):
        number = phone(n, ("plain", "plus", "noughts", "spaced")[n % 4])
        rows.append([f"DLF/{YEAR}/{n:03}", ENGLISH[n], number, f"client{n}@example.com"])
        rows[-1] += [f"KD {n * 125:,}.000", f"{n + 10} March {YEAR}", "Commercial case"]
    rows[4][4] = "K.D. 1,250.500"
    rows[5][1] = 'Gulf "Star" Trading Co.\nW.L.L.'
    rows[6][2] = "+44 20 7946 0018"
    rows[7][2] = "1-800-ABC"
    rows[8][4] = "KD 1,250/500"
    rows[9][4] = "USD 750"
    rows[10][5] = f"04/05/{YEAR}"
    rows[11][3] = "client8@example.com; partner@example.com"
    rows[12][4] = "KD 125.000.000"
    rows[13][1] = "The Estate of the Late Abdulrahman Mohammed Abdulaziz Al-Something & Heirs"
    rows += [[], ["", "", "", "TOTAL", "as per ledger"]]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter="\t", lineterminator="\r\n").writerows(rows)
    path = folder / "Fee notes.txt"
    path.write_bytes(made.getvalue().encode("utf-16"))
    return path

"""The Summary's formulas, worked out by a spreadsheet program, give what was stored with them."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from report_making import report, row

from batchinvoice.invoices.lifecycle import RowStatus, SmsStatus
from batchinvoice.sheets.cells import MAX_ROWS
from batchinvoice.sheets.report import write_report

SOFFICE = shutil.which("soffice")


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("most", [MAX_ROWS - 1, 7])
def test_libreoffice_comes_to_the_same_totals(tmp_path: Path, most: int) -> None:
    rows = [row(number, status) for number, status in enumerate(RowStatus, 2)]
    rows += [row(number, sms=sms, gateway_amount=None) for number, sms in enumerate(SmsStatus, 20)]
    rows += [row(30, RowStatus.INVALID, amount=None, typed_amount="1,234"), row(31, RowStatus.HELD, typed_amount="7")]
    write_report(tmp_path / "stored.xlsx", report(rows), most=most)
    _without_results(tmp_path / "stored.xlsx", tmp_path / "bare.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(tmp_path / "bare.xlsx")]
    subprocess.run([str(SOFFICE), profile, *convert], check=True, capture_output=True, timeout=100)

    formulas = openpyxl.load_workbook(tmp_path / "stored.xlsx")["Summary"]
    stored = openpyxl.load_workbook(tmp_path / "stored.xlsx", data_only=True)["Summary"]
    worked_out = openpyxl.load_workbook(tmp_path / "out" / "bare.xlsx", data_only=True)["Summary"]
    cells = [cell.coordinate for line in formulas.iter_rows() for cell in line if cell.data_type == "f"]
    assert len(cells) > 60
    assert {at: worked_out[at].value for at in cells} == {at: stored[at].value for at in cells}


def _without_results(path: Path, to: Path) -> None:
    # Else the program may show the stored results without working anything out.
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(to, "w") as bare:
        for name in book.namelist():
            part = book.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            bare.writestr(name, part)

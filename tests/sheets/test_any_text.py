"""Whatever stands in a cell, the workbooks can be opened and say it."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_making import report, row

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.sheets.cells import clean
from batchinvoice.sheets.corrections import CorrectionRow, CorrectionSheet, write_corrections
from batchinvoice.sheets.report import write_report

# Surrogates and control characters among them, which no workbook can hold.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(
    ["\x00\x0b\x1f", "\ud800", "\ufffe\uffff", "\u202eabc", "<r>x</r>", "_x0041_", "&[Page]&&", " \n\t ", "😀" * 40]
)


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
@example("<r></r>")
def test_a_report_of_any_text_can_be_opened(text: str) -> None:
    put = row(2, reference=text, customer=text, mobile=text, reason=text, remedy=text, link=text, needs_person=True)
    made = report([put], source=text, sheet=text, started_by=text, options={"note": text}, run=text)
    with TemporaryDirectory() as folder:
        write_report(Path(folder) / "out.xlsx", made)
        rows = openpyxl.load_workbook(Path(folder) / "out.xlsx")["Rows"]
    assert rows["C2"].data_type in ("s", "n")
    assert _plain(rows["C2"].value) == _plain(clean(text))


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT)
@example("\r\n")
def test_corrections_of_any_text_can_be_opened(text: str) -> None:
    issue = Issue(Code.EMAIL_BAD, Place("Invoices", 2, 1, text), {"value": text, "proposed": text})
    sheet = CorrectionSheet(text, (text, "Amount"), [CorrectionRow((text, text), [issue], 2)])
    with TemporaryDirectory() as folder:
        write_corrections(Path(folder) / "out.xlsx", [sheet, sheet], run=text, source=text, environment="live")
        made = openpyxl.load_workbook(Path(folder) / "out.xlsx").worksheets[0]
    assert _plain(made["A2"].value) == _plain(clean(text))


@given(ANY_TEXT)
@example("😀" * 20_000)
def test_clean_text_can_be_encoded_and_keeps_what_can_be_kept(text: str) -> None:
    safe = clean(text, 50)
    assert len(safe.encode("utf-16-le")) <= 100
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", safe)
    if text.isprintable() and len(text) <= 25:
        assert safe == text


def _plain(text: object) -> str:
    # The format writes some characters as _xHHHH_, which the reader used here leaves so, and one line break for all.
    written = re.sub(r"_x005F_(x[0-9A-F]{4}_)", r"_\1", str("" if text is None else text))
    return re.sub(r"(?:\r|_x000D_)\n?", "\n", written)

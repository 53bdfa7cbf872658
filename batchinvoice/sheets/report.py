"""The reconciliation workbook: what came of every row and every fils of a run."""

from __future__ import annotations

from pathlib import Path

from batchinvoice.sheets.book import large_book
from batchinvoice.sheets.cells import MAX_ROWS
from batchinvoice.sheets.naming import REPORT_SHEETS
from batchinvoice.sheets.report_data import Report, ReportRow, SmsCall, Tally, Written, disagreements
from batchinvoice.sheets.report_rows import AttentionSheets, RowsSheets
from batchinvoice.sheets.report_sms import write_sms
from batchinvoice.sheets.report_summary import write_summary
from batchinvoice.sheets.style import environment_mark, set_up_print

__all__ = ["Report", "ReportRow", "SmsCall", "Tally", "write_report"]


def write_report(path: Path, report: Report, *, most: int = MAX_ROWS - 1) -> tuple[str, ...]:
    """Write the workbook, going through the rows once and keeping none of them.

    most: how many rows go on a sheet; further ones go on `Rows 2`, `Rows 3` …
    Returns where the totals of reading, ledger and workbook disagree, in plain words; empty when all adds up. The
    Summary shows the same. Raises FileInUse or CannotWrite; then a workbook that was there before is untouched.
    """
    mark = environment_mark(report.environment)
    header = (f"{report.source} · {report.sheet}", mark, f"run {report.run}")
    with large_book(path, title=f"Reconciliation of {report.source}", subject=mark) as large:
        rows, attention = RowsSheets(large, most), AttentionSheets(large, most)
        written = _write_rows(report, rows, attention)
        summary = large.book.add_worksheet(REPORT_SHEETS[0])
        rows.draw()
        attention.draw()
        write_sms(large.book.add_worksheet(REPORT_SHEETS[3]), report.calls, large.styles)
        write_summary(large.book, summary, report, written, rows.places, large.styles)
        for sheet in large.book.worksheets():
            set_up_print(sheet, header, repeat_row=None if sheet is summary else 0)
    return disagreements(report, written)


def _write_rows(report: Report, rows: RowsSheets, attention: AttentionSheets) -> Written:
    written = Written()
    for row in report.rows:
        place = rows.add(row)
        written.add(row)
        if row.needs_person:
            attention.add(row, place)
    return written

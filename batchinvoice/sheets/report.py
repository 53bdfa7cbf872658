"""The reconciliation workbook: what came of every row and every fils of a run."""

from __future__ import annotations

from pathlib import Path

from batchinvoice.sheets.book import new_book
from batchinvoice.sheets.cells import MAX_ROWS
from batchinvoice.sheets.errors import CannotWrite
from batchinvoice.sheets.naming import REPORT_SHEETS
from batchinvoice.sheets.report_data import Report, ReportRow, SmsCall, Tally, Written, disagreements
from batchinvoice.sheets.report_sheets import AttentionSheet, RowsSheet, write_sms
from batchinvoice.sheets.report_summary import write_summary
from batchinvoice.sheets.style import Styles, environment_mark, set_up_print

__all__ = ["Report", "ReportRow", "SmsCall", "Tally", "write_report"]


def write_report(path: Path, report: Report) -> tuple[str, ...]:
    """Write the workbook, going through the rows once and keeping none of them.

    Returns where the totals of reading, ledger and workbook disagree, in plain words; empty when all adds up. The
    Summary shows the same. Raises FileInUse or CannotWrite; then a workbook that was there before is untouched.
    """
    mark = environment_mark(report.environment)
    header = (f"{report.source} · {report.sheet}", mark, f"run {report.run}")
    with new_book(path, title=f"Reconciliation of {report.source}", subject=mark, constant_memory=True) as book:
        styles = Styles(book)
        # Added first, since people open it first; written last, since it sums up the others.
        summary, rows, attention, sms = (book.add_worksheet(name) for name in REPORT_SHEETS)
        written = _write_rows(path, report, RowsSheet(rows, styles), AttentionSheet(attention, styles))
        write_sms(sms, report.calls, styles)
        write_summary(book, summary, report, written, styles)
        for sheet in (rows, attention, sms):
            set_up_print(sheet, header)
        set_up_print(summary, header, repeat_row=None)
        summary.activate()
    return disagreements(report, written)


def _write_rows(path: Path, report: Report, rows: RowsSheet, attention: AttentionSheet) -> Written:
    written = Written()
    for row in report.rows:
        if rows.count + 1 >= MAX_ROWS:
            raise CannotWrite(path, f"a sheet holds {MAX_ROWS - 1:,} rows, and the run has more")
        rows.add(row)
        written.add(row)
        if row.needs_person:
            attention.add(row, rows.count)
    rows.close()
    attention.close()
    return written

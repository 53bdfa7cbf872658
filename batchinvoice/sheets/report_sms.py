"""The SMS sheet of the reconciliation workbook: each bulk send with its invoice IDs, a hundred a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.lifecycle import SmsStatus
from batchinvoice.sheets import style
from batchinvoice.sheets.cells import clean, write_text
from batchinvoice.sheets.report_data import SmsCall
from batchinvoice.sheets.report_rows import draw_headings, kuwait_time
from batchinvoice.sheets.style import BODY, QUIET, TEXT_BODY, Styles, row_height

_COLUMNS: tuple[tuple[str, int], ...] = (
    ("Call", 7),
    ("Sent at", 19),
    ("Outcome", 12),
    ("Invoices", 10),
    ("Message", 44),
    ("Invoice IDs", 90),
)
_IDS_A_LINE = 100  # so that a line can be read, and a cell never gets too long


def write_sms(sheet: Worksheet, calls: Sequence[SmsCall], styles: Styles) -> None:
    """Draw the sheet with its lines, which are few: a call sends a hundred texts."""
    draw_headings(sheet, _COLUMNS, styles)
    sheet.ignore_errors({"number_stored_as_text": "F2:F1048576"})
    at = 0
    for call in calls:
        for ids in _lines(call.ids):
            at += 1
            sheet.set_row(at, row_height(call.message, width=44, least=len(", ".join(ids)) // 85 + 1))
            sheet.write_number(at, 0, call.number, styles.of(BODY))
            _write_moment(sheet, at, call, styles)
            write_text(sheet, at, 2, call.outcome.value, styles.of(TEXT_BODY, _COLOURS[call.outcome]))
            sheet.write_number(at, 3, len(ids), styles.of(BODY, num_format=style.COUNT))
            write_text(sheet, at, 4, call.message, styles.of(TEXT_BODY, text_wrap=True))
            write_text(sheet, at, 5, ", ".join(ids), styles.of(TEXT_BODY, text_wrap=True, num_format=style.TEXT))
    if not at:
        write_text(sheet, 1, 0, "No bulk text messages were sent.", styles.of(italic=True, font_color=QUIET))


_COLOURS: dict[SmsStatus, dict[str, object]] = {
    SmsStatus.SENT: {"bg_color": style.GREEN},
    SmsStatus.FAILED: {"bg_color": style.RED},
    SmsStatus.UNKNOWN: {"bg_color": style.AMBER},
    SmsStatus.PENDING: {"bg_color": style.AMBER},
    SmsStatus.NOT_WANTED: {},
}


def _write_moment(sheet: Worksheet, at: int, call: SmsCall, styles: Styles) -> None:
    shown = styles.of(BODY, num_format=style.MOMENT, align="left", indent=1)
    if call.at is None:
        sheet.write_blank(at, 1, None, shown)
    else:
        sheet.write_datetime(at, 1, kuwait_time(call.at), shown)


def _lines(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, max(len(ids), 1), _IDS_A_LINE):
        yield [clean(identifier, 64) for identifier in ids[start : start + _IDS_A_LINE]]

"""The sheets of the reconciliation workbook that list things: Rows, Attention and SMS, row by row as they come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import SmsStatus
from batchinvoice.sheets import style
from batchinvoice.sheets.cells import MAX_LINKS, clean, is_link, write_text
from batchinvoice.sheets.report_data import ReportRow, SmsCall
from batchinvoice.sheets.style import BODY, HEADING, QUIET, STATUS_COLOURS, TEXT_BODY, Styles, row_height

ROWS_COLUMNS: tuple[tuple[str, int], ...] = (
    ("Row", 7),
    ("Reference", 27),
    ("Customer", 27),
    ("Mobile", 15),
    ("Amount", 13),
    ("Action", 11),
    ("Status", 11),
    ("Reason", 38),
    ("Amount at gateway", 13),
    ("Difference", 12),
    ("Invoice ID", 12),
    ("Payment link", 34),
    ("SMS", 11),
    ("Attempts", 10),
    ("Updated at", 19),
)
_ATTENTION_COLUMNS: tuple[tuple[str, int], ...] = (
    ("Row", 7),
    ("Reference", 27),
    ("Customer", 27),
    ("Amount", 13),
    ("Status", 11),
    ("What is wrong", 60),
    ("What to do", 60),
)
_SMS_COLUMNS: tuple[tuple[str, int], ...] = (
    ("Call", 7),
    ("Sent at", 19),
    ("Outcome", 12),
    ("Invoices", 10),
    ("Message", 44),
    ("Invoice IDs", 90),
)
_NUMBERS = frozenset({"Row", "Amount", "Amount at gateway", "Difference", "Attempts", "Call", "Invoices"})
_IDS_A_LINE = 100  # so that a line can be read, and a cell never gets too long


def kuwait_time(moment: dt.datetime) -> dt.datetime:
    """The moment on Kuwait's clocks, without a zone, as a workbook holds it."""
    return moment.astimezone(KUWAIT).replace(tzinfo=None, microsecond=0)


class RowsSheet:
    """The Rows sheet: every row of the input in its order."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self._sheet, self._styles = sheet, styles
        self._text = styles.of(TEXT_BODY, num_format=style.TEXT)
        self._link = styles.of(TEXT_BODY, num_format=style.TEXT, font_color="#1F5FBF", underline=1)
        self.count = 0
        _open(sheet, ROWS_COLUMNS, styles)
        # Excel would mark each phone and reference with a green corner, because they are text on purpose.
        sheet.ignore_errors({"number_stored_as_text": "B2:L1048576"})

    def add(self, row: ReportRow) -> None:
        """Write the next row."""
        self.count += 1
        at, sheet, text = self.count, self._sheet, self._text
        sheet.write_number(at, 0, row.row, self._styles.of(BODY))
        for column, value in ((1, row.reference), (2, row.customer), (3, row.mobile), (5, row.action.value)):
            write_text(sheet, at, column, value, text)
        write_amount(sheet, (at, 4), row, self._styles)
        write_text(sheet, at, 6, row.status.value, status_style(self._styles, row))
        write_text(sheet, at, 7, row.reason, self._styles.of(TEXT_BODY, style.side(row.reason), num_format=style.TEXT))
        _number(sheet, (at, 8), row.gateway_amount, self._styles.of(BODY, num_format=style.AMOUNT))
        _number(sheet, (at, 9), row.difference, self._styles.of(BODY, num_format=style.DIFFERENCE))
        write_text(sheet, at, 10, row.invoice_id, text)
        self._write_link(at, row.link)
        write_text(sheet, at, 12, row.sms.value, text)
        sheet.write_number(at, 13, row.attempts, self._styles.of(BODY))
        _moment(sheet, (at, 14), row.updated_at, self._styles)

    def close(self) -> None:
        """Put the filter over what was written."""
        self._sheet.autofilter(0, 0, max(self.count, 1), len(ROWS_COLUMNS) - 1)

    def _write_link(self, at: int, link: str) -> None:
        if self.count <= MAX_LINKS and is_link(link):
            self._sheet.write_url(at, 11, link, self._link, link)
        else:
            write_text(self._sheet, at, 11, link, self._text)


class AttentionSheet:
    """The Attention sheet: only rows that need a person, with what to do."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self._sheet, self._styles, self.count = sheet, styles, 0
        _open(sheet, _ATTENTION_COLUMNS, styles)
        sheet.ignore_errors({"number_stored_as_text": "B2:C1048576"})

    def add(self, row: ReportRow, listed_at: int) -> None:
        """Write the next row; `listed_at` is its line on the Rows sheet, counted from 0."""
        self.count += 1
        at, sheet, styles = self.count, self._sheet, self._styles
        number = styles.of(BODY, font_color="#1F5FBF", underline=1)
        if self.count <= MAX_LINKS:
            sheet.write_url(at, 0, f"internal:Rows!A{listed_at + 1}", number, tip="Show the row on the Rows sheet")
        sheet.write_number(at, 0, row.row, number)  # over the link's own text: the number stays a number
        write_text(sheet, at, 1, row.reference, styles.of(TEXT_BODY, num_format=style.TEXT))
        write_text(sheet, at, 2, row.customer, styles.of(TEXT_BODY, text_wrap=True))
        write_amount(sheet, (at, 3), row, styles)
        write_text(sheet, at, 4, row.status.value, status_style(styles, row))
        write_text(sheet, at, 5, row.reason, styles.of(TEXT_BODY, style.side(row.reason), text_wrap=True))
        if self.count <= MAX_LINKS:
            sheet.set_row(at, row_height(row.reason, row.remedy, width=_ATTENTION_COLUMNS[-1][1]))
        write_text(sheet, at, 6, row.remedy, styles.of(TEXT_BODY, style.side(row.remedy), text_wrap=True))

    def close(self) -> None:
        """Put the filter over what was written, or say that nothing was."""
        if self.count:
            self._sheet.autofilter(0, 0, self.count, len(_ATTENTION_COLUMNS) - 1)
        else:
            write_text(self._sheet, 1, 0, "Nothing needs a person.", self._styles.of(italic=True, font_color=QUIET))


def write_sms(sheet: Worksheet, calls: Sequence[SmsCall], styles: Styles) -> None:
    """Write the SMS sheet: each bulk send with its invoice IDs, a hundred a line."""
    _open(sheet, _SMS_COLUMNS, styles)
    sheet.ignore_errors({"number_stored_as_text": "F2:F1048576"})
    at = 0
    for call in calls:
        for ids in _lines(call.ids):
            at += 1
            sheet.set_row(at, row_height(call.message, width=44, least=len(", ".join(ids)) // 85 + 1))
            sheet.write_number(at, 0, call.number, styles.of(BODY))
            _moment(sheet, (at, 1), call.at, styles)
            write_text(sheet, at, 2, call.outcome.value, styles.of(TEXT_BODY, _SMS_COLOURS[call.outcome]))
            sheet.write_number(at, 3, len(ids), styles.of(BODY, num_format=style.COUNT))
            write_text(sheet, at, 4, call.message, styles.of(TEXT_BODY, text_wrap=True))
            write_text(sheet, at, 5, ", ".join(ids), styles.of(TEXT_BODY, text_wrap=True, num_format=style.TEXT))
    if not at:
        write_text(sheet, 1, 0, "No bulk text messages were sent.", styles.of(italic=True, font_color=QUIET))


_SMS_COLOURS: dict[SmsStatus, dict[str, object]] = {
    SmsStatus.SENT: {"bg_color": style.GREEN},
    SmsStatus.FAILED: {"bg_color": style.RED},
    SmsStatus.UNKNOWN: {"bg_color": style.AMBER},
    SmsStatus.PENDING: {"bg_color": style.AMBER},
    SmsStatus.NOT_WANTED: {},
}


def write_amount(sheet: Worksheet, at: tuple[int, int], row: ReportRow, styles: Styles) -> None:
    """The amount as a number; where it could not be read, what was typed, so that no sum takes it up."""
    if row.amount is None:
        typed = styles.of(BODY, align="right", italic=True, font_color=style.RED_INK, num_format=style.TEXT)
        write_text(sheet, *at, row.typed_amount, typed)
    else:
        _number(sheet, at, row.amount, styles.of(BODY, num_format=style.AMOUNT))


def status_style(styles: Styles, row: ReportRow) -> Format:
    """The colours of the row's status."""
    fill, ink = STATUS_COLOURS[row.status]
    return styles.of(TEXT_BODY, bg_color=fill, font_color=ink, bold=True)


def _open(sheet: Worksheet, columns: Sequence[tuple[str, int]], styles: Styles) -> None:
    sheet.hide_gridlines(2)
    for column, (_, width) in enumerate(columns):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 32)
    for column, (heading, _) in enumerate(columns):
        side = {"align": "right"} if heading in _NUMBERS else {"indent": 1}
        sheet.write_string(0, column, heading, styles.of(HEADING, side))


def _number(sheet: Worksheet, at: tuple[int, int], number: Decimal | None, style_: Format) -> None:
    if number is None:
        sheet.write_blank(*at, None, style_)
    else:
        sheet.write_number(*at, float(number), style_)


def _moment(sheet: Worksheet, at: tuple[int, int], moment: dt.datetime | None, styles: Styles) -> None:
    shown = styles.of(BODY, num_format=style.MOMENT, align="left", indent=1)
    if moment is None:
        sheet.write_blank(*at, None, shown)
    else:
        sheet.write_datetime(*at, kuwait_time(moment), shown)


def _lines(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, max(len(ids), 1), _IDS_A_LINE):
        yield [clean(identifier, 64) for identifier in ids[start : start + _IDS_A_LINE]]

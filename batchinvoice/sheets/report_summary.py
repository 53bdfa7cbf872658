"""The Summary sheet: which run it was, and the proof that every row and every fils is accounted for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.lifecycle import RowStatus, RunStatus
from batchinvoice.sheets import style
from batchinvoice.sheets.cells import clean
from batchinvoice.sheets.grid import Formula, Grid
from batchinvoice.sheets.report_data import Report, Written, disagreements
from batchinvoice.sheets.report_rows import Place, kuwait_time
from batchinvoice.sheets.report_totals import STATUS_ORDER, Lines, Parts, Ranges, put_control, put_gateway, put_sms
from batchinvoice.sheets.style import BODY, STATUS_COLOURS, Styles, environment_mark

_WIDTHS = (39, 11, 15, 13, 15, 13, 15, 3, 18, 72)
_RIGHT = 8  # the column where run details and chart begin
_LAST = len(_WIDTHS) - 1
_FIRST = 6  # the row where totals and details begin
_MOST_NOTES = 40
_LINE, _LINE_LENGTH = 15.0, 70  # points of a line of text, and how many characters it holds
_ADDS_UP = "Every row and every fils is accounted for: all differences are 0."
_DOES_NOT = "THE TOTALS DO NOT AGREE: do not rely on this run before the difference is explained."


class _Totals(NamedTuple):
    statuses: range
    proof: tuple[str, ...]
    gateway: tuple[str, ...]


def write_summary(
    book: Workbook, sheet: Worksheet, report: Report, written: Written, places: Sequence[Place], styles: Styles
) -> None:
    """Write the sheet; all rows must have been written before, on the Rows sheets `places`."""
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    grid = Grid(heights={0: 44, 1: 26})
    _put_mark(grid, report, styles)
    totals = _put_totals(grid, report, written, [Ranges.of(place) for place in places], styles)
    _put_verdicts(grid, report, written, styles, totals.proof)
    end = _put_details(grid, report, styles)
    grid.write(sheet)
    _colour_differences(sheet, styles, totals)
    if written.count:
        _insert_chart(book, sheet, totals.statuses, written, row=end + 2)


def _put_totals(grid: Grid, report: Report, written: Written, parts: Parts, styles: Styles) -> _Totals:
    lines = Lines(grid, styles, _FIRST)
    statuses, control = put_control(lines, report, written, parts)
    if written.unreadable:
        words = f"{written.unreadable:,} of the amounts cannot be read; those rows count with 0.000 KWD everywhere."
        grid.put(lines.row, 0, words, styles.of(italic=True, font_color=style.QUIET))
        lines.row += 1
    lines.row += 1
    gateway = put_gateway(lines, written, parts, statuses)
    lines.row += 1
    sms = put_sms(lines, report, written, parts)
    # A gateway that has another amount is for a person to see, but the totals add up all the same.
    return _Totals(statuses, (*control, *sms), gateway)


def _put_mark(grid: Grid, report: Report, styles: Styles) -> None:
    live = report.environment == "live"
    words = "LIVE — real invoices, real money" if live else "SANDBOX (TEST) — nobody pays these invoices"
    colours = (
        {"bg_color": "#A61B1B", "font_color": "#FFFFFF"} if live else {"bg_color": "#FFC533", "font_color": "#3B2A00"}
    )
    mark = styles.of(colours, bold=True, font_size=22, align="center", valign="vcenter")
    grid.put(0, 0, words, mark, across=_LAST + 1)
    title = styles.of(bold=True, font_size=16, font_color=style.NAVY, valign="vcenter")
    grid.put(1, 0, clean(f"{'Plan for' if report.ask else 'Reconciliation of'} {report.source}", 200), title)


def _put_verdicts(grid: Grid, report: Report, written: Written, styles: Styles, proof: tuple[str, ...]) -> None:
    differ = disagreements(report, written)
    colours = {"bg_color": style.RED, "font_color": style.RED_INK} if differ else {"font_color": style.GREEN_INK}
    zero = ",".join(f"{cell}=0" for cell in proof)
    verdict = Formula(f'=IF(AND({zero}),"{_ADDS_UP}","{_DOES_NOT}")', _DOES_NOT if differ else _ADDS_UP)
    grid.put(2, 0, verdict, styles.of(colours, bold=True, font_size=12), across=7)
    waiting = written.statuses[RowStatus.PENDING].count
    people = " ".join(filter(None, [_waiting(waiting, report), _people(written.need_person)]))
    tone = style.AMBER_INK if written.need_person or waiting else style.GREEN_INK
    grid.put(3, 0, people, styles.of(bold=True, font_size=12, font_color=tone), across=7)
    if differ:
        grid.put(4, 0, "; ".join(differ), styles.of(font_color=style.RED_INK, text_wrap=True), across=_LAST + 1)
    elif report.ask:
        asked = styles.of(bold=True, bg_color=style.AMBER, font_color=style.AMBER_INK, text_wrap=True, valign="vcenter")
        grid.put(4, 0, clean(report.ask, 500), asked, across=_LAST + 1)
        grid.heights[4] = 3 * _LINE


def _waiting(count: int, report: Report) -> str:
    if not count:
        return ""
    command = "apply" if report.status is RunStatus.PLANNED else "resume"
    return f"{count:,} {'row was' if count == 1 else 'rows were'} not sent yet: batchinvoice {command} {report.run}."


def _people(count: int) -> str:
    if not count:
        return "No row needs a person."
    return f"{count:,} {'row needs' if count == 1 else 'rows need'} a person: see the sheet Attention."


def _put_details(grid: Grid, report: Report, styles: Styles) -> int:
    grid.put(_FIRST, _RIGHT, "This run", styles.of(style.HEADING), across=2)
    label = styles.of(BODY, font_color=style.QUIET)
    text = styles.of(BODY, num_format=style.TEXT, text_wrap=True)
    row = _FIRST
    for name, value in (*_details(report), *sorted(report.options.items())):
        row += 1
        grid.put(row, _RIGHT, name, label)
        grid.put(row, _RIGHT + 1, clean(value, 500), text)
    if report.notes:
        row += 2
        grid.put(row, _RIGHT, "Notes on the sheet", styles.of(style.HEADING), across=2)
        for place, note in report.notes[:_MOST_NOTES]:
            row += 1
            grid.put(row, _RIGHT, clean(place, 60), label)
            grid.put(row, _RIGHT + 1, clean(note, 500), styles.of(BODY, style.side(note), text_wrap=True))
            grid.heights[row] = max(grid.heights.get(row, 0), _LINE * (1 + len(note) // _LINE_LENGTH))
    return row


def _details(report: Report) -> tuple[tuple[str, str], ...]:
    removed = report.forgotten_at and f"removed on {_clock(report.forgotten_at)}"
    return (
        ("Run", report.run),
        ("Status", report.status.value),
        ("Environment", environment_mark(report.environment)),
        ("Merchant code", report.merchant_code),
        ("Source file", report.source),
        ("Sheet", report.sheet),
        ("SHA-256 of the file", report.sha256),
        ("Started by", report.started_by),
        ("Started", _clock(report.started_at)),
        ("Finished", _clock(report.finished_at) if report.finished_at else "not finished"),
        ("Times", "Kuwait time (UTC+3)"),
        ("Made with", f"batchinvoice {report.version}"),
        *([("Audit record", report.audit_mark)] if report.audit_mark else []),
        *([("Personal data", removed)] if removed else []),
    )


def _clock(moment: dt.datetime) -> str:
    return f"{kuwait_time(moment):%Y-%m-%d %H:%M:%S}"


def _colour_differences(sheet: Worksheet, styles: Styles, totals: _Totals) -> None:
    good = styles.of(bg_color=style.GREEN, font_color=style.GREEN_INK)
    bad = styles.of(bg_color="#D92D20", font_color="#FFFFFF", bold=True)
    for cell in (*totals.proof, *totals.gateway):
        sheet.conditional_format(cell, {"type": "cell", "criteria": "==", "value": 0, "format": good})
        sheet.conditional_format(cell, {"type": "cell", "criteria": "!=", "value": 0, "format": bad})


def _insert_chart(book: Workbook, sheet: Worksheet, statuses: range, written: Written, *, row: int) -> None:
    chart = book.add_chart({"type": "bar"})
    first, last = statuses[0], statuses[-1]
    counts = [written.statuses[status].count for status in STATUS_ORDER]
    chart.add_series(
        {
            "categories": ["Summary", first, 0, last, 0],
            "values": ["Summary", first, 1, last, 1],
            # Rows already written are out of reach, so viewers that work nothing out get the numbers here.
            "categories_data": [status.value for status in STATUS_ORDER],
            "values_data": counts,
            "points": [{"fill": {"color": STATUS_COLOURS[status][1]}} for status in STATUS_ORDER],
            "data_labels": {"value": True, "num_format": "#,##0;;", "font": {"size": 9}},
            "gap": 40,
        }
    )
    chart.set_title({"name": "Rows by status", "name_font": {"size": 12, "color": style.NAVY}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}, "line": {"color": style.LINE}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_size({"width": 600, "height": 290})
    chart.set_chartarea({"border": {"color": style.LINE}})
    sheet.insert_chart(row, _RIGHT, chart, {"object_position": 2, "description": "Rows of the run by status"})

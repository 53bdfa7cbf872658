"""The last sheet of a corrections workbook: every issue in a list, each with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.issue import Issue
from batchinvoice.sheets.cells import MAX_LINKS, MAX_ROWS, write_text
from batchinvoice.sheets.correction_words import Words
from batchinvoice.sheets.style import BAD, HEADING, TEXT_BODY, WARNED, Styles, row_height

_WIDTHS = (16, 8, 52, 52, 22)
_LINK = {"font_color": "#0563C1", "underline": 1}
_FROM_RIGHT = {"reading_order": 2, "align": "right"}


class Listed(NamedTuple):
    """An issue and its cell in this workbook, whose rows and columns count from 0; `source_row` is the sheet's own."""

    sheet: str
    row: int
    column: int
    source_row: int
    issue: Issue


def add_issues(book: Workbook, name: str, listed: Sequence[Listed], say: Words, styles: Styles) -> Worksheet:
    """Add the sheet `name` that lists the issues; of more than a sheet can hold, the first."""
    target = book.add_worksheet(name)
    side = _FROM_RIGHT if say.from_right else {}
    for index, (heading, width) in enumerate(zip(say.headings, _WIDTHS, strict=True)):
        write_text(target, 0, index, heading, styles.of(HEADING, side))
        target.set_column(index, index, width)
    target.set_row(0, 24)
    several = len({line.sheet for line in listed}) > 1
    body = styles.of(TEXT_BODY, side, text_wrap=True)
    shown = listed[: MAX_ROWS - 2]
    for at, line in enumerate(shown, 1):
        _write_cell_name(target, at, line, several, styles)
        target.write_number(at, 1, line.source_row, styles.of(TEXT_BODY, {"align": "center", "indent": 0}))
        said = line.issue.say(say.language)
        target.set_row(at, row_height(*said, width=_WIDTHS[2]))
        for index, text in enumerate((*said, line.issue.proposal or ""), 2):
            write_text(target, at, index, text, body)
    if len(listed) > len(shown):
        write_text(target, len(shown) + 1, 2, say.more.format(count=len(listed) - len(shown)), body)
    target.freeze_panes(1, 0)
    target.autofilter(0, 0, max(len(shown), 1), len(_WIDTHS) - 1)
    return target


def _write_cell_name(target: Worksheet, at: int, line: Listed, several: bool, styles: Styles) -> None:
    """The cell's name as a link to it; where Excel takes no more links, the name alone."""
    cell = xl_rowcol_to_cell(line.row, line.column)
    name = f"{line.sheet}!{cell}" if several else cell
    weight = BAD if line.issue.is_error else WARNED
    if at > MAX_LINKS:
        write_text(target, at, 0, name, styles.of(TEXT_BODY, weight))
        return
    quoted = line.sheet.replace("'", "''")
    target.write_url(at, 0, f"internal:'{quoted}'!{cell}", styles.of(TEXT_BODY, weight, _LINK), name)

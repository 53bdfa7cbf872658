"""The last sheet of a corrections workbook: every issue in a list, each with a link to its cell."""

from __future__ import annotations

from typing import NamedTuple

from batchinvoice.invoices.issue import Issue, Said
from batchinvoice.sheets.book import LargeBook
from batchinvoice.sheets.cells import MAX_LINKS, MAX_ROWS, write_text
from batchinvoice.sheets.correction_words import Words
from batchinvoice.sheets.pouring import style_number
from batchinvoice.sheets.rendering import number, text
from batchinvoice.sheets.style import BAD, FROM_RIGHT, HEADING, TEXT_BODY, WARNED, row_height

_WIDTHS = (16, 8, 52, 52, 22)
_LINK = {"font_color": "#0563C1", "underline": 1}


class Listed(NamedTuple):
    """An issue in words, and its cell in this workbook (as `G7`); `source_row` is the sheet's own."""

    sheet: str
    cell: str
    source_row: int
    issue: Issue
    said: Said


class ListOfIssues:
    """The list: issues are added first, and the sheet is drawn once they are all there; of too many, the first.

    several: whether cells of more than one sheet are spoken of.
    """

    def __init__(self, large: LargeBook, say: Words, *, several: bool) -> None:
        self._large, self._say, self._several, self.count = large, say, several, 0
        self._part = large.rows(len(_WIDTHS))
        self._side = FROM_RIGHT if say.from_right else {}
        of = large.styles.of
        self._words = style_number(of(TEXT_BODY, self._side, text_wrap=True))
        self._row = style_number(of(TEXT_BODY, {"align": "center", "indent": 0}))
        # By whether it is an error, and whether it is linked.
        self._names = {
            (is_error, linked): style_number(of(TEXT_BODY, BAD if is_error else WARNED, _LINK if linked else {}))
            for is_error in (True, False)
            for linked in (True, False)
        }

    def add(self, line: Listed) -> None:
        """Add an issue."""
        self.count += 1
        part = self._part
        if part.count >= MAX_ROWS - 2:
            return
        n, linked = part.line, part.links < MAX_LINKS  # where Excel takes no more links, the cell's name alone
        if linked:
            quoted = line.sheet.replace("'", "''")
            part.link_in(f"A{n}", f"'{quoted}'!{line.cell}")
        name = f"{line.sheet}!{line.cell}" if self._several else line.cell
        part.add(
            text(f"A{n}", self._names[line.issue.is_error, linked], name)
            + number(f"B{n}", self._row, line.source_row)
            + text(f"C{n}", self._words, line.said.message)
            + text(f"D{n}", self._words, line.said.remedy)
            + text(f"E{n}", self._words, line.issue.proposal or ""),
            height=row_height(*line.said, width=_WIDTHS[2]),
        )

    def draw(self, name: str) -> None:
        """Draw the sheet `name`."""
        target, shown = self._large.book.add_worksheet(name), self._part.count
        for index, (heading, width) in enumerate(zip(self._say.headings, _WIDTHS, strict=True)):
            write_text(target, 0, index, heading, self._large.styles.of(HEADING, self._side))
            target.set_column(index, index, width)
        target.set_row(0, 24)
        if self.count > shown:
            more = self._say.more.format(count=self.count - shown)
            self._part.add(text(f"C{self._part.line}", self._words, more))
        target.freeze_panes(1, 0)
        target.autofilter(0, 0, max(shown, 1), len(_WIDTHS) - 1)
        self._large.put(target, self._part)

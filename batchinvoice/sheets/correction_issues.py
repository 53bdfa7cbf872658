"""The last sheet of a corrections workbook: every issue in a list, each with a link to its cell."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from batchinvoice.invoices.issue import REMEMBERED, Issue, Said
from batchinvoice.sheets.book import LargeBook
from batchinvoice.sheets.cells import MAX_LINKS, MAX_ROWS, write_text
from batchinvoice.sheets.correction_words import Words
from batchinvoice.sheets.pouring import style_number
from batchinvoice.sheets.rendering import number, text
from batchinvoice.sheets.style import BAD, FROM_RIGHT, HEADING, TEXT_BODY, WARNED, row_height

_WIDTHS = (16, 8, 52, 52, 22)
_LINK = {"font_color": "#0563C1", "underline": 1}


class Listed(NamedTuple):
    """An issue, and its cell in this workbook (as `G7`); `source_row` is the sheet's own."""

    cell: str
    source_row: int
    issue: Issue


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
        self._in_words = lru_cache(maxsize=REMEMBERED)(self._worded)  # most issues are said of many cells
        # By whether it is an error, and whether it is linked.
        self._names = {
            (is_error, linked): style_number(of(TEXT_BODY, BAD if is_error else WARNED, _LINK if linked else {}))
            for is_error in (True, False)
            for linked in (True, False)
        }

    def add(self, sheet: str, line: Listed) -> None:
        """Add an issue of a cell of that sheet."""
        self.count += 1
        part = self._part
        if part.count >= MAX_ROWS - 2:
            return
        cell, source_row, issue = line
        linked = part.links < MAX_LINKS  # where Excel takes no more links, the cell's name alone
        if linked:
            quoted = sheet.replace("'", "''")
            part.link_in(f"A{part.line}", f"'{quoted}'!{cell}")
        name = text(self._names[issue.is_error, linked], f"{sheet}!{cell}" if self._several else cell)
        in_words, height = self._in_words(issue.say(self._say.language), issue.proposal or "")
        part.add((name, number(self._row, source_row), *in_words), height)

    def _worded(self, said: Said, proposal: str) -> tuple[tuple[str, str, str], float]:
        """The cells that tell what is wrong, and how high they are."""
        style = self._words
        in_words = (text(style, said.message), text(style, said.remedy), text(style, proposal))
        return in_words, row_height(*said, width=_WIDTHS[2])

    def draw(self, name: str) -> None:
        """Draw the sheet `name`."""
        target, shown = self._large.book.add_worksheet(name), self._part.count
        for index, (heading, width) in enumerate(zip(self._say.headings, _WIDTHS, strict=True)):
            write_text(target, 0, index, heading, self._large.styles.of(HEADING, self._side))
            target.set_column(index, index, width)
        target.set_row(0, 24)
        if self.count > shown:
            more = self._say.more.format(count=self.count - shown)
            self._part.add(["", "", text(self._words, more), "", ""])
        target.freeze_panes(1, 0)
        target.autofilter(0, 0, max(shown, 1), len(_WIDTHS) - 1)
        self._large.put(target, self._part)

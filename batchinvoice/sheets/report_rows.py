"""The sheets of the reconciliation workbook that list rows: Rows and Attention, over as many sheets as they need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.sheets import style
from batchinvoice.sheets.book import LargeBook
from batchinvoice.sheets.cells import MAX_LINKS, is_link
from batchinvoice.sheets.naming import REPORT_SHEETS
from batchinvoice.sheets.pouring import Poured, style_number
from batchinvoice.sheets.rendering import moment, number, text
from batchinvoice.sheets.report_data import ReportRow
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
_NUMBERS = frozenset({"Row", "Amount", "Amount at gateway", "Difference", "Attempts", "Call", "Invoices"})
_LINK = {"font_color": "#1F5FBF", "underline": 1}


def kuwait_time(moment: dt.datetime) -> dt.datetime:
    """The moment on Kuwait's clocks, without a zone, as a workbook holds it."""
    return moment.astimezone(KUWAIT).replace(tzinfo=None, microsecond=0)


class Place(NamedTuple):
    """A sheet of rows as formulas and links name it, and how many rows are on it."""

    sheet: str
    rows: int


class _Series:
    """Rows that go on, when a sheet is full, on a further one: `Rows`, `Rows 2` …"""

    def __init__(self, large: LargeBook, name: str, columns: Sequence[tuple[str, int]], most: int) -> None:
        self._large, self._name, self._columns, self._most = large, name, columns, most
        self._parts = [large.rows(len(columns))]

    def _next(self) -> Poured:
        """Where the next row goes."""
        if self._parts[-1].count >= self._most:
            self._parts.append(self._large.rows(len(self._columns)))
        return self._parts[-1]

    def _called(self, nth: int) -> str:
        return self._name if nth == 1 else f"{self._name} {nth}"

    def _draw(self, as_text: str) -> None:
        """Draw the sheets. as_text: cells in which text that looks like a number is text on purpose."""
        for at, part in enumerate(self._parts, 1):
            sheet = self._large.book.add_worksheet(self._called(at))
            draw_headings(sheet, self._columns, self._large.styles)
            sheet.autofilter(0, 0, max(part.count, 1), len(self._columns) - 1)
            # Excel would mark each phone and reference with a green corner.
            sheet.ignore_errors({"number_stored_as_text": as_text})
            self._large.put(sheet, part)


class RowsSheets(_Series):
    """The Rows sheets: every row of the input in its order."""

    def __init__(self, large: LargeBook, most: int) -> None:
        super().__init__(large, REPORT_SHEETS[1], ROWS_COLUMNS, most)
        looks = _Looks(large.styles)
        self._looks, self._text = looks, looks.of(TEXT_BODY, num_format=style.TEXT)
        self._from_right = looks.of(TEXT_BODY, style.FROM_RIGHT, num_format=style.TEXT)
        self._link = looks.of(TEXT_BODY, _LINK, num_format=style.TEXT)
        self._difference = looks.of(BODY, num_format=style.DIFFERENCE)
        self._moment = looks.of(BODY, num_format=style.MOMENT, align="left", indent=1)

    def add(self, row: ReportRow) -> str:
        """Write the next row; returns where it is, as `Rows!A7`."""
        part, words, looks = self._next(), self._text, self._looks
        n = part.line
        linked = part.links < MAX_LINKS and is_link(row.link)
        if linked:
            part.link_out(f"L{n}", row.link)
        updated = row.updated_at and kuwait_time(row.updated_at)
        part.add(
            (
                number(looks.plain, row.row),
                text(words, row.reference),
                text(words, row.customer),
                text(words, row.mobile),
                looks.amount_of(row),
                text(words, row.action.value),
                text(looks.statuses[row.status], row.status.value),
                text(self._from_right if style.side(row.reason) else words, row.reason),
                number(looks.amount, row.gateway_amount),
                number(self._difference, row.difference),
                text(words, row.invoice_id),
                text(self._link if linked else words, row.link),
                text(words, row.sms.value),
                number(looks.plain, row.attempts),
                moment(self._moment, updated),
            )
        )
        return f"{_quoted(self._called(len(self._parts)))}!A{n}"

    def draw(self) -> None:
        """Draw the sheets, once all rows are there."""
        self._draw("B2:L1048576")

    @property
    def places(self) -> tuple[Place, ...]:
        """The sheets, in their order."""
        return tuple(Place(_quoted(self._called(at)), part.count) for at, part in enumerate(self._parts, 1))


class AttentionSheets(_Series):
    """The Attention sheets: only rows that need a person, with what to do."""

    def __init__(self, large: LargeBook, most: int) -> None:
        super().__init__(large, REPORT_SHEETS[2], _ATTENTION_COLUMNS, most)
        looks = _Looks(large.styles)
        self._looks, self._text = looks, looks.of(TEXT_BODY, num_format=style.TEXT)
        self._number = looks.of(BODY, _LINK)
        self._wrapped = looks.of(TEXT_BODY, text_wrap=True)
        self._from_right = looks.of(TEXT_BODY, style.FROM_RIGHT, text_wrap=True)

    def add(self, row: ReportRow, place: str) -> None:
        """Write the next row; `place` is where it is among the Rows."""
        part, looks = self._next(), self._looks
        n = part.line
        if part.links < MAX_LINKS:
            part.link_in(f"A{n}", place, "Show the row on the Rows sheet")
        part.add(
            (
                number(self._number, row.row),
                text(self._text, row.reference),
                text(self._wrapped, row.customer),
                looks.amount_of(row),
                text(looks.statuses[row.status], row.status.value),
                text(self._of(row.reason), row.reason),
                text(self._of(row.remedy), row.remedy),
            ),
            height=row_height(row.reason, row.remedy, width=_ATTENTION_COLUMNS[-1][1]),
        )

    def draw(self) -> None:
        """Draw the sheets, once all rows are there; or say that there are none."""
        self._draw("B2:C1048576")
        if not self._parts[0].count:
            words = "Nothing needs a person."
            look = self._large.styles.of(italic=True, font_color=QUIET)
            self._parts[0].add([text(style_number(look), words), *[""] * (len(self._columns) - 1)])

    def _of(self, words: str) -> int:
        return self._from_right if style.side(words) else self._wrapped


class _Looks:
    """The numbers of the styles that rows share."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self.plain = self.of(BODY)
        self.amount = self.of(BODY, num_format=style.AMOUNT)
        self._typed = self.of(BODY, align="right", italic=True, font_color=style.RED_INK, num_format=style.TEXT)
        self.statuses: dict[RowStatus, int] = {
            status: self.of(TEXT_BODY, bg_color=fill, font_color=ink, bold=True)
            for status, (fill, ink) in STATUS_COLOURS.items()
        }

    def of(self, *parts: style.Look, **more: object) -> int:
        """The number of a style with these properties."""
        return style_number(self._styles.of(*parts, **more))

    def amount_of(self, row: ReportRow) -> str:
        """The amount as a number; where it could not be read, what was typed, so that no sum takes it up."""
        if row.amount is None:
            return text(self._typed, row.typed_amount)
        return number(self.amount, row.amount)


def draw_headings(sheet: Worksheet, columns: Sequence[tuple[str, int]], styles: Styles) -> None:
    """Draw the headings of a list and set its columns' widths."""
    sheet.hide_gridlines(2)
    for column, (_, width) in enumerate(columns):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.set_row(0, 32)
    for column, (heading, _) in enumerate(columns):
        side = {"align": "right"} if heading in _NUMBERS else {"indent": 1}
        sheet.write_string(0, column, heading, styles.of(HEADING, side))


def _quoted(name: str) -> str:
    return f"'{name}'" if " " in name else name

"""How the workbooks look: colours, number formats, and the print set-up they share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.script import language_of
from batchinvoice.sheets.cells import clean

Look = Mapping[str, object]  # properties of a cell's format, as XlsxWriter names them

AMOUNT = "#,##0.000"
DIFFERENCE = "[Red]+#,##0.000;[Red]-#,##0.000;0.000"
COUNT = "#,##0"
DATE = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm:ss"
TEXT = "@"

_LINE_HEIGHT = 15.0  # points

INK, QUIET, LINE, NAVY, PALE = "#1F2937", "#6B7280", "#D1D5DB", "#1F3864", "#EEF2F8"
GREEN, GREEN_INK, RED, RED_INK = "#D7F0DD", "#14532D", "#FBD9D5", "#8E1B12"
AMBER, AMBER_INK = "#FFE8B3", "#6B4400"

# (fill, ink); the ink is also the bar of the chart.
STATUS_COLOURS: dict[RowStatus, tuple[str, str]] = {
    RowStatus.CREATED: (GREEN, "#1B7F3B"),
    RowStatus.UPDATED: ("#D6EAF8", "#1F6FA8"),
    RowStatus.UNCHANGED: ("#E8EEF4", "#52708F"),
    RowStatus.ADOPTED: ("#D5F1EE", "#12807A"),
    RowStatus.DUPLICATE: ("#ECECEC", "#6B6B6B"),
    RowStatus.INVALID: (RED, "#B3261E"),
    RowStatus.REJECTED: ("#F8D3DF", "#A3134B"),
    RowStatus.HELD: (AMBER, "#9A6500"),
    RowStatus.UNKNOWN: ("#EADAF7", "#6A2C9B"),
    RowStatus.PENDING: ("#FFF6D6", "#7A6A00"),
}

HEADING = {"bold": True, "font_color": "#FFFFFF", "bg_color": NAVY, "valign": "vcenter", "text_wrap": True, "border": 1}
BODY: Mapping[str, object] = {"font_color": INK, "valign": "top", "bottom": 1, "bottom_color": LINE}
BAD: Mapping[str, object] = {"bg_color": RED, "font_color": RED_INK, "border": 1, "border_color": "#D92D20"}
WARNED: Mapping[str, object] = {"bg_color": AMBER, "font_color": AMBER_INK, "border": 1, "border_color": "#C98A00"}
TEXT_BODY: Mapping[str, object] = {**BODY, "align": "left", "indent": 1}  # keeps words off the number beside them

FROM_RIGHT: Look = {"reading_order": 2, "align": "right"}


def side(words: str) -> Mapping[str, object]:
    """How words are set: Arabic ones from the right, else a cell's name before them turns the whole line around."""
    return FROM_RIGHT if not words.isascii() and _is_arabic(words) else {}


@lru_cache(maxsize=1_000)
def _is_arabic(words: str) -> bool:
    return language_of([words]) == "ar"


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[frozenset[tuple[str, object]], Format] = {}

    def of(self, *parts: Mapping[str, object], **more: object) -> Format:
        """The format with these properties; later ones win."""
        properties: dict[str, object] = {}
        for part in (*parts, more):
            properties.update(part)
        key = frozenset(properties.items())
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def row_height(*texts: str, width: int, least: int = 1) -> float:
    """How high a row must be, in points, to show these texts wrapped at so many characters."""
    # Not every program makes a row as high as its wrapped text by itself.
    lines = max([_lines(text, width) for text in texts])
    return _LINE_HEIGHT * min(max(lines, least), 20)


def _lines(text: str, width: int) -> int:
    return sum([1 + len(line) // width for line in text.split("\n")]) if "\n" in text else 1 + len(text) // width


def set_up_print(sheet: Worksheet, header: tuple[str, str, str], *, repeat_row: int | None = 0) -> None:
    """A4 landscape as wide as the paper, with `header` (left, middle, right), the sheet's name and page x of y."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    left, middle, right = (_plain(text) for text in header)
    sheet.set_header(f"&L&9{left}&C&B{middle}&R&9 {right}")
    sheet.set_footer("&L&9 &A&R&9 &P / &N")
    if repeat_row is not None:
        sheet.repeat_rows(repeat_row)


def _plain(text: str) -> str:
    # `&` begins a command in a header, and Excel refuses headers above 255 characters.
    return clean(text, 60).replace("&", "&&").replace("\n", " ")


def environment_mark(environment: str) -> str:
    """`SANDBOX (TEST)` or `LIVE`, as every file made says it."""
    return "LIVE" if environment == "live" else "SANDBOX (TEST)"

"""A workbook of any format (xlsx, xlsm, xlsb, xls, ods) → its sheets. Macros are never run."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import python_calamine as calamine
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError

from batchinvoice.invoices.coded import CodedRows
from batchinvoice.invoices.table import Cell
from batchinvoice.sheets import unreadable
from batchinvoice.sheets.marks.find import marks_of
from batchinvoice.sheets.raw import RawSheet

_MOST_CELLS = 40_000_000
_BLOCK = 10_000  # rows
_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_DAMAGED = (calamine.CalamineError, DefusedXmlException, ParseError, ValueError, KeyError, OSError)


def is_workbook(content: bytes) -> bool:
    """True if the content is an archive or a compound file, as workbooks are, whatever the file is called."""
    return content.startswith(_SIGNATURES)


def workbook_sheets(path: Path, content: bytes) -> list[RawSheet]:
    """The sheets of cells, in the workbook's order, as yet without marks. Raises UnreadableSheet."""
    with _in_plain_words(path):
        workbook = _opened(path, content)
        return [
            _sheet(path, workbook, about.name, visible=about.visible is calamine.SheetVisibleEnum.Visible)
            for about in workbook.sheets_metadata
            if about.typ is calamine.SheetTypeEnum.WorkSheet
        ]


def marked(path: Path, content: bytes, sheet: RawSheet, columns: Collection[int]) -> RawSheet:
    """The sheet with its marks, and with broken cells where the reader left them empty. Raises UnreadableSheet.

    columns: those, from 1, in which it counts what numbers are shown as.
    """
    with _in_plain_words(path):
        marks = marks_of(content, sheet.name, columns)
    broken = {(row - 1, column - 1): cell for (row, column), cell in marks.broken.items()}
    return replace(sheet, cells=sheet.cells.edited(broken), marks=marks)  # the reader ends at the last value


@contextmanager
def _in_plain_words(path: Path) -> Iterator[None]:
    try:
        yield
    except calamine.PasswordError:
        raise unreadable.protected(path) from None
    except _DAMAGED:
        raise unreadable.not_a_workbook(path) from None


def _opened(path: Path, content: bytes) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(io.BytesIO(content))
    except calamine.CalamineError:
        calamine.load_workbook(path)  # only under its name is it told apart whether a password is wanted
        raise


def _sheet(path: Path, workbook: calamine.CalamineWorkbook, name: str, *, visible: bool) -> RawSheet:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        raise unreadable.too_large(
            path, f"sheet {name} spans {sheet.total_height:,} rows and {sheet.total_width:,} columns"
        )
    _, left = sheet.start or (0, 0)
    cells = CodedRows.of(_blocks(sheet), before=left)  # it tells the rows above the first value, but no columns
    repeated = dict(_merged(cells, sheet.merged_cell_ranges or []))
    return RawSheet(
        name,
        cells.edited(repeated),
        visible=visible,
        repeated=frozenset((row + 1, column + 1) for row, column in repeated),
    )


def _blocks(sheet: calamine.CalamineSheet) -> Iterator[Sequence[Sequence[Cell]]]:
    rows = sheet.iter_rows() if sheet.start is not None else iter(())
    while block := list(islice(rows, _BLOCK)):
        yield block


def _merged(
    cells: CodedRows, ranges: list[tuple[tuple[int, int], tuple[int, int]]]
) -> Iterator[tuple[tuple[int, int], Cell]]:
    """A value merged over several rows of one column stands in each of them, as anybody sees it; tells the others."""
    for (top, left), (bottom, right) in ranges:
        if left != right or top >= len(cells) or left >= len(cells.columns):
            continue
        column = cells.columns[left]
        for row in range(top + 1, min(bottom + 1, len(cells))):
            if column[row] is None:
                yield (row, left), column[top]

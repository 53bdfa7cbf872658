"""A workbook of any format (xlsx, xlsm, xlsb, xls, ods) → its sheets. Macros are never run."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError

from batchinvoice.invoices.coded import CodedRows
from batchinvoice.invoices.table import Cell
from batchinvoice.sheets import unreadable
from batchinvoice.sheets.marks.find import first_if_plain, marks_of
from batchinvoice.sheets.memory import give_back
from batchinvoice.sheets.raw import RawSheet

_MOST_CELLS = 40_000_000
_BLOCK = 2_000  # rows
_LARGE = 2**20  # bytes
_HUGE = 200_000  # rows
_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_DAMAGED = (calamine.CalamineError, DefusedXmlException, ParseError, ValueError, KeyError, OSError)


def is_workbook(content: bytes) -> bool:
    """True if the content is an archive or a compound file, as workbooks are, whatever the file is called."""
    return content.startswith(_SIGNATURES)


def workbook_sheets(path: Path, content: bytes, look: Callable[[], None]) -> list[RawSheet]:
    """The sheets of cells, in the workbook's order, as yet without marks. Raises UnreadableSheet.

    look: sees whether the content may be read, and raises UnreadableSheet if not. In a large file that takes a while:
    there, the first sheet is read meanwhile (the fast reader leaves the interpreter free), and counts only afterwards.
    """
    meanwhile = _begun(path, content) if len(content) > _LARGE else None
    look()
    plain = first_if_plain(content) if meanwhile else None
    with _in_plain_words(path):
        workbook, first = meanwhile() if meanwhile else _first(path, content)
        abouts, sheets = _abouts(workbook), []
        if len(abouts) == 1:
            workbook.close()  # its table of texts: a million rows are not to be there twice
            give_back()
        for about in abouts:
            sheet = first or workbook.get_sheet_by_name(about.name)
            first = None
            visible = about.visible is calamine.SheetVisibleEnum.Visible
            sheets.append(_sheet(path, sheet, visible=visible, plain=about.name == plain))
        return sheets


def _first(path: Path, content: bytes) -> tuple[calamine.CalamineWorkbook, calamine.CalamineSheet | None]:
    workbook = _opened(path, content)
    return workbook, next((workbook.get_sheet_by_name(about.name) for about in _abouts(workbook)), None)


def _begun(path: Path, content: bytes) -> Callable[[], Any]:
    """Begin to read the first sheet in a thread; returns what waits for it."""
    done: Future[Any] = Future()

    def read() -> None:
        try:
            done.set_result(_first(path, content))
        except BaseException as error:  # the reader in another language may raise what is no Exception
            done.set_exception(error)

    threading.Thread(target=read, daemon=True).start()
    return done.result


def _abouts(workbook: calamine.CalamineWorkbook) -> list[calamine.SheetMetadata]:
    return [about for about in workbook.sheets_metadata if about.typ is calamine.SheetTypeEnum.WorkSheet]


def marked(path: Path, content: bytes, sheet: RawSheet, columns: Collection[int]) -> RawSheet:
    """The sheet with its marks, and with broken cells where the reader left them empty. Raises UnreadableSheet.

    columns: those, from 1, in which it counts what numbers are shown as.
    """
    with _in_plain_words(path):
        marks = marks_of(content, sheet.name, columns, plain=sheet.plain)
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


def _sheet(path: Path, sheet: calamine.CalamineSheet, *, visible: bool, plain: bool) -> RawSheet:
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        raise unreadable.too_large(
            path, f"sheet {sheet.name} spans {sheet.total_height:,} rows and {sheet.total_width:,} columns"
        )
    _, left = sheet.start or (0, 0)
    # The reader tells the rows above the first value, but no columns.
    cells = CodedRows.of(partial(_blocks, sheet), sheet.width, before=left, at_once=_at_once(sheet))
    repeated = dict(_merged(cells, sheet.merged_cell_ranges or []))
    return RawSheet(
        sheet.name,
        cells.edited(repeated),
        visible=visible,
        plain=plain,
        repeated=frozenset((row + 1, column + 1) for row, column in repeated),
    )


def _at_once(sheet: calamine.CalamineSheet) -> int:
    """How many columns are looked up at once: of a huge sheet, the values of all of them would take much memory."""
    return 2 if sheet.total_height > _HUGE else max(1, sheet.width)


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

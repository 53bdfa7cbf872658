"""The marks of a sheet of an xlsx or xlsm: where its part is, its styles, its columns, its cells."""

from __future__ import annotations

from typing import IO

from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.collected import MOST_COLUMNS
from batchinvoice.sheets.marks.formats import Padding, padding
from batchinvoice.sheets.marks.package import Package
from batchinvoice.sheets.marks.xlsx_cells import read_cells
from batchinvoice.sheets.marks.xlsx_rows import marked_rows
from batchinvoice.sheets.marks.xml import starts

_TRUE = ("1", "true")


def marks(package: Package, workbook: str, sheet: str) -> Marks:
    """The marks of the sheet of this name; `workbook` is the path of the workbook's part."""
    epoch_1904, part = _find(package, workbook, sheet)
    paddings = _paddings(package, workbook)
    with package.open(part) as stream:
        hidden, widths = _columns(stream)
    with package.open(part) as stream:
        cells = read_cells(marked_rows(stream, paddings), paddings)
    return Marks(cells.broken, cells.shown, frozenset(cells.hidden_rows), hidden, widths, epoch_1904)


def _find(package: Package, workbook: str, sheet: str) -> tuple[bool, str]:
    """Whether days are counted from 1904, and the path of the sheet's part."""
    targets = {relation.id: relation.path for relation in package.relations(workbook)}
    epoch_1904, part = False, None
    with package.open(workbook) as stream:
        for kind, found in starts(stream, "workbookPr", "sheet"):
            if kind == "workbookPr":
                epoch_1904 |= found.get("date1904") in _TRUE  # an extension has an element of the same name
            elif part is None and found.get("name") == sheet:
                part = targets.get(next((value for key, value in found.items() if key.endswith("}id")), ""))
    if part is None:
        raise MarksUnreadable("there is no such sheet")
    return epoch_1904, part


def _paddings(package: Package, workbook: str) -> dict[str, Padding]:
    """The cell styles whose number format adds zeros or letters, by their number as a cell names it."""
    path = next((relation.path for relation in package.relations(workbook) if relation.kind == "styles"), None)
    if path is None or not package.has(path):
        return {}
    by_format: dict[str, Padding] = {}
    by_style: dict[str, Padding] = {}
    styles = None
    with package.open(path) as stream:
        for kind, found in starts(stream, "numFmt", "cellXfs", "xf", "cellStyles", "dxfs"):
            if kind == "numFmt" and (pads := padding(found.get("formatCode", ""))):
                by_format[found.get("numFmtId", "")] = pads
            elif kind == "cellXfs" and by_format:
                styles = 0
            elif kind == "xf" and styles is not None:
                if pads := by_format.get(found.get("numFmtId", "")):
                    by_style[str(styles)] = pads
                styles += 1
            elif kind in ("cellXfs", "cellStyles", "dxfs"):
                break
    return by_style


def _columns(stream: IO[bytes]) -> tuple[frozenset[int], dict[int, float]]:
    """The hidden columns and the widths that are stated, which stand before the cells."""
    hidden: set[int] = set()
    widths: dict[int, float] = {}
    for kind, found in starts(stream, "col", "sheetData"):
        if kind == "sheetData":
            break
        columns = range(max(1, int(found["min"])), min(MOST_COLUMNS, int(found["max"])) + 1)
        width = float(found.get("width", "nan"))
        if found.get("hidden") in _TRUE or width == 0:
            hidden.update(columns)
        if width > 0:
            widths |= dict.fromkeys(columns, width)
    return frozenset(hidden), widths

"""The marks of a sheet of an xlsx or xlsm: where its part is, its styles, its columns, its cells."""

from __future__ import annotations

from collections.abc import Collection
from typing import IO

from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.collected import MOST_COLUMNS, Collected
from batchinvoice.sheets.marks.package import Package
from batchinvoice.sheets.marks.shows import BUILT_IN, Shows, shows
from batchinvoice.sheets.marks.xlsx_cells import read_cells
from batchinvoice.sheets.marks.xlsx_rows import has_marks, marked_rows
from batchinvoice.sheets.marks.xml import starts

_TRUE = ("1", "true")


def marks(
    package: Package, workbook: str, sheet: str, columns: Collection[int] | None = None, *, plain: bool = False
) -> Marks:
    """The marks of the sheet of this name; `workbook` is its part's path, `columns` and `plain` as for `marks_of`."""
    epoch_1904, part = _find(package, workbook, sheet)
    styles = _styles(package, workbook)
    with package.open(part) as stream:
        hidden, widths = _columns(stream)
    cells = Collected()
    if not plain:
        with package.open(part) as stream:
            cells = read_cells(marked_rows(stream, styles, columns), styles)
    hidden_rows = frozenset(cells.hidden_rows)
    return Marks(cells.broken, cells.shown, cells.otherwise, hidden_rows, hidden, widths, epoch_1904)


def first_if_plain(package: Package, workbook: str) -> str | None:
    """The name of the first sheet if a look at the bytes shows that no cell and no row of it carries a mark."""
    with package.open(workbook) as stream:
        name = next((found.get("name", "") for kind, found in starts(stream, "sheet") if kind == "sheet"), "")
    _, part = _find(package, workbook, name)
    with package.open(part) as stream:
        return None if has_marks(stream, _styles(package, workbook)) else name


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


def _styles(package: Package, workbook: str) -> dict[str, Shows]:
    """The cell styles whose number format shows more than the number, by their own number as a cell names it."""
    path = next((relation.path for relation in package.relations(workbook) if relation.kind == "styles"), None)
    if path is None or not package.has(path):
        return {}
    by_format = {str(number): built_in for number, built_in in BUILT_IN.items()}
    by_style: dict[str, Shows] = {}
    styles = None
    with package.open(path) as stream:
        for kind, found in starts(stream, "numFmt", "cellXfs", "xf", "cellStyles", "dxfs"):
            if kind == "numFmt":
                by_format[found.get("numFmtId", "")] = shows(found.get("formatCode", ""))
            elif kind == "cellXfs" and styles is None:
                styles = 0
            elif kind == "xf" and styles is not None:
                if more := by_format.get(found.get("numFmtId", "")):
                    by_style[str(styles)] = more
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

"""The marks of a sheet of an xlsb, from its records ([MS-XLSB])."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import IO

from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.collected import MOST_COLUMNS, Collected
from batchinvoice.sheets.marks.package import Package
from batchinvoice.sheets.marks.records import records, text
from batchinvoice.sheets.marks.shows import BUILT_IN, Shows, shows

_WORKBOOK = "xl/workbook.bin"
_ROW, _RK, _ERROR, _REAL, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 9, 11
_VALUES = frozenset(range(2, 12))
# Cells that the fast reader passes over: those without their own place, and those with formatting within.
_UNREAD = frozenset((*range(12, 19), 62))
_FORMAT, _STYLE, _STYLES, _STYLES_END = 44, 47, 617, 618
_COLUMN, _CELLS_END = 60, 146
_PROPERTIES, _SHEET = 153, 156
_UNITS = 256  # of a character, in which widths are stored
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def marks(package: Package, sheet: str) -> Marks:
    """The marks of the sheet of this name."""
    epoch_1904, part = _find(package, sheet)
    reader = _Sheet(_styles(package))
    with package.open(part) as stream:
        reader.read(stream)
    cells = reader.cells
    hidden_rows, hidden = frozenset(cells.hidden_rows), frozenset(reader.hidden)
    return Marks(cells.broken, cells.shown, cells.otherwise, hidden_rows, hidden, reader.widths, epoch_1904)


def _find(package: Package, sheet: str) -> tuple[bool, str]:
    """Whether days are counted from 1904, and the path of the sheet's part."""
    targets = {relation.id: relation.path for relation in package.relations(_WORKBOOK)}
    epoch_1904, part = False, None
    with package.open(_WORKBOOK) as stream:
        for kind, data in records(stream):
            if kind == _PROPERTIES:
                epoch_1904 = bool(data[0] & 1)
            elif kind == _SHEET and part is None:
                relation, end = text(data, 8)
                part = targets.get(relation) if text(data, end)[0] == sheet else None
    if part is None:
        raise MarksUnreadable("there is no such sheet")
    return epoch_1904, part


def _styles(package: Package) -> dict[int, Shows]:
    """The cell styles whose number format shows more than the number, by their own number."""
    path = next((relation.path for relation in package.relations(_WORKBOOK) if relation.kind == "styles"), None)
    if path is None or not package.has(path):
        return {}
    by_format = dict(BUILT_IN)
    styles: list[int] | None = None
    with package.open(path) as stream:
        for kind, data in records(stream):
            if kind == _FORMAT:
                by_format[struct.unpack_from("<H", data)[0]] = shows(text(data, 2)[0])
            elif kind == _STYLES:
                styles = []
            elif kind == _STYLE and styles is not None:
                styles.append(struct.unpack_from("<H", data, 2)[0])
            elif kind == _STYLES_END:
                break
    return {number: more for number, key in enumerate(styles or ()) if (more := by_format.get(key))}


@dataclass(slots=True)
class _Sheet:
    styles: dict[int, Shows]
    cells: Collected = field(default_factory=Collected)
    hidden: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)

    def read(self, stream: IO[bytes]) -> None:
        row, row_hidden = 0, False
        for kind, data in records(stream):
            if kind == _ROW:
                row, row_hidden = struct.unpack_from("<I", data)[0] + 1, bool(data[11] & 0x10)
            elif kind in _VALUES:
                if row_hidden:
                    self.cells.hide_rows(row)
                self._cell(row, kind, data)
            elif kind == _COLUMN:
                self._column(data)
            elif kind in _UNREAD:
                raise MarksUnreadable("cells of a kind that the fast reader passes over")
            elif kind == _CELLS_END:
                return

    def _cell(self, row: int, kind: int, data: bytes) -> None:
        if kind in (_ERROR, _FORMULA_ERROR):
            column = struct.unpack_from("<I", data)[0] + 1
            self.cells.add_broken(row, column, Broken(_ERRORS.get(data[8], "#ERROR")))
        elif self.styles and kind in (_RK, _REAL, _FORMULA_NUMBER):
            column, style = struct.unpack_from("<II", data)
            if more := self.styles.get(style & 0xFFFFFF):
                self.cells.add_number(row, column + 1, more, _number(kind, data))

    def _column(self, data: bytes) -> None:
        first, last, width, _, flags = struct.unpack_from("<IIIIH", data)
        columns = range(first + 1, min(last + 1, MOST_COLUMNS) + 1)
        if flags & 1 or not width:
            self.hidden.update(columns)
        if width:
            self.widths |= dict.fromkeys(columns, width / _UNITS)


def _number(kind: int, data: bytes) -> float:
    """A cell's number; an RK is the upper 30 bits of a double or a whole number, perhaps in hundredths (2.5.122)."""
    if kind != _RK:
        return float(struct.unpack_from("<d", data, 8)[0])
    (packed,) = struct.unpack_from("<i", data, 8)
    number = packed >> 2 if packed & 2 else struct.unpack("<d", struct.pack("<q", (packed & ~3) << 32))[0]
    return float(number / 100 if packed & 1 else number)

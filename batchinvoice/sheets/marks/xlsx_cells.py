"""The cells of an xlsx sheet that carry a mark, from one pass over its XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.marks import MarksUnreadable
from batchinvoice.sheets.marks.collected import Collected
from batchinvoice.sheets.marks.shows import Shows
from batchinvoice.sheets.marks.xml import Attributes, LocalNames, parse, parser

_PLACE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_NEVER_STORED = Broken()


def read_cells(part: Iterable[bytes], styles: Mapping[str, Shows]) -> Collected:
    """The broken cells, the numbers that show more, the hidden rows; `styles` are by the number of a cell's style."""
    cells = _Cells(styles)
    parse(part, cells.expat, lambda: cells.ended)
    return cells.collected


class _Cells:
    def __init__(self, styles: Mapping[str, Shows]) -> None:
        self.collected = Collected()
        self.ended = False
        self._styles = styles
        self._local = LocalNames()
        self._row = 0
        self._row_hidden = False
        self._cell: Attributes = {}
        self._reference: str | None = None
        self._after = 0  # cells since the one that named its place
        self._watched = self._formula = False
        self._value: list[str] = []
        self.expat = parser()
        self.expat.StartElementHandler = self._start
        self.expat.EndElementHandler = self._end

    def _start(self, name: str, attributes: Attributes) -> None:
        kind = self._local[name]
        if kind == "c":
            self._begin_cell(attributes)
        elif kind == "v":
            self._fill()
            if self._watched:
                self.expat.CharacterDataHandler = self._value.append
        elif kind == "is":
            self._fill()
        elif kind == "f":
            self._fill()
            self._watched = self._formula = True
        elif kind == "row":
            self._begin_row(attributes)

    def _end(self, name: str) -> None:
        kind = self._local[name]
        if self._watched:
            if kind == "v":
                self.expat.CharacterDataHandler = None
            elif kind == "c":
                self._end_cell()
        if kind == "sheetData":
            self.ended = True
            self.expat.StartElementHandler = self.expat.EndElementHandler = None

    def _begin_row(self, attributes: Attributes) -> None:
        self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
        self._reference, self._after = None, 0
        no_height = attributes.get("customHeight") in ("1", "true") and float(attributes.get("ht", "1")) == 0
        self._row_hidden = no_height or attributes.get("hidden") in ("1", "true")

    def _fill(self) -> None:
        if self._row_hidden:
            self.collected.hide_rows(self._row)

    def _begin_cell(self, attributes: Attributes) -> None:
        if "r" in attributes:
            self._reference, self._after = attributes["r"], 0
        else:
            self._after += 1
        self._cell = attributes
        self._watched = attributes.get("t") == "e" or attributes.get("s", "0") in self._styles

    def _end_cell(self) -> None:
        value, kind = "".join(self._value), self._cell.get("t", "n")
        if kind == "e":
            self.collected.add_broken(*self._place(), Broken(value or "#ERROR"))
        elif self._formula and not value and kind != "str":
            self.collected.add_broken(*self._place(), _NEVER_STORED)
        elif kind == "n" and value and (shows := self._styles.get(self._cell.get("s", "0"))):
            self.collected.add_number(*self._place(), shows, float(value))
        self._watched = self._formula = False
        self._value.clear()

    def _place(self) -> tuple[int, int]:
        """Where this cell is; one that does not say so comes after the one before it."""
        if self._reference is None:
            return self._row, self._after
        place = _PLACE.fullmatch(self._reference)
        if place is None:
            raise MarksUnreadable("a cell's place cannot be read")
        column = 0
        for letter in place[1].upper():
            column = column * 26 + ord(letter) - ord("A") + 1
        return self._row if self._after else int(place[2]), column + self._after

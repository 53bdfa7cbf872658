"""A sheet as it stands in its file, before anybody asks where its table is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from batchinvoice.invoices.table import Cell
from batchinvoice.sheets.marks import Marks


@dataclass(frozen=True, slots=True)
class RawSheet:
    """`cells[i]` is the sheet's row i + 1, from column A on. `visible`: whether Excel shows the sheet."""

    name: str
    cells: Sequence[Sequence[Cell]]
    marks: Marks = field(default_factory=Marks)
    visible: bool = True

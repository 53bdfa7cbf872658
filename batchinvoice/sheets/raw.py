"""A sheet as it stands in its file, before anybody asks where its table is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from batchinvoice.invoices.coded import CodedRows
from batchinvoice.sheets.marks import Marks


@dataclass(frozen=True, slots=True)
class RawSheet:
    """`cells[i]` is the sheet's row i + 1, from column A on. `visible`: whether Excel shows the sheet.

    `plain`: no cell and no row of it is known to carry a mark.

    `repeated`: the cells, rows and columns from 1, in which a value stands only because it is merged over them.
    """

    name: str
    cells: CodedRows
    marks: Marks = field(default_factory=Marks)
    visible: bool = True
    plain: bool = False
    repeated: Collection[tuple[int, int]] = frozenset()

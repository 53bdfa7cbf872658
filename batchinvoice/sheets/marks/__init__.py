"""What the fast reader does not tell of a sheet: broken cells, hidden rows and columns, widths, what Excel shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from batchinvoice.invoices.table import Broken, Otherwise

# The document property of a corrections workbook that names its run.
RUN_PROPERTY = "batchinvoice run"

Cell = tuple[int, int]


class MarksUnreadable(ValueError):
    """A part of the workbook cannot be read; without its marks, a broken cell would pass for an empty one."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one sheet; rows and columns count from 1.

    `broken`: errors, and formulas whose result was never stored. `shown`: numbers to which the cell's format adds
    zeros or letters, as Excel shows them (`00123`, `INV-0007`). `otherwise`: numbers that it shows as something else
    than dinars. `hidden_rows` are those that hold anything. `widths` are in characters as files state them, which is
    about 0.7 more than Excel's dialogue says.
    """

    broken: Mapping[Cell, Broken] = field(default_factory=dict)
    shown: Mapping[Cell, str] = field(default_factory=dict)
    otherwise: Mapping[Cell, Otherwise] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    widths: Mapping[int, float] = field(default_factory=dict)
    epoch_1904: bool = False

"""The columns of an ods sheet, told as spans: a sheet says of thousands of empty ones that they are like the last."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from batchinvoice.sheets.marks.collected import MOST_COLUMNS

_INCHES_A_CHARACTER = 0.0815
_INCHES = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72, "pc": 1 / 6, "px": 1 / 96}
_LENGTH = re.compile(r"(\d{1,6}(?:\.\d+)?)([a-z]{2})")


def characters(length: str) -> float | None:
    """A length such as `2.5cm` in characters; None if it cannot be read."""
    found = _LENGTH.fullmatch(length)
    if found is None or found[2] not in _INCHES:
        return None
    return float(found[1]) * _INCHES[found[2]] / _INCHES_A_CHARACTER


@dataclass(slots=True)
class Columns:
    """Spans of columns in their order: how many, how wide (in characters), hidden or not."""

    spans: list[tuple[int, float | None, bool]] = field(default_factory=list)
    count: int = 0

    def add(self, repeats: int, width: float | None, hidden: bool) -> None:
        if self.count < MOST_COLUMNS:
            self.spans.append((repeats, width, hidden))
            self.count += repeats

    def until(self, last: int) -> tuple[frozenset[int], dict[int, float]]:
        """The hidden columns and the widths, both from 1, as far as the last column that holds anything."""
        hidden: set[int] = set()
        widths: dict[int, float] = {}
        first = 1
        for repeats, width, is_hidden in self.spans:
            columns = range(first, min(first + repeats, last + 1))
            first += repeats
            if is_hidden:
                hidden.update(columns)
            if width:
                widths |= dict.fromkeys(columns, width)
        return frozenset(hidden), widths

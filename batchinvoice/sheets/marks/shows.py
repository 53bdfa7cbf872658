"""What a number format shows besides the number: of a reference its zeros and letters, of an amount its unit."""

from __future__ import annotations

from dataclasses import dataclass

from batchinvoice.sheets.marks.formats import Padding, padding
from batchinvoice.sheets.marks.units import Unit, unit


@dataclass(frozen=True, slots=True)
class Shows:
    padding: Padding | None
    unit: Unit | None


def shows(code: str) -> Shows | None:
    """What the format of this code adds; None for one that adds nothing."""
    pads, counts = padding(code), unit(code)
    return Shows(pads, counts) if pads or counts else None


# By number, of the formats that a file need not spell out. Those of a currency show the system's own.
BUILT_IN = {9: shows("0%"), 10: shows("0.00%")}

"""What the user has said about a sheet, beside the sheet itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from batchinvoice.invoices.columns import Field


class Hidden(StrEnum):
    """What is to be done with rows that the sheet does not show."""

    ASK = "ask"
    SKIP = "skip"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True)
class Asked:
    """`sheet`: its name, where several would do. `mapping`: headings (by `headings.key`) and what they mean, None for
    nothing; `remembered`: what was confirmed before, by `headings.signature` of the whole header.

    `confirm`: a person is there, who can be asked about headings that are like others.
    `count` and `total` (KWD) are what the user's control slip says of all rows; None where it says nothing.
    """

    sheet: str | None = None
    mapping: Mapping[str, Field | None] = field(default_factory=dict)
    remembered: Mapping[str, Mapping[str, Field | None]] = field(default_factory=dict)
    confirm: bool = False
    hidden: Hidden = Hidden.ASK
    count: int | None = None
    total: Decimal | None = None

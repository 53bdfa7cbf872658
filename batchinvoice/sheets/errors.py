"""What can go wrong with a spreadsheet as a whole; a problem of one cell is an issue, not an error.

SheetError
├── Undecided       something about the sheet as a whole must be answered or mended first
└── CannotWrite     the file could not be written (no room, no such drive, too many rows)
    └── FileInUse   the file is held by another program, most often Excel
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from batchinvoice.invoices.issue import Issue


class SheetError(Exception):
    """A spreadsheet could not be read or written. The message says what to do."""


class Undecided(SheetError):
    """The sheet can be read, but something about it as a whole is open, its `stops`. Nothing was sent.

    `issues`: everything that was found in the sheet, the stops among them; `language` is that of its headings.
    """

    def __init__(self, name: str, stops: Sequence[Issue], issues: Sequence[Issue], language: str = "en") -> None:
        said = [(f"{issue.place.sheet}!{issue.place.cell}", *issue.say(language)) for issue in stops]
        words = " ".join(f"{cell}: {message} {remedy}" for cell, message, remedy in said)
        super().__init__(f"{name} was not run; nothing was sent. {words}")
        self.stops = tuple(stops)
        self.issues = tuple(issues)
        self.language = language


class CannotWrite(SheetError):
    """The workbook could not be written; whatever stood under that name before is untouched."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path} could not be written ({why}). If it is open in Excel, close it; "
            "else check that the folder can be written to. Then run again."
        )
        self.path = path
        self.why = why


class FileInUse(CannotWrite):
    """The file, or its folder, may not be written to at present."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "it may be open in Excel, or the folder is protected")

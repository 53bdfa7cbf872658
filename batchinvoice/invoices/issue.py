"""A problem of the data: a stable code, the place, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from batchinvoice.invoices.arabic import ARABIC
from batchinvoice.invoices.codes import Code, Severity
from batchinvoice.invoices.english import CATALOGUE
from batchinvoice.invoices.wording import fill

# Issues in words: most of a sheet's say the same of many cells.
REMEMBERED = 250
_WARNINGS = frozenset(code for code, words in CATALOGUE.items() if words.severity is not Severity.ERROR)


class Problem(NamedTuple):
    """What is wrong with a value, before its place is known."""

    code: Code
    params: Mapping[str, str]


def problem(code: Code, **params: object) -> Problem:
    """A problem with the values its words need, as text."""
    return Problem(code, {name: str(value) for name, value in params.items()})


class Said(NamedTuple):
    """An issue in words."""

    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a workbook: the sheet's own row number and column (both from 1), and the heading as the sheet has it."""

    sheet: str
    row: int | None = None
    column: int | None = None
    heading: str | None = None

    @property
    def cell(self) -> str:
        """As Excel writes it: `E17`; only the row or the column where the other is unknown."""
        return f"{self.letters}{self.row or ''}"

    @property
    def letters(self) -> str:
        """The column as Excel writes it: `E`; empty where it is not known."""
        return column_letters(self.column) if self.column else ""


@dataclass(frozen=True, slots=True)
class Issue:
    """A problem with its place. `proposal` is the value that was probably meant, if there is one."""

    code: Code
    place: Place
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Whether it needs a person."""
        return CATALOGUE[self.code].severity

    @property
    def is_error(self) -> bool:
        """True if a person is needed."""
        return self.code not in _WARNINGS

    def say(self, language: str = "en") -> Said:
        """What is wrong and what to do, in English (`en`) or Arabic (`ar`)."""
        return _said(self.code, self.place.heading or "", tuple(self.params.items()), language)

    @property
    def message(self) -> str:
        """What is wrong, in plain English."""
        return self.say().message

    @property
    def remedy(self) -> str:
        """What to do about it, in plain English."""
        return self.say().remedy

    @property
    def proposal(self) -> str | None:
        """The value that was probably meant."""
        return self.params.get("proposed")


@lru_cache(maxsize=REMEMBERED)
def _said(code: Code, heading: str, params: tuple[tuple[str, str], ...], language: str) -> Said:
    english = CATALOGUE[code]
    wrong, remedy = ARABIC[code] if language == "ar" else (english.wrong, english.remedy)
    said = dict((("heading", heading), *params))
    return Said(fill(wrong, said, language), fill(remedy, said, language))


def column_letters(column: int) -> str:
    """The letters of a column counted from 1: 1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

"""A case of the corpus: a file, what the user and the settings say, and what a person expects of it."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.rules import Rules

RULES = Rules("842217", dt.date(2026, 11, 22))

File = tuple[str, bytes]


@dataclass(frozen=True)
class Expected:
    """What is expected, written before the tool was asked.

    `rows`: the statuses of all rows in their order, with a space between; `issues`: `D3 amount-decimals; C4 …`, with
    the sheet before the cell (`Items!A2`) where it is not that of the invoices. `values`: of the fields of an invoice
    (`amount`, `mobile` …) what each invoice that was made has, in order. `proposed`: by cell. `refused`: a phrase of
    the message, if the file cannot be read at all.
    """

    rows: str = ""
    issues: str = ""
    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None


@dataclass(frozen=True)
class Case:
    """One sheet of the corpus; `about` says what it shows."""

    theme: str
    name: str
    about: str
    make: Callable[[], File]
    asked: Asked
    rules: Rules
    expected: Expected

    @property
    def id(self) -> str:
        """Its name everywhere, the golden file's included."""
        return f"{self.theme}-{self.name}"


CASES: dict[str, Case] = {}


def case(
    rows: str = "",
    issues: str = "",
    *,
    refused: str | None = None,
    proposed: Mapping[str, str] | None = None,
    asked: Asked = Asked(),  # noqa: B008 - it is frozen
    rules: Rules = RULES,
    **values: Sequence[Any],
) -> Callable[[Callable[[], File]], Callable[[], File]]:
    """Take the function into the corpus: its name and docstring are the case's, its module's name is the theme."""
    expected = Expected(rows, issues, values, proposed or {}, refused)

    def add(make: Callable[[], File]) -> Callable[[], File]:
        _add(make.__name__, inspect.getdoc(make) or "", make, make, asked, rules, expected)
        return make

    return add


def cases(
    kinds: Sequence[str],
    rows: str = "",
    issues: str = "",
    *,
    refused: str | None = None,
    asked: Asked = Asked(),  # noqa: B008 - it is frozen
    **values: Sequence[Any],
) -> Callable[[Callable[[str], File]], Callable[[str], File]]:
    """Take the function into the corpus once for each kind, of all of which the same is expected."""
    expected = Expected(rows, issues, values, {}, refused)

    def add(make: Callable[[str], File]) -> Callable[[str], File]:
        for kind in kinds:
            about = f"{inspect.getdoc(make) or ''} ({kind})"
            _add(f"{make.__name__}-{kind}", about, make, lambda kind=kind: make(kind), asked, RULES, expected)
        return make

    return add


def _add(
    name: str,
    about: str,
    source: Callable[..., File],
    make: Callable[[], File],
    asked: Asked,
    rules: Rules,
    expected: Expected,
) -> None:
    theme = source.__module__.removeprefix("corpus_").replace("_", "-")
    added = Case(theme, name.replace("_", "-"), about, make, asked, rules, expected)
    if not about or added.id in CASES:
        raise ValueError(f"{added.id} says nothing of itself, or is there twice")
    CASES[added.id] = added

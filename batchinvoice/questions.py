"""What a sheet leaves open is asked, if a person is there: a heading that is like another, rows that are hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import click

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field, heading
from batchinvoice.invoices.headings import key
from batchinvoice.screen import Screen, plain
from batchinvoice.sheets.errors import Undecided
from batchinvoice.sheets.unreadable import UnsureColumns

T = TypeVar("T")


def with_answers(screen: Screen, asked: Asked, work: Callable[[Asked], T]) -> T:
    """Do the work, and do it again with each answer. Without a person there, what is open stops it as it is.

    Raises UnreadableSheet or Undecided.
    """
    if not screen.interactive:
        return work(asked)
    asked = replace(asked, confirm=True)
    while True:
        try:
            return work(asked)
        except UnsureColumns as unsure:
            if not unsure.proposals:
                raise
            answers = {key(name): _meant(name, field) for name, field in unsure.proposals.items()}
            asked = replace(asked, mapping={**asked.mapping, **answers})
        except Undecided as undecided:
            if not {issue.code for issue in undecided.stops} <= {Code.ROWS_HIDDEN, Code.ITEMS_HIDDEN}:
                raise
            asked = replace(asked, hidden=_hidden(screen, undecided))


def _meant(name: str, field: Field) -> Field | None:
    return field if click.confirm(f"Does the column “{plain(name)}” mean {heading(field)}?", err=True) else None


def _hidden(screen: Screen, undecided: Undecided) -> Hidden:
    for issue in undecided.stops:
        screen.say(issue.message)
    words = {"s": Hidden.SKIP, "i": Hidden.INCLUDE}
    answer = click.prompt(
        "Skip them, invoice them too, or abort? (s/i/a)",
        type=click.Choice(["s", "i", "a"]),
        show_choices=False,
        err=True,
    )
    if answer not in words:
        raise undecided
    return words[answer]

"""What a person is asked: what a sheet leaves open (a heading like another, hidden rows), and whether to send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import click

from batchinvoice.invoices.asked import Asked, Hidden
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field, heading
from batchinvoice.invoices.headings import key
from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.ledger.records import Run
from batchinvoice.screen import Screen, plain
from batchinvoice.sheets.errors import Undecided
from batchinvoice.sheets.unreadable import UnsureColumns
from batchinvoice.summary import Summary

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


def before_sending(summary: Summary, *, fresh: bool) -> str:
    """What a person is asked; nothing if nothing would leave. `fresh`: planned at this moment, so no plan is stale."""
    unchanged = 0 if fresh else summary.left.get(Action.UNCHANGED, (0, Decimal(0)))[0]
    sent = [summary.left.get(action, (0, Decimal(0))) for action in (Action.CREATE, Action.UPDATE)]
    count, amount = sum(n for n, _ in sent), sum((kwd for _, kwd in sent), Decimal(0))
    lost = summary.rows[RowStatus.UNKNOWN]
    parts = [
        f"send {count:,} invoice{'' if count == 1 else 's'}, {amount:,.3f} KWD" if count else "",
        f"compare {unchanged:,} anew, unchanged when planned, and send what differs now" if unchanged else "",
        f"look for {lost:,} whose answer was lost and send what is certainly not there" if lost else "",
        f"text {'up to ' if lost else ''}{customers(summary.texts_left)}" if summary.texts_left else "",
    ]
    said = ", and ".join(filter(None, parts))
    there = where(summary.run)
    return f"{there[0].upper()}{there[1:]}: {said}?" if said else ""


def customers(count: int) -> str:
    """`3 customers`."""
    return f"{count:,} customer{'' if count == 1 else 's'}"


def where(run: Run) -> str:
    """`LIVE gateway`, `sandbox gateway`."""
    return "LIVE gateway" if run.environment == "live" else f"{run.environment} gateway"

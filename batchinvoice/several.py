"""Several sheets or runs, one after the other: what stops one of them, and what would stop them all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from batchinvoice.endings import EXPECTED, STOPS_ALL, Ending
from batchinvoice.exits import Exit
from batchinvoice.invoices.issue import Issue
from batchinvoice.ledger.records import Run
from batchinvoice.screen import Screen
from batchinvoice.sheets.errors import Undecided
from batchinvoice.summary import issue_as_json, nothing_as_json

_log = logging.getLogger(__name__)
Work = TypeVar("Work", Path, Run)


def each(
    works: Sequence[Work],
    one: Callable[[Work], Ending],
    screen: Screen,
    untried: Callable[[Work], None] = lambda _: None,
) -> tuple[int, object]:
    """Do it for each sheet or run; returns the worst exit code and what --json prints: an object, or a list of several.

    A sheet that cannot be read does not stop the others; what would stop them all (settings, login, ledger) does, and
    `untried` is told of each that was not begun.
    """
    endings: list[Ending] = []
    for work in works:
        stopped = next((ending.stops for ending in endings if ending.stops), "")
        endings.append(_not_tried(work, stopped) if stopped else _one(work, one, screen))
        if stopped:
            untried(work)
    results = [ending.result for ending in endings]
    return max(ending.code for ending in endings), results if len(results) > 1 else results[0]


def _one(work: Work, one: Callable[[Work], Ending], screen: Screen) -> Ending:
    try:
        return one(work)
    except EXPECTED as error:
        found: Sequence[Issue] = ()
        if isinstance(error, Undecided):
            found = error.issues
            screen.issues([issue for issue in found if issue not in error.stops], error.language)
        screen.trouble(str(error))
        _log.warning("not run", extra={"kind": type(error).__name__})
        stops = str(error) if isinstance(error, STOPS_ALL) else ""
        result = {**_nothing(work, str(error)), "issues": [issue_as_json(issue) for issue in found]}
        return Ending(Exit.NOT_RUN, result, stops)


def _not_tried(work: Path | Run, why: str) -> Ending:
    return Ending(Exit.NOT_RUN, _nothing(work, f"Not tried, because an earlier one stopped: {why}"))


def _nothing(work: Path | Run, error: str) -> dict[str, Any]:
    if isinstance(work, Run):
        return {**nothing_as_json(Path(work.source), "failed", error), "run": work.id}
    return nothing_as_json(work, "failed", error)

"""The control slip: what the sheet or the user says that all rows come to, against what they come to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from batchinvoice.invoices.amounts import amount
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.cells import code, money, shown
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place, Problem
from batchinvoice.invoices.row_list import row_list
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.stated import Stated
from batchinvoice.invoices.table import Cell, Table


class Line(NamedTuple):
    """A row as it counts: `counted` in KWD, None where the amount is not certain; `written` as the cell has it.

    A further item of an invoice counts with its first row, whatever its cell repeats; a row that says an earlier one
    again counts for nothing. An amount that is not certain is written as it was probably meant, None where that cannot
    be told. `counts`: it is an invoice of its own; `repeats`: it says an earlier row again; `left_out`: it is
    hidden, and was left out as asked; `open`: it is hidden, and whether it is meant is still to be said.
    """

    row: int
    counted: Decimal | None
    written: Decimal | None
    counts: bool = True
    repeats: bool = False
    left_out: bool = False
    open: bool = False


class _Way(NamedTuple):
    """One way to add the lines up: `sums`, `unknown` and `counts` before each line, and after the last."""

    sums: Sequence[Decimal]
    unknown: Sequence[int]
    counts: Sequence[int]

    def total(self, first: int, last: int) -> Decimal | None:
        """What the lines come to, from the first to before the last; None if one of them is not known."""
        return None if self.unknown[last] != self.unknown[first] else self.sums[last] - self.sums[first]


def stated(says: Sequence[Stated], lines: Sequence[Line], rules: Rules) -> Iterator[Issue]:
    """What the sheet says of itself: a note for each total that agrees, an error for what does not.

    A total may speak of all rows above it or of those since the total before; of the rows that are shown or of all.
    One that is what amounts come to that are not certain, as they were probably meant, agrees: it was made of them.
    lines: in the order of their rows.
    """
    ways = _ways(lines) if says else []
    numbers = [line.row for line in lines]
    begins = 0
    for said in says:
        end = len(lines) if said.over else bisect_left(numbers, said.place.row or 0)
        if said.is_count:
            yield from _count(said, [way.counts[end] for way in ways])
            continue
        totals = {way.total(first, end) for way in ways for first in {0, begins}}
        yield from _total(said, totals, lines[:end] if _value(said, rules) not in totals else (), rules)
        begins = begins if said.over else end


def expected(table: Table, lines: Sequence[Line], asked: Asked) -> Iterator[Issue]:
    """What the user says of the rows that are to go (`--expect-count`, `--expect-total`)."""
    rows = [line for line in lines if not line.left_out]
    place = Place(table.sheet)
    count = sum(line.counts for line in rows)
    if asked.count is not None and asked.count != count:
        yield Issue(Code.COUNT_DIFFERS, place, {"said": "asked", "value": str(asked.count), "count": str(count)})
    if asked.total is None:
        return
    if unreadable := [line.row for line in rows if line.counted is None]:
        params = {"said": "asked", "value": money(asked.total), "rows": row_list(unreadable)}
        yield Issue(Code.TOTAL_UNSURE, place, params)
    elif _sum(rows) != asked.total:
        yield Issue(Code.TOTAL_DIFFERS, place, _difference("asked", asked.total, rows))


_OF_TOTALS = frozenset({Code.TOTAL_DIFFERS, Code.TOTAL_UNSURE})


def overruled(by_sheet: Sequence[Issue], by_user: Sequence[Issue], asked: Asked) -> Iterator[Issue]:
    """What the sheet says, as a mere note where the user's own slip agrees with the rows: that one is the control."""
    wrong = {issue.code for issue in by_user}
    totals = asked.total is not None and not wrong & _OF_TOTALS
    counts = asked.count is not None and Code.COUNT_DIFFERS not in wrong
    for issue in by_sheet:
        if (totals and issue.code in _OF_TOTALS) or (counts and issue.code is Code.COUNT_DIFFERS):
            yield Issue(Code.SLIP_OVERRULED, issue.place, {"value": issue.params["value"]})
        else:
            yield issue


def probable(cell: Cell, rules: Rules) -> Decimal | None:
    """The amount in a cell, or the one that was probably meant; None where neither can be told."""
    read = amount(cell, rules.decimal_mark)
    if isinstance(read, Problem):
        read = amount(read.params.get("proposed"), rules.decimal_mark)
    return read if isinstance(read, Decimal) else None


def _value(said: Stated, rules: Rules) -> Decimal | None:
    return probable(said.said, rules)


def _total(said: Stated, totals: set[Decimal | None], above: Sequence[Line], rules: Rules) -> Iterator[Issue]:
    value = _value(said, rules)
    written = money(value) if value is not None else shown(said.said)
    if value is not None and value in totals:
        if not said.over:
            yield Issue(Code.ROW_TOTAL, said.place, {"row": str(said.place.row), "value": written})
    elif unsure := [line.row for line in above if line.counted is None and not line.left_out]:
        params = {"said": "sheet", "value": written, "rows": row_list(unsure)}
        yield Issue(Code.TOTAL_UNSURE, said.place, params)
    else:
        yield Issue(Code.TOTAL_DIFFERS, said.place, _difference("sheet", value, above, written))


def _count(said: Stated, counts: Sequence[int]) -> Iterator[Issue]:
    value = code(said.said)
    if not isinstance(value, str) or value not in map(str, counts):
        params = {"said": "sheet", "value": shown(said.said), "count": str(counts[0])}
        yield Issue(Code.COUNT_DIFFERS, said.place, params)
    elif not said.over:
        yield Issue(Code.ROW_COUNT, said.place, {"row": str(said.place.row), "value": value})


def _ways(lines: Sequence[Line]) -> list[_Way]:
    """Without the lines that are left out, without those that may yet be, and all; as they count, or are written.

    The number of lines is told in two ways, too: of invoices, or of rows.
    """
    shown_ = [not line.left_out for line in lines]
    sure = [not (line.left_out or line.open) for line in lines]
    return [way for used in (shown_, sure, [True] * len(lines)) for way in _both(lines, used)]


def _both(lines: Sequence[Line], used: Sequence[bool]) -> tuple[_Way, _Way]:
    kept = list(zip(lines, used, strict=True))
    counted = _way([line.counted if use else Decimal(0) for line, use in kept], [u and line.counts for line, u in kept])
    rows = [use and not line.repeats for line, use in kept]
    return counted, _way([line.written if use else Decimal(0) for line, use in kept], rows)


def _way(values: Sequence[Decimal | None], counts: Sequence[bool]) -> _Way:
    return _Way(
        list(accumulate((value or Decimal(0) for value in values), initial=Decimal(0))),
        list(accumulate((value is None for value in values), initial=0)),
        list(accumulate(counts, initial=0)),
    )


def _sum(lines: Sequence[Line]) -> Decimal:
    return sum((line.counted or Decimal(0) for line in lines), Decimal(0))


def _difference(said: str, value: Decimal | None, lines: Sequence[Line], written: str = "") -> dict[str, str]:
    come_to = _sum([line for line in lines if not line.left_out])
    repeated = row_list([line.row for line in lines if line.repeats])
    difference = "?" if value is None else money(come_to - value)
    stated_ = written or money(value or Decimal(0))
    params = {"said": said, "value": stated_, "amount": money(come_to), "difference": difference}
    return {**params, "repeated": repeated} if repeated else params

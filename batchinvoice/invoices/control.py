"""The control slip: what the sheet or the user says that all rows come to, against what they come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
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

    A further item of an invoice counts with its first row, whatever its cell repeats. An amount that is not certain is
    written as it was probably meant, None where that cannot be told. `counts`: it is an invoice of its own; `left_out`:
    it is hidden, and was left out as asked; `open`: it is hidden, and whether it is meant is still to be said.
    """

    row: int
    counted: Decimal | None
    written: Decimal | None
    counts: bool = True
    left_out: bool = False
    open: bool = False


def stated(says: Sequence[Stated], lines: Sequence[Line], rules: Rules) -> Iterator[Issue]:
    """What the sheet says of itself: a note for each total that agrees, an error for what does not.

    A total may speak of all rows above it or of those since the total before; of the rows that are shown or of all.
    One that is what amounts come to that are not certain, as they were probably meant, agrees: it was made of them.
    """
    begins = 0
    for said in says:
        above = [line for line in lines if said.over or line.row < (said.place.row or 0)]
        if said.is_count:
            yield from _count(said, above)
        else:
            yield from _total(said, above, begins, rules)
            begins = begins if said.over else said.place.row or 0


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
    elif (come_to := _sum(rows)) != asked.total:
        yield Issue(Code.TOTAL_DIFFERS, place, _difference("asked", asked.total, come_to))


def _total(said: Stated, above: Sequence[Line], begins: int, rules: Rules) -> Iterator[Issue]:
    value = probable(said.said, rules)
    written = money(value) if value is not None else shown(said.said)
    since = [line for line in above if line.row > begins]
    if value is not None and any(value in _totals(scope) for scope in (above, since)):
        if not said.over:
            yield Issue(Code.ROW_TOTAL, said.place, {"row": str(said.place.row), "value": written})
    elif unsure := [line.row for line in above if line.counted is None and not line.left_out]:
        params = {"said": "sheet", "value": written, "rows": row_list(unsure)}
        yield Issue(Code.TOTAL_UNSURE, said.place, params)
    else:
        yield Issue(Code.TOTAL_DIFFERS, said.place, _difference("sheet", value, _sum(above), written))


def probable(cell: Cell, rules: Rules) -> Decimal | None:
    """The amount in a cell, or the one that was probably meant; None where neither can be told."""
    read = amount(cell, rules.decimal_mark)
    if isinstance(read, Problem):
        read = amount(read.params.get("proposed"), rules.decimal_mark)
    return read if isinstance(read, Decimal) else None


def _totals(lines: Sequence[Line]) -> set[Decimal]:
    """What the lines may come to: with or without those that are hidden, as they count or as they are written."""
    sums = [[getattr(line, name) for line in some] for some in _ways(lines) for name in ("counted", "written")]
    return {sum(values, Decimal(0)) for values in sums if None not in values}


def _ways(lines: Sequence[Line]) -> tuple[Sequence[Line], ...]:
    """Without the lines that are left out, without those that may yet be, and all of them."""
    kept = [line for line in lines if not line.left_out]
    return kept, [line for line in kept if not line.open], lines


def _sum(lines: Sequence[Line]) -> Decimal:
    return sum((line.counted or Decimal(0) for line in lines), Decimal(0))


def _count(said: Stated, above: Sequence[Line]) -> Iterator[Issue]:
    value = code(said.said)
    kept = [line for line in above if not line.left_out]
    counts = {str(number) for lines in _ways(above) for number in (len(lines), sum(line.counts for line in lines))}
    if not isinstance(value, str) or value not in counts:
        params = {"said": "sheet", "value": shown(said.said), "count": str(sum(line.counts for line in kept))}
        yield Issue(Code.COUNT_DIFFERS, said.place, params)
    elif not said.over:
        yield Issue(Code.ROW_COUNT, said.place, {"row": str(said.place.row), "value": value})


def _difference(said: str, value: Decimal | None, come_to: Decimal, written: str = "") -> dict[str, str]:
    difference = "?" if value is None else money(come_to - value)
    return {
        "said": said,
        "value": written or money(value or Decimal(0)),
        "amount": money(come_to),
        "difference": difference,
    }

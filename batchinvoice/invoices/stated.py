"""What a sheet states of itself: a total or a number of invoices, by the words that people put before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from batchinvoice.invoices.amounts import amount
from batchinvoice.invoices.cells import code
from batchinvoice.invoices.headings import fold, key
from batchinvoice.invoices.issue import Place, Problem
from batchinvoice.invoices.table import Cell, Table, filled


class Stated(NamedTuple):
    """What the sheet itself says of its rows: a total in KWD or a number of invoices, as the cell `said` has it.

    `over`: it stands over the table and speaks of all its rows, else only of those above it.
    """

    is_count: bool
    place: Place
    said: Cell
    over: bool = False


_TOTALS = (
    *("total", "totals", "total kwd", "total amount", "grand total", "subtotal", "sum", "sum total", "control total"),
    *("الإجمالي", "إجمالي", "إجمالي المبلغ", "المجموع", "مجموع", "مجموع المبالغ", "المجموع الكلي", "الإجمالي العام"),
    *("المجموع الفرعي", "الإجمالي الفرعي", "إجمالي المبالغ", "جملة", "الجملة"),
)
_COUNTS = (
    *("count", "number of invoices", "no of invoices", "invoice count", "total invoices", "number of rows"),
    *("number of records", "record count", "عدد الفواتير", "العدد", "عدد السجلات", "عدد الصفوف"),
)
_TOTAL_KEYS = frozenset(map(key, _TOTALS))
_COUNT_KEYS = frozenset(map(key, _COUNTS))
_BEGINS = re.compile(rf"\W*(?:{'|'.join(fold(word) for word in _TOTALS if word != 'sum')})\b")
_OTHER_SUM = re.compile(
    "|".join(
        map(fold, ("paid", "outstanding", "received", "balance", "due", "مدفوع", "متبقي", "مسدد", "مستلم", "رصيد"))
    )
)
_LABELLED = re.compile(r"(?P<label>[^:：=]*[^\s:：=])\s*[:：=]\s*(?P<value>.*\S)\s*", re.DOTALL)
_CURRENCY_TAIL = re.compile(r"(inkwd|kwd|kd|دك|دينار|كويتي)+$")
_BARE_COUNTS = frozenset(map(key, ("invoices", "records", "فواتير", "الفواتير")))  # over a table: what it is about
_MOST_DIGITS = 7  # of a number of rows


def stated_above(table: Table) -> Iterator[Stated]:
    """The totals and counts over the table: a label with the value beside it, or both in one cell."""
    for row, cells in table.above:
        written = [(index, cell) for index, cell in enumerate(cells, 1) if filled(cell)]
        following = [*written[1:], (0, None), (0, None)]
        for at, (index, cell) in enumerate(written):
            (next_index, value), (_, beyond) = following[at : at + 2]
            if not isinstance(cell, str) or isinstance(beyond, (int, float)):
                continue  # of two numbers beside a label nobody said which is meant
            if said := in_one_cell(cell):
                yield Stated(said[0], Place(table.sheet, row, index, cell), said[1], over=True)
            elif (is_count := _states(cell, value)) is not None:
                yield Stated(is_count, Place(table.sheet, row, next_index, cell), value, over=True)


def in_one_cell(cell: str) -> tuple[bool, str] | None:
    """`Total: 1,234.500` → (False, `1,234.500`), `Number of invoices: 25` → (True, `25`); None for anything else."""
    parts = _LABELLED.fullmatch(cell)
    is_count = _states(parts["label"], parts["value"]) if parts else None
    return None if parts is None or is_count is None else (is_count, parts["value"])


def _states(label: str, value: Cell) -> bool | None:
    """Whether a count (True) or a total (False) is stated; None if the label is none, or the value no such number."""
    if _label(label) in _COUNT_KEYS:
        number = code(value)
        return True if isinstance(number, str) and number.isdecimal() and len(number) <= _MOST_DIGITS else None
    if _label(label) not in _TOTAL_KEYS or not filled(value):
        return None
    read = amount(value)
    return None if isinstance(read, Problem) and "proposed" not in read.params else False


def is_count_label(text: str) -> bool:
    """True if these words, beside a number below the table, say that it is one of invoices."""
    return _label(text) in _COUNT_KEYS | _BARE_COUNTS


def is_total_label(text: str) -> bool:
    """True if these words are a total's, whatever words follow them: `Total November 2026`."""
    return is_bare_total(text) or _BEGINS.match(fold(text)) is not None


def is_other_sum(text: str) -> bool:
    """True if these words are those of a sum of something else than the invoices: `Total paid`."""
    return _OTHER_SUM.search(fold(text)) is not None


def is_bare_total(text: str) -> bool:
    """True if these words are a total's and nothing else."""
    return _label(text) in _TOTAL_KEYS


def _label(text: str) -> str:
    return _CURRENCY_TAIL.sub("", key(text))

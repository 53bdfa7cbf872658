"""Words that say of a row, or of all rows below them, that nothing is to be sent any more: paid, cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.headings import fold, key
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.table import Cell, Table

_WORDS = (
    *("paid", "fully paid", "already paid", "cancelled", "canceled", "void", "voided", "refunded", "settled", "closed"),
    *("do not send", "don't send", "not to be sent", "already sent", "on hold", "hold"),
    *("مدفوع", "مدفوعة", "تم الدفع", "مسدد", "مسددة", "تم السداد", "ملغي", "ملغى", "ملغاة", "لا ترسل", "تم الإرسال"),
)
_KEYS = frozenset(map(key, _WORDS))
_LONGEST = 30
_WITHIN = re.compile("|".join(rf"\b{re.escape(fold(word))}\b" for word in _WORDS))


def says_done(text: str) -> bool:
    """True if a title says so among other words: `PAID - do not send`; not `unpaid`."""
    return _WITHIN.search(fold(text)) is not None


def done_rows(table: Table, columns: Mapping[Field, int]) -> Iterator[tuple[int, Issue]]:
    """Rows, by their position, of which a column that is not used says so: Status, Paid, Remarks."""
    used = set(columns.values())
    found: list[tuple[int, int, str]] = []
    for index in (index for index in range(len(table.headings)) if index not in used):
        column = table.column(index)
        found += [(position, index, column[position]) for position in column.where(_is_done)]
    for position, index, cell in sorted(found):
        params = {"column": " ".join(table.headings[index].split()), "value": cell.strip()}
        yield position, Issue(Code.ROW_DONE, table.place(table.rows[position], index), params)


def _is_done(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) <= _LONGEST and key(cell) in _KEYS

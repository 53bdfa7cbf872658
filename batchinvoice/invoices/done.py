"""Words that say of a row, or of all rows below them, that nothing is to be sent any more: paid, cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.headings import fold, key
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.table import Table

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
    unused = [index for index in range(len(table.headings)) if index not in set(columns.values())]
    known: dict[str, bool] = {}  # such columns say the same again and again
    for position, cells in enumerate(table.cells):
        for index in unused:
            cell = cells[index]
            if not isinstance(cell, str) or len(cell) > _LONGEST:
                continue
            if cell not in known:
                known[cell] = key(cell) in _KEYS
            if known[cell]:
                params = {"column": " ".join(table.headings[index].split()), "value": cell.strip()}
                yield position, Issue(Code.ROW_DONE, table.place(table.rows[position], index), params)

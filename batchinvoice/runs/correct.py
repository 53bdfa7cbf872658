"""The corrections workbook: of a run, as the ledger tells it, or of a check alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from batchinvoice.invoices.check import Checked
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import ITEM_FIELDS
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import MENDABLE, RowStatus
from batchinvoice.invoices.script import language_of
from batchinvoice.invoices.table import Cell
from batchinvoice.ledger.records import ItemRow, Row, Run, TableShape
from batchinvoice.runs.shapes import item_rows, shapes
from batchinvoice.sheets.corrections import CHECK, CorrectionRow, CorrectionSheet, write_corrections
from batchinvoice.sheets.naming import workbook_path
from batchinvoice.sheets.reading import Source

if TYPE_CHECKING:
    from batchinvoice.ledger.ledger import Ledger

# What no change of the row itself would mend.
_NOT_MENDED = frozenset({Code.STRICT, Code.SUPERSEDED, Code.SUPERSEDED_UNSURE, Code.GIVEN_UP})


def correct(ledger: Ledger, run: Run, folder: Path) -> Path | None:
    """Write the corrections workbook if the run has rows to mend; returns its path, or None if there are none.

    Nor is there one of a run whose cells were forgotten.
    """
    if run.forgotten_at:
        return None
    path = workbook_path(folder, run.source_name, run.id, "corrections")
    about = (run.id, run.source_name, run.environment)

    def is_bad(row: Row) -> bool:
        return any(issue.is_error and issue.code not in _NOT_MENDED for issue in row.issues)

    return _correct(path, run.shapes, ledger.rows(run, *_LOOKED_AT, cells=True), is_bad, ledger.items(run), about)


def correct_checked(source: Source, checked: Checked, environment: str, folder: Path) -> Path | None:
    """The corrections workbook of a check alone, which makes no run."""
    path = workbook_path(folder, source.path.name, "check", "corrections")
    about = (CHECK, source.path.name, environment)
    headers = shapes(checked)
    rows = _looked_at(checked, references=_has_items(headers))
    return _correct(path, headers, rows, lambda _: True, item_rows(checked), about)


class _LookedAt(NamedTuple):
    """What is asked of a checked row here: a `CheckedRow` would be made with its invoice, for each of very many."""

    row: int
    reference: str
    status: RowStatus
    issues: Sequence[Issue]
    cells: Sequence[Cell]


R = TypeVar("R", Row, _LookedAt)
_LOOKED_AT = (*MENDABLE, RowStatus.DUPLICATE)


def _looked_at(checked: Checked, *, references: bool) -> Iterator[_LookedAt]:
    """The rows that may be to mend. references: whether theirs are asked for."""
    rows, table = checked.rows, checked.table
    for position, status in enumerate(rows.statuses):
        if status in _LOOKED_AT:
            reference = rows[position].reference if references else ""
            yield _LookedAt(table.rows[position], reference, status, rows.found(position), table.cells[position])


def _correct(
    path: Path,
    headers: Sequence[TableShape],
    rows: Iterable[R],
    is_bad: Callable[[R], bool],
    items: Iterable[ItemRow],
    about: tuple[str, str, str],
) -> Path | None:
    mended: set[str] = set()
    bad = _to_mend(rows, is_bad, mended if _has_items(headers) else None)
    first = next(bad, None)
    if first is None:
        return None
    # An invoice that is mended must not lose its items; an item without an invoice is there to be mended itself.
    # Which invoices are mended is known when their rows have been written, which is before the items.
    own = (item for item in items if item.reference in mended or any(issue.is_error for issue in item.issues))
    sheets = [_correction_sheet(headers[0], chain([first], bad))]
    sheets += [_correction_sheet(shape, own) for shape in headers[1:]]
    run, source, environment = about
    language = language_of(headers[0].headings)
    return write_corrections(path, sheets, run=run, source=source, environment=environment, language=language)


def _to_mend(rows: Iterable[R], is_bad: Callable[[R], bool], mended: set[str] | None) -> Iterator[R]:
    """The bad rows, and after each the further items of its invoice, which must not be lost on the way.

    mended: gathers the references of the bad rows; None where no row can be an item, since they may be many.
    """
    for row in rows:
        if row.status in MENDABLE and is_bad(row):
            if mended is not None:
                mended.add(row.reference)
            yield row
        elif mended and row.reference in mended and any(issue.code is Code.ITEM_ROW for issue in row.issues):
            yield row


def _has_items(headers: Sequence[TableShape]) -> bool:
    """Whether invoices have items in rows of their own: on the Items sheet, or below the invoice's first row."""
    return len(headers) > 1 or not set(ITEM_FIELDS).isdisjoint(match(headers[0].headings, headers[0].mapping).columns)


def _correction_sheet(shape: TableShape, rows: Iterable[Row | _LookedAt | ItemRow]) -> CorrectionSheet:
    corrections = (CorrectionRow(row.cells, row.issues, row.row) for row in rows)
    return CorrectionSheet(shape.name, shape.headings, corrections, shape.first_column, shape.widths, shape.mapping)

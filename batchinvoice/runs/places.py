"""Where a field stands in the sheet of a run, for issues that are found after the sheet was read."""

from __future__ import annotations

from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.issue import Issue, Place, Problem
from batchinvoice.ledger.records import Run, TableShape


class Places:
    """Turns a field of a row into its place; the row alone where the sheet has no such column."""

    def __init__(self, shape: TableShape) -> None:
        self._sheet, self._headings, self._first = shape.name, shape.headings, shape.first_column
        self._columns = match(shape.headings, shape.mapping).columns

    @classmethod
    def of(cls, run: Run) -> Places:
        """Those of a run's sheet of invoices."""
        return cls(run.shapes[0])

    def issue(self, row: int, field: Field | None, what: Problem) -> Issue:
        """The problem of a row's field, with its place."""
        index = self._columns.get(field) if field else None
        if index is None:
            return Issue(what.code, Place(self._sheet, row), what.params)
        return Issue(what.code, Place(self._sheet, row, self._first + index, self._headings[index]), what.params)

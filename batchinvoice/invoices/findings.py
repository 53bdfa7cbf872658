"""The issues of a table, gathered by row: one error a cell, since what follows from the first is noise."""

from __future__ import annotations

from collections.abc import Mapping

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import Issue, Problem
from batchinvoice.invoices.table import Table


class Findings:
    """Issues by a row's position in the table, each with its place in the sheet."""

    def __init__(self, table: Table, columns: Mapping[Field, int]) -> None:
        self._table, self._columns = table, columns
        self._found: dict[int, dict[Field, list[Issue]]] = {}

    def add(self, position: int, field: Field, what: Problem) -> None:
        """Note a problem of a cell, unless an error of the same cell is known already."""
        of_cell = self._found.setdefault(position, {}).setdefault(field, [])
        if not any(issue.is_error for issue in of_cell):
            place = self._table.place(self._table.rows[position], self._columns.get(field))
            of_cell.append(Issue(what.code, place, what.params))

    def note(self, position: int, issue: Issue) -> None:
        """Note an issue of a cell in a column that means nothing."""
        self._found.setdefault(position, {}).setdefault(Field.DESCRIPTION, []).append(issue)

    def positions(self) -> list[int]:
        """The rows of which anything was found, in their order."""
        return sorted(self._found)

    def of(self, position: int) -> tuple[Issue, ...]:
        """All issues of a row, from its first column to its last."""
        if position not in self._found:
            return ()
        found = (issue for issues in self._found[position].values() for issue in issues)
        return tuple(sorted(found, key=lambda issue: issue.place.column or 0))

    def only(self, position: int, code: Code) -> bool:
        """True if the row's one error is of this code."""
        return [issue.code for issue in self.of(position) if issue.is_error] == [code]

    def bad(self, position: int, *fields: Field) -> bool:
        """True if the row, or any of the given cells of it, has an error."""
        of_row = self._found.get(position)
        if of_row is None:  # as of nearly all rows
            return False
        return any(issue.is_error for field in fields or of_row for issue in of_row.get(field, ()))

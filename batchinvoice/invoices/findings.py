"""The issues of a table, gathered by row: one error a cell, since what follows from the first is noise."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.issue import Issue, Place, Problem
from batchinvoice.invoices.table import Table


class Findings:
    """Issues by a row's position in the table, each with its place in the sheet."""

    def __init__(self, table: Table, columns: Mapping[Field, int]) -> None:
        self._table, self._columns = table, columns
        self._found: dict[int, dict[Field, list[Issue]]] = {}
        self._bad: set[int] = set()
        self._of_column: dict[Field, Place] = {}

    def add(self, position: int, field: Field, what: Problem) -> None:
        """Note a problem of a cell, unless an error of the same cell is known already."""
        known = self._found.setdefault(position, {}).setdefault(field, [])
        if not known or not any(issue.is_error for issue in known):
            self._keep(position, known, self._issue(position, field, what))

    def note(self, position: int, issue: Issue) -> None:
        """Note an issue of a cell in a column that means nothing."""
        self._keep(position, self._found.setdefault(position, {}).setdefault(Field.DESCRIPTION, []), issue)

    def _keep(self, position: int, of_cell: list[Issue], issue: Issue) -> None:
        of_cell.append(issue)
        if issue.is_error:
            self._bad.add(position)

    def _issue(self, position: int, field: Field, what: Problem) -> Issue:
        column = self._of_column.get(field)
        if column is None:
            column = self._of_column[field] = self._table.place(None, self._columns.get(field))
        place = Place(column.sheet, self._table.rows[position], column.column, column.heading)
        return Issue(what.code, place, what.params)

    def positions(self) -> list[int]:
        """The rows of which anything was found, in their order."""
        return sorted(self._found)

    def of(self, position: int) -> tuple[Issue, ...]:
        """All issues of a row, from its first column to its last."""
        if position not in self._found:
            return ()
        found = chain.from_iterable(self._found[position].values())
        return tuple(sorted(found, key=_column))

    def only(self, position: int, code: Code) -> bool:
        """True if the row's one error is of this code."""
        of_row = self._found.get(position, {})
        return [issue.code for issues in of_row.values() for issue in issues if issue.is_error] == [code]

    def bad(self, position: int, *fields: Field) -> bool:
        """True if the row, or any of the given cells of it, has an error."""
        if position not in self._bad:  # as of nearly all rows
            return False
        of_row = self._found[position]
        return not fields or any(issue.is_error for field in fields for issue in of_row.get(field, ()))


def _column(issue: Issue) -> int:
    return issue.place.column or 0

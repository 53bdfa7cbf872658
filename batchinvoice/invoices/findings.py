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
        self._of_column: dict[Field, Place] = {}

    def add(self, position: int, field: Field, what: Problem) -> None:
        """Note a problem of a cell, unless an error of the same cell is known already."""
        of_row = self._found.setdefault(position, {})
        known = of_row.get(field)
        if known is None:
            of_row[field] = [self._issue(position, field, what)]
        elif not any(issue.is_error for issue in known):
            known.append(self._issue(position, field, what))

    def _issue(self, position: int, field: Field, what: Problem) -> Issue:
        column = self._of_column.get(field)
        if column is None:
            column = self._of_column[field] = self._table.place(None, self._columns.get(field))
        place = Place(column.sheet, self._table.rows[position], column.column, column.heading)
        return Issue(what.code, place, what.params)

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
        found = chain.from_iterable(self._found[position].values())
        return tuple(sorted(found, key=_column))

    def only(self, position: int, code: Code) -> bool:
        """True if the row's one error is of this code."""
        of_row = self._found.get(position, {})
        return [issue.code for issues in of_row.values() for issue in issues if issue.is_error] == [code]

    def bad(self, position: int, *fields: Field) -> bool:
        """True if the row, or any of the given cells of it, has an error."""
        of_row = self._found.get(position)
        if of_row is None:  # as of nearly all rows
            return False
        return any(issue.is_error for field in fields or of_row for issue in of_row.get(field, ()))


def _column(issue: Issue) -> int:
    return issue.place.column or 0

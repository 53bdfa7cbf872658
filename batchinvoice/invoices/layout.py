"""Which rows below the header are invoices, and which are headers again, totals, or notes below the table."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.done import says_done
from batchinvoice.invoices.headings import key, match, meaning
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.row_list import in_row_list, row_list
from batchinvoice.invoices.stated import (
    Stated,
    in_one_cell,
    is_bare_total,
    is_count_label,
    is_other_sum,
    is_total_label,
    stated_above,
)
from batchinvoice.invoices.table import Broken, Cell, Table, filled


@dataclass(frozen=True, slots=True)
class Layout:
    """`table` has only the rows that are meant as invoices; `notes` say of every other row what it was taken for."""

    table: Table
    notes: tuple[Issue, ...]
    stated: tuple[Stated, ...]


_OF_ROWS = frozenset(
    {Code.HEADER_REPEATED, Code.HEADER_OTHER, Code.HIDDEN_SKIPPED, Code.ROW_TOTAL, Code.ROW_TOTAL_UNREAD}
    | {Code.ROW_COUNT, Code.ROW_NOTE, Code.ROWS_BLANK, Code.SECTION_DOUBT}
)
_DIGITS = re.compile(r"\d")
_IDENTITY = (Field.REFERENCE, Field.CUSTOMER, Field.MOBILE)
_SHORT = 60


def lay_out(table: Table) -> Layout:
    """Tell the rows of a sheet of invoices apart. A row that could be an invoice stays one, however much it lacks."""
    reader = _Reader(table)
    odd = reader.odd()
    last = next((p for p in range(len(table.cells) - 1, -1, -1) if reader.is_data(table.cells[p])), -1)
    repeated: list[int] = []
    blank: list[int] = []
    notes: list[Issue] = []
    stated = list(stated_above(table))
    taken: set[int] = set()
    for position in odd:
        apart = position > last and (position - 1 in taken or table.rows[position] > _before(table, position) + 1)
        if reader.is_header(table.cells[position]):
            repeated.append(position)
        elif reader.is_other_header(table.cells[position]):
            params = {"row": str(table.rows[position]), "first": str(table.header_row)}
            notes.append(Issue(Code.HEADER_OTHER, table.place(table.rows[position], None), params))
        elif (said := reader.total(position, below=position > last)) or (apart and (said := reader.inline(position))):
            stated.append(said)
        elif position < last and reader.is_section(table.cells[position]):
            notes.append(reader.doubt(position))
        elif apart or reader.is_total(table.cells[position]):
            notes.append(reader.note(position))
        elif reader.is_blank(table.cells[position]):
            blank.append(position)
            continue  # what stands below it need not stand apart
        else:
            continue
        taken.add(position)
    of_rows = (*_of_rows(Code.HEADER_REPEATED, table, repeated), *_of_rows(Code.ROWS_BLANK, table, blank), *notes)
    return Layout(table.without(taken | set(blank)), of_rows, tuple(stated))


def lay_out_items(table: Table) -> Layout:
    """The same for a sheet of items, of which only headers and totals are no items."""
    reader = _Reader(table)
    headers = {p for p, cells in enumerate(table.cells) if reader.is_header(cells)}
    totals = {p for p, cells in enumerate(table.cells) if reader.is_total(cells)} - headers
    notes = [*_of_rows(Code.HEADER_REPEATED, table, headers), *(reader.note(position) for position in sorted(totals))]
    return Layout(table.without(headers | totals), tuple(notes), ())


def _of_rows(code: Code, table: Table, positions: Collection[int]) -> Iterator[Issue]:
    rows = sorted(table.rows[position] for position in positions)
    if rows:
        yield Issue(code, table.place(rows[0], None), {"rows": row_list(rows)})


def hidden_positions(table: Table) -> set[int]:
    """The rows that the sheet does not show, by their position."""
    return {position for position, row in enumerate(table.rows) if row in table.hidden} if table.hidden else set()


def accounts_for(note: Issue, sheet: str, row: int) -> bool:
    """True if the note says what became of that row of the sheet, which is no invoice."""
    if note.place.sheet != sheet or note.code not in _OF_ROWS:
        return False
    return in_row_list(row, note.params["rows"]) if "rows" in note.params else note.place.row == row


def _before(table: Table, position: int) -> int:
    return table.rows[position - 1] if position else table.header_row


class _Reader:
    """Looks at the rows of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._columns = match(table.headings, table.mapping).columns

    def _cell(self, cells: Sequence[Cell], field: Field) -> Cell:
        index = self._columns.get(field)
        return None if index is None else cells[index]

    def odd(self) -> list[int]:
        """The positions, in order, of the rows that are not surely invoices at first sight."""
        needed = ((Field.REFERENCE, filled), (Field.MOBILE, filled), (Field.AMOUNT, _has_number))
        if any(field not in self._columns for field, _ in needed):
            return list(range(len(self._table.rows)))
        lacking: set[int] = set()
        for field, has in needed:
            lacks = self._table.column(self._columns[field]).map(has)
            lacking.update(lacks.where(lambda is_there: not is_there))
        return sorted(lacking)

    def is_data(self, cells: Sequence[Cell]) -> bool:
        """Probably an invoice: below the last of these, the sheet's notes begin."""
        if self.is_total(cells):
            return False
        reference, customer, mobile = (self._cell(cells, field) for field in _IDENTITY)
        named = filled(customer) and _has_number(reference)
        several = sum(filled(cell) for cell in cells) > 1
        return named or _many_digits(mobile) or (several and _has_number(self._cell(cells, Field.AMOUNT)))

    def is_header(self, cells: Sequence[Cell]) -> bool:
        """True if every cell says what its own column means."""
        said = [(field, index) for field, index in self._columns.items() if filled(cells[index])]
        return len(said) >= 2 and all(self._names(cells[index], field, index) for field, index in said)

    def _names(self, cell: Cell, field: Field, index: int) -> bool:
        if not isinstance(cell, str):
            return False
        return meaning(cell) is field or key(cell) == key(self._table.headings[index])

    def is_other_header(self, cells: Sequence[Cell]) -> bool:
        """True if another table begins here, whose columns stand elsewhere."""
        words = [cell if isinstance(cell, str) else "" for cell in cells]
        known = sum(bool(word) and meaning(word) is not None for word in words)
        return known >= 3 and match(words, self._table.mapping).is_invoices

    def is_total(self, cells: Sequence[Cell]) -> bool:
        """True if the row calls itself a total, and nothing else in it says whose invoice it could be."""
        name = self._columns.get(Field.CUSTOMER)  # Total Energies is a customer
        labels = {
            index
            for index, cell in enumerate(cells)
            if isinstance(cell, str) and (is_bare_total(cell) if index == name else is_total_label(cell))
        }
        identity = {field: self._columns[field] for field in _IDENTITY if field in self._columns}
        if is_bare_total(shown(self._cell(cells, Field.REFERENCE))):  # beside it, a name is a remark
            identity.pop(Field.CUSTOMER, None)
        return bool(labels) and not any(filled(cells[index]) for index in set(identity.values()) - labels)

    def is_section(self, cells: Sequence[Cell]) -> bool:
        """True if the row is a title that says of the rows below it that they are done with: `PAID - do not send`."""
        said = [cell for cell in cells if filled(cell)]
        return len(said) == 1 and isinstance(said[0], str) and says_done(said[0])

    def doubt(self, position: int) -> Issue:
        """Says that the rows below such a title may not be meant."""
        row, cells = self._table.rows[position], self._table.cells[position]
        return Issue(Code.SECTION_DOUBT, self._table.place(row, None), {"row": str(row), "value": _brief(cells)})

    def is_blank(self, cells: Sequence[Cell]) -> bool:
        """True if all of the row stands in columns that mean nothing: a title, or a number put in before."""
        return not any(filled(cells[index]) for index in self._columns.values())

    def total(self, position: int, *, below: bool) -> Stated | None:
        """The total that the row states, by its words or as a lone number below the amounts; or a count."""
        cells = self._table.cells[position]
        index = self._columns.get(Field.AMOUNT)
        if index is None or not any(filled(cell) for cell in cells):
            return None
        if (counted := self._counted(position)) is not None:
            return counted
        alone = below and [i for i, cell in enumerate(cells) if filled(cell)] == [index]
        if not _has_number(cells[index]) or isinstance(cells[index], Broken) or not (alone or self.is_total(cells)):
            return None
        if any(isinstance(cell, str) and is_total_label(cell) and is_other_sum(cell) for cell in cells):
            return None
        return Stated(False, self._table.place(self._table.rows[position], index), cells[index])

    def _counted(self, position: int) -> Stated | None:
        cells = self._table.cells[position]
        said = [index for index, cell in enumerate(cells) if filled(cell)]
        if len(said) != 2 or not is_count_label(shown(cells[said[0]])):
            return None
        place = self._table.place(self._table.rows[position], said[1])
        return Stated(True, place, cells[said[1]])

    def inline(self, position: int) -> Stated | None:
        """A total or a count that is told within one cell: `Total: 1,234.500`."""
        cells = self._table.cells[position]
        for index, cell in enumerate(cells):
            if isinstance(cell, str) and (said := in_one_cell(cell)):
                is_count, value = said
                return Stated(is_count, self._table.place(self._table.rows[position], index), value)
        return None

    def note(self, position: int) -> Issue:
        """Says that the row was not taken for an invoice."""
        row, cells = self._table.rows[position], self._table.cells[position]
        if self.is_total(cells) and isinstance(self._cell(cells, Field.AMOUNT), Broken):
            place = self._table.place(row, self._columns[Field.AMOUNT])
            return Issue(Code.ROW_TOTAL_UNREAD, place, {"row": str(row)})
        return Issue(Code.ROW_NOTE, self._table.place(row, None), {"row": str(row), "value": _brief(cells)})


def _brief(cells: Sequence[Cell]) -> str:
    text = " ".join(shown(cell).strip() for cell in cells if filled(cell))
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _has_number(cell: Cell) -> bool:
    return bool(_DIGITS.search(cell)) if isinstance(cell, str) else cell is not None


def _many_digits(cell: Cell) -> bool:
    return len(_DIGITS.findall(shown(cell))) >= 6

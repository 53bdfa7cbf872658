"""Where in a workbook the invoices stand: the header of each sheet, and which sheet is meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.coded import Coded, CodedRows
from batchinvoice.invoices.columns import NUMBERS, Field
from batchinvoice.invoices.headings import Match, key, match, near, signature
from batchinvoice.invoices.table import Cell, Otherwise, Table, filled
from batchinvoice.sheets import unreadable
from batchinvoice.sheets.raw import RawSheet

# A header is looked for in so many rows; what stands above it is a title.
_HEADER_WITHIN = 50
# A row with more texts is no header of invoices, and looking what each means would take long.
_MOST_HEADINGS = 1_000
# What a number is shown as counts in these.
_SEEN = (Field.REFERENCE, *NUMBERS)

_Marked = Callable[[RawSheet, Collection[int]], RawSheet]


@dataclass(frozen=True, slots=True)
class Header:
    """The row with the headings: `index` counts the sheet's rows from 0."""

    sheet: RawSheet
    index: int
    headings: tuple[str, ...]
    mapping: Mapping[str, Field | None]
    matched: Match

    @property
    def row(self) -> int:
        """As the sheet numbers it."""
        return self.index + 1

    @property
    def unknown(self) -> list[str]:
        """The headings that mean nothing."""
        return [self.headings[index] for index in self.matched.unknown]


def tables(
    path: Path, sheets: Sequence[RawSheet], asked: Asked, marked: _Marked = lambda sheet, _: sheet
) -> tuple[Table, Table | None]:
    """The table of invoices and, if there is one, that of items.

    marked: gives a sheet its marks, which takes as long as reading it, those of numbers at least in the given columns
    (from 1). Raises UnreadableSheet or UnsureColumns.
    """
    headers = [header for sheet in sheets if (header := _header(sheet, asked))]
    named = _named(path, sheets, asked.sheet)
    wanted = [header for header in headers if named is None or header.sheet is named]
    if not wanted:
        raise unreadable.no_header(path, [sheet.name for sheet in sheets if named is None or sheet is named])
    main = max(wanted, key=lambda h: (h.matched.is_invoices, not h.matched.is_items, len(h.matched.columns)))
    if main.matched.missing:
        raise unreadable.missing_columns(path, main.sheet.name, main.row, main.matched, main.headings, main.mapping)
    invoices = [_with_marks(h, marked) for h in headers if h.matched.is_invoices]
    full = [(header, table) for header in invoices if (table := _table(path, header)).rows]
    meant = _meant(path, main, full, named)
    if asked.confirm and (unsure := unreadable.unsure_columns(path, meant.sheet, meant.headings, meant.mapping)):
        raise unsure
    others = [(header.sheet.name, not header.sheet.visible) for header, _ in full if header.sheet.name != meant.sheet]
    items = _items(path, headers, marked)
    known = {key(heading) for header in headers for heading in header.headings}
    if stray := [name for name in asked.mapping if name not in known]:
        raise unreadable.no_such_heading(path, stray, meant.headings)
    return replace(meant, others=tuple(others)), items


def _with_marks(header: Header, marked: _Marked) -> Header:
    seen = (header.matched.columns.get(field) for field in _SEEN)
    return replace(header, sheet=marked(header.sheet, {index + 1 for index in seen if index is not None}))


def _named(path: Path, sheets: Sequence[RawSheet], name: str | None) -> RawSheet | None:
    if name is None:
        return None
    found = [sheet for sheet in sheets if sheet.name == name]
    found = found or [sheet for sheet in sheets if sheet.name.strip().casefold() == name.strip().casefold()]
    if len(found) != 1:
        raise unreadable.no_such_sheet(path, name, [sheet.name for sheet in sheets])
    return found[0]


def _meant(path: Path, main: Header, full: Sequence[tuple[Header, Table]], named: RawSheet | None) -> Table:
    """The one sheet of invoices that is meant; of two that are shown, nobody said which counts."""
    candidates = [(header, table) for header, table in full if named is None or header.sheet.name == named.name]
    shown_ = [table for header, table in candidates if header.sheet.visible or named is not None]
    if len(shown_) > 1:
        raise unreadable.several_sheets(path, [table.sheet for table in shown_])
    if shown_:
        return shown_[0]
    if candidates:
        raise unreadable.hidden_sheet(path, [table.sheet for _, table in candidates])
    raise unreadable.no_rows(path, main.sheet.name, main.row)


def _items(path: Path, headers: Sequence[Header], marked: _Marked) -> Table | None:
    tables = []
    for header in headers:
        if header.matched.is_invoices or not header.matched.speaks_of_items:
            continue
        if (table := _table(path, _with_marks(header, marked))).rows:
            tables.append(table)
            if not header.matched.is_items:
                raise unreadable.nameless_items(
                    path, header.sheet.name, header.row, near(Field.ITEM_TITLE, header.unknown)
                )
    if len(tables) > 1:
        raise unreadable.several_item_sheets(path, [table.sheet for table in tables])
    return tables[0] if tables else None


def _header(sheet: RawSheet, asked: Asked) -> Header | None:
    """The first row whose headings mean an invoice; else the row with the most known headings, if there are two."""
    best: Header | None = None
    for index, row in enumerate(sheet.cells[:_HEADER_WITHIN]):
        if sum(isinstance(cell, str) for cell in row) > _MOST_HEADINGS:
            continue
        headings = tuple(shown(cell).strip() if isinstance(cell, str) else "" for cell in row)
        mapping = {**asked.remembered.get(signature(headings), {}), **asked.mapping}
        found = Header(sheet, index, headings, mapping, match(headings, mapping))
        if found.matched.is_invoices:
            return found
        if len(found.matched.columns) >= 2 and (best is None or len(found.matched.columns) > len(best.matched.columns)):
            best = found
    return best


def _table(path: Path, header: Header) -> Table:
    """The rows below a header that hold anything, cut or filled to its width."""
    if header.matched.repeated:
        raise unreadable.repeated_columns(path, header.sheet.name, header.row, header.matched, header.headings)
    used = [index for index, heading in enumerate(header.headings) if heading]
    first, last = used[0], used[-1] + 1
    marks = header.sheet.marks
    whole = CodedRows(header.sheet.cells.columns[first:last], len(header.sheet.cells))
    positions = _filled_rows(whole, header.row)
    rows = (
        range(positions.start + 1, positions.stop + 1)
        if isinstance(positions, range)
        else [position + 1 for position in positions]
    )
    cells, merged = _as_seen(header, first, rows, whole.take(positions))
    return Table(
        header.sheet.name,
        header.headings[first:last],
        rows,
        cells,
        header.row,
        first + 1,
        mapping=header.mapping,
        hidden=frozenset(marks.hidden_rows.intersection(rows)),
        hidden_columns=frozenset(column - 1 - first for column in marks.hidden_columns if first < column <= last),
        widths=tuple(marks.widths.get(column + 1) for column in range(first, last)),
        above=[
            (number, row) for number, row in enumerate(header.sheet.cells[: header.index], 1) if any(map(filled, row))
        ],
        serial_dates=not marks.epoch_1904,
        merged_amounts=merged,
        otherwise=_otherwise(header, first),
    )


def _filled_rows(cells: CodedRows, first: int) -> Sequence[int]:
    """The positions, from `first` on, of the rows that hold anything: a range if that is all of them."""
    empty: Sequence[int] = range(first, len(cells))
    for column in cells.columns:
        nothing = {code for code, value in enumerate(column.values) if not filled(value)}
        empty = [position for position in empty if column.codes[position] in nothing]
        if not empty:
            return range(first, len(cells))
    left_out = set(empty)
    return [position for position in range(first, len(cells)) if position not in left_out]


def _as_seen(header: Header, first: int, rows: Sequence[int], cells: CodedRows) -> tuple[CodedRows, frozenset[int]]:
    """The cells with references as Excel shows them, and an amount that is merged over rows once.

    Tells the rows whose amount is merged over other invoices as well. An amount is there once, as any sum has it.
    """
    sheet = header.sheet
    reference, amount = (header.matched.columns.get(field) for field in (Field.REFERENCE, Field.AMOUNT))
    position_of = {row: position for position, row in enumerate(rows)} if sheet.marks.shown or sheet.repeated else {}
    edits: dict[tuple[int, int], Cell] = {}
    if reference is not None:
        for (row, column), as_shown in sheet.marks.shown.items():
            if column == reference + 1 and row in position_of:
                edits[position_of[row], reference - first] = as_shown
    cells = cells.edited(edits)
    merged: set[int] = set()
    if amount is None or not any(column == amount + 1 for _, column in sheet.repeated):
        return cells, frozenset()
    references = cells.columns[reference - first] if reference is not None else Coded.same(None, len(rows))
    edits = {}
    top: tuple[int, Cell] = (0, None)  # the row of the last amount, and its reference
    for row, own in zip(rows, references, strict=True):
        if (row, amount + 1) not in sheet.repeated:
            top = (row, own)
        else:
            edits[position_of[row], amount - first] = None
            merged |= {top[0]} if own != top[1] else set()
    return cells.edited(edits), frozenset(merged)


def _otherwise(header: Header, first: int) -> dict[tuple[int, int], Otherwise]:
    """The numbers that are shown as something else than dinars; columns as indexes from `first` on."""
    indexes = {header.matched.columns[field] for field in NUMBERS if field in header.matched.columns}
    found = {cell: shown for cell, shown in header.sheet.marks.otherwise.items() if cell[1] - 1 in indexes}
    for row, column in sorted(header.sheet.repeated) if found else ():
        if above := found.get((row - 1, column)):
            found[row, column] = above  # it is merged over this row, too
    return {(row, column - 1 - first): shown for (row, column), shown in found.items()}

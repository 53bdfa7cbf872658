"""A workbook or CSV file → the table of invoices and the table of items, every cell with its place."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine
from defusedxml.ElementTree import ParseError

from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.headings import Match, match, near
from batchinvoice.invoices.table import Cell, Table
from batchinvoice.sheets import unreadable
from batchinvoice.sheets.xlsx_marks import broken_cells

# A header is looked for in so many rows; what stands above it is a title.
_HEADER_WITHIN = 50
_MOST_CELLS = 40_000_000
_MOST_BYTES = 400 * 2**20
_ENCODINGS = ("utf-8-sig", "cp1256")
# A Western code page taken for the Arabic one: its accented letters become Arabic letters, vowel signs and marks.
_ARABIC = r"\u0621-\u0652\u0679-\u06d3\u200e\u200f"
_MIXED = re.compile(rf"[A-Za-z][{_ARABIC}]|[{_ARABIC}][A-Za-z]")
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Source:
    """What was read: `sha256` of the file's bytes, in hex; `items` is None if the workbook has no such sheet."""

    path: Path
    sha256: str
    invoices: Table
    items: Table | None


@dataclass(frozen=True, slots=True)
class _Grid:
    """A sheet's cells from A1 on: `cells[i]` is the sheet's row i + 1."""

    name: str
    cells: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class _Header:
    grid: _Grid
    index: int
    headings: tuple[str, ...]
    matched: Match

    @property
    def unknown(self) -> list[str]:
        return [self.headings[index] for index in self.matched.unknown]


def read(path: Path) -> Source:
    """Read a sheet of invoices.

    Raises UnreadableSheet in plain words: no such file, empty, not a workbook, no header, missing or repeated columns,
    no rows.
    """
    content = _bytes(path)
    grids = (
        _csv_grid(path, content) if path.suffix.lower() in (".csv", ".txt", ".tsv") else _workbook_grids(path, content)
    )
    headers = [header for grid in grids if (header := _find_header(grid))]
    if not headers:
        raise unreadable.no_header(path, [grid.name for grid in grids])
    main = max(headers, key=lambda h: (h.matched.is_invoices, not h.matched.is_items, len(h.matched.columns)))
    if main.matched.missing:
        raise unreadable.missing_columns(path, main.grid.name, main.index + 1, main.matched.missing, main.unknown)
    invoices = _only(path, "invoices", [h for h in headers if h.matched.is_invoices])
    if invoices is None:
        raise unreadable.no_rows(path, main.grid.name, main.index + 1)
    items = _only(path, "items", [h for h in headers if not h.matched.is_invoices and h.matched.speaks_of_items])
    return Source(path, hashlib.sha256(content).hexdigest(), invoices, items)


def _only(path: Path, what: str, headers: Sequence[_Header]) -> Table | None:
    """The one table of its kind that has rows; of two, nobody said which counts."""
    tables = []
    for header in headers:
        if header.matched.repeated:
            raise unreadable.repeated_columns(path, header.grid.name, header.index + 1, header.matched, header.headings)
        if (table := _table(header)).rows:
            tables.append(table)
            if not header.matched.is_invoices and not header.matched.is_items:
                missing = {Field.ITEM_TITLE: near(Field.ITEM_TITLE, header.unknown)}
                raise unreadable.missing_columns(path, header.grid.name, header.index + 1, missing)
    if len(tables) > 1:
        raise unreadable.several_sheets(path, what, [table.sheet for table in tables])
    return tables[0] if tables else None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise unreadable.too_large(path, f"it is larger than {_MOST_BYTES // 2**20} MB")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise unreadable.missing_file(path) from None
    except IsADirectoryError:
        raise unreadable.folder(path) from None
    except OSError:
        raise unreadable.locked_file(path) from None
    if not content.strip():
        raise unreadable.empty_file(path)
    return content


def _workbook_grids(path: Path, content: bytes) -> list[_Grid]:
    try:
        workbook = _opened(path, content)
        return [_sheet_grid(path, workbook, name, content) for name in workbook.sheet_names]
    except calamine.PasswordError:
        raise unreadable.protected(path) from None
    except (calamine.CalamineError, ValueError, KeyError, ParseError, OSError):
        raise unreadable.not_a_workbook(path) from None


def _opened(path: Path, content: bytes) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(io.BytesIO(content))
    except calamine.CalamineError:
        calamine.load_workbook(path)  # only under its name is it told apart whether a password is wanted
        raise


def _sheet_grid(path: Path, workbook: calamine.CalamineWorkbook, name: str, content: bytes) -> _Grid:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > _MOST_CELLS:
        raise unreadable.too_large(
            path, f"sheet {name} spans {sheet.total_height:,} rows and {sheet.total_width:,} columns"
        )
    cells: list[list[Cell]] = [
        [None if cell == "" else cell for cell in row] for row in sheet.to_python(skip_empty_area=False)
    ]
    for (row, column), broken in broken_cells(content, name).items():
        cells += [[] for _ in range(row - len(cells))]  # the reader ends at the last value
        cells[row - 1] += [None] * (column - len(cells[row - 1]))
        cells[row - 1][column - 1] = broken
    return _Grid(name, cells)


def _csv_grid(path: Path, content: bytes) -> list[_Grid]:
    text = _decoded(path, content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[Cell]] = []
    line = 1
    try:
        for row in reader:
            rows.append([cell or None for cell in row])
            line = reader.line_num + 1
    except csv.Error:
        raise unreadable.stray_quote(path, line) from None
    return [_Grid(path.stem, rows)]


def _decoded(path: Path, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS if b"\0" not in content else ()
    for encoding in encodings:
        try:
            text = content.decode(encoding)
            if encoding == "cp1256" and (mixed := _MIXED.search(text)):
                raise unreadable.unknown_encoding(
                    path, text[max(0, mixed.start() - 8) : mixed.end() + 8].split("\n")[0]
                )
            return text
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and _mostly_utf8(content):
                raise unreadable.damaged_text(path, content.count(b"\n", 0, error.start) + 1) from None
    raise unreadable.not_a_workbook(path)


def _mostly_utf8(content: bytes) -> bool:
    """True if more of the letters beyond ASCII can be read as UTF-8 than not: damaged, rather than another encoding."""
    foreign = [c for c in content.decode("utf-8", "replace") if not c.isascii()]
    return foreign.count("\ufffd") < len(foreign) / 2


def _delimiter(text: str) -> str:
    """The separator whose header means the most; a comma where none is better."""
    top = text.splitlines()[:_HEADER_WITHIN]

    def known(delimiter: str) -> int:
        try:
            return max((len(match(row).columns) for row in csv.reader(top, delimiter=delimiter)), default=0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=known)


def _find_header(grid: _Grid) -> _Header | None:
    """The first row whose headings mean an invoice; else the row with the most known headings, if there are two."""
    best: _Header | None = None
    for index, row in enumerate(grid.cells[:_HEADER_WITHIN]):
        headings = tuple(shown(cell).strip() if isinstance(cell, str) else "" for cell in row)
        found = _Header(grid, index, headings, match(headings))
        if found.matched.is_invoices:
            return found
        if len(found.matched.columns) >= 2 and (best is None or len(found.matched.columns) > len(best.matched.columns)):
            best = found
    return best


def _table(header: _Header) -> Table:
    """The rows below a header that hold anything, cut or filled to its width."""
    used = [index for index, heading in enumerate(header.headings) if heading]
    first, last = used[0], used[-1] + 1
    width = last - first
    rows, cells = [], []
    for number, row in _below(header):
        own = list(row[first:last])
        own += [None] * (width - len(own))
        if any(cell.strip() if isinstance(cell, str) else cell is not None for cell in own):
            rows.append(number)
            cells.append(own)
    return Table(header.grid.name, header.headings[first:last], rows, cells, header.index + 1, first + 1)


def _below(header: _Header) -> Iterator[tuple[int, Sequence[Cell]]]:
    return enumerate(header.grid.cells[header.index + 1 :], header.index + 2)

"""A workbook or CSV file → the table of invoices and the table of items, every cell with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.table import Table
from batchinvoice.sheets import unreadable
from batchinvoice.sheets.bounds import check_archive
from batchinvoice.sheets.locate import tables
from batchinvoice.sheets.marks import RUN_PROPERTY
from batchinvoice.sheets.marks.origin import origin
from batchinvoice.sheets.naming import REPORT_SHEETS
from batchinvoice.sheets.text import SUFFIXES, text_sheet
from batchinvoice.sheets.workbook import is_workbook, marked, workbook_sheets

_MOST_BYTES = 400 * 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """What was read: `sha256` of the file's bytes, in hex; `items` is None if the workbook has no such sheet.

    `corrects`: the run whose corrections workbook this was, as the workbook itself says.
    """

    path: Path
    sha256: str
    invoices: Table
    items: Table | None
    corrects: str | None = None


def read(path: Path, asked: Asked = Asked()) -> Source:  # noqa: B008 (frozen)
    """Read a sheet of invoices.

    Raises UnreadableSheet in plain words: no such file, empty, not a workbook, no header, repeated columns, no rows,
    several sheets; UnsureColumns if the header lacks some, with what its headings may have been meant for.
    """
    return begin(path)(asked)


def begin(path: Path) -> Callable[[Asked], Source]:
    """Read as far as does not depend on what is asked; what is returned does the rest. Both raise UnreadableSheet."""
    content = _bytes(path)
    if is_workbook(content) or path.suffix.lower() not in SUFFIXES:
        sheets = workbook_sheets(path, content, partial(check_archive, path, content))
        if {sheet.name for sheet in sheets} >= set(REPORT_SHEETS):
            raise unreadable.a_report(path)
        return lambda asked: _source(path, content, tables(path, sheets, asked, partial(marked, path, content)))
    return lambda asked: _source(
        path, content, tables(path, [text_sheet(path, content, partial(_known, asked))], asked)
    )


def _source(path: Path, content: bytes, found: tuple[Table, Table | None]) -> Source:
    return Source(path, hashlib.sha256(content).hexdigest(), *found, origin(content, RUN_PROPERTY))


def look(path: Path) -> None:
    """See whether a file may be read at all, without reading it. Raises UnreadableSheet."""
    check_archive(path, _bytes(path))


def _known(asked: Asked, headings: Sequence[str]) -> int:
    return len(match(headings, asked.mapping).columns)


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise unreadable.no_file(path)
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

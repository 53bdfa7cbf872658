"""The corrections workbook: the bad rows alone, in their own columns, each bad cell marked. Mend it and run it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.cells import shown
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, Column, Field, Kind
from batchinvoice.invoices.headings import match
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.table import Cell
from batchinvoice.sheets import style
from batchinvoice.sheets.book import new_book, write_beside
from batchinvoice.sheets.cells import MAX_ROWS, clean, write_cell, write_text
from batchinvoice.sheets.correction_issues import Listed, add_issues
from batchinvoice.sheets.correction_words import Words, note, words
from batchinvoice.sheets.errors import CannotWrite
from batchinvoice.sheets.marks import RUN_PROPERTY
from batchinvoice.sheets.style import HEADING, Styles, set_up_print

CHECK = "check"  # instead of a run's id: nothing was run
_MAX_NOTE = 1_500
_MAX_WIDTH = 60
_OWN_WIDTHS = (4.0, 100.0)
_PADDING = 5 / 7  # of a column's width, which files count in and the writer does not
_IDENTIFIERS = frozenset({Field.REFERENCE, Field.MOBILE, Field.COUNTRY_CODE, Field.INVOICE_ID, Field.MERCHANT_CODE})


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One row to mend. `cells` are as the sheet has them; `source_row` is the sheet's own row number."""

    cells: Sequence[Cell]
    issues: Sequence[Issue]
    source_row: int


@dataclass(frozen=True, slots=True)
class CorrectionSheet:
    """Rows to mend under the sheet's own headings; `first_column` is where the headings begin there, counted from 1.

    `widths` are those of the sheet's own columns, in characters as files state them; None where it has none. `mapping`:
    what was confirmed of headings.
    An issue marks the cell of its `place.column`; without one, or outside the headings, the row's first cell.
    """

    name: str
    headings: Sequence[str]
    rows: Sequence[CorrectionRow]
    first_column: int = 1
    widths: Sequence[float | None] = ()
    mapping: Mapping[str, Field | None] = field(default_factory=dict)


def write_corrections(
    path: Path,
    sheets: Sequence[CorrectionSheet],
    *,
    run: str,
    source: str,
    environment: str,
    language: str = "en",
) -> Path:
    """Write the sheets so that they can be run again; returns where. Raises FileInUse or CannotWrite.

    A workbook that is there already may be half mended: it is left alone, and the next free name is taken.
    run: the run's id, which the workbook keeps, or CHECK. language: `en` or `ar`, that of the sheet's headings.
    """
    say = words(language)
    header = (source, say.live if environment == "live" else say.sandbox, _of_run(run, say))
    return write_beside(path, lambda draft: _write(draft, sheets, header, "" if run == CHECK else run, say))[0]


def _of_run(run: str, say: Words) -> str:
    return say.check if run == CHECK else say.run.format(run=say.value(run))


def _write(path: Path, sheets: Sequence[CorrectionSheet], header: tuple[str, str, str], run: str, say: Words) -> None:
    source, mark, of_run = header
    about = say.about.format(source=say.value(source), run=of_run, mark=mark)
    *names, last = _sheet_names([*(sheet.name for sheet in sheets), say.issues])
    with new_book(path, title=say.title.format(source=source), subject=f"{mark}, {of_run}") as book:
        if run:
            book.set_custom_property(RUN_PROPERTY, clean(run, 255), "text")
        styles = Styles(book)
        for name, sheet in zip(names, sheets, strict=True):
            if len(sheet.rows) >= MAX_ROWS:
                raise CannotWrite(path, f"a sheet holds {MAX_ROWS - 1:,} rows, and there are more to mend")
            _write_sheet(book, name, sheet, about, styles, say)
        if listed := [each for name, sheet in zip(names, sheets, strict=True) for each in _listed(name, sheet)]:
            add_issues(book, last, listed, say, styles)
        for target in book.worksheets():
            set_up_print(target, header)
            if say.from_right:
                target.right_to_left()


def _listed(name: str, sheet: CorrectionSheet) -> Iterator[Listed]:
    for at, row in enumerate(sheet.rows, 1):
        for index, issues in sorted(_by_cell(sheet, row).items()):
            yield from (Listed(name, at, index, row.source_row, issue) for issue in issues)


def _write_sheet(book: Workbook, name: str, sheet: CorrectionSheet, about: str, styles: Styles, say: Words) -> None:
    target = book.add_worksheet(name)
    columns = _columns(sheet)
    for index, heading in enumerate(sheet.headings):
        write_text(target, 0, index, heading, styles.of(HEADING))
        target.set_column(index, index, _width(sheet, index), styles.of(num_format=_blank_format(columns[index])))
    for at, row in enumerate(sheet.rows, 1):
        _write_row(target, at, row, columns, _by_cell(sheet, row), styles, say)
    target.freeze_panes(1, 0)
    target.set_row(0, 30)
    if sheet.headings:
        target.write_comment(0, 0, clean(about), _note_look(about))
        target.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.headings) - 1)
    target.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _write_row(
    target: Worksheet,
    at: int,
    row: CorrectionRow,
    columns: Sequence[Column | None],
    issues: dict[int, list[Issue]],
    styles: Styles,
    say: Words,
) -> None:
    for index, column in enumerate(columns):
        value = row.cells[index] if index < len(row.cells) else None
        here = issues.get(index, [])
        mark = {} if not here else style.BAD if any(issue.is_error for issue in here) else style.WARNED
        own = next((issue.params.get("format") for issue in here if issue.code is Code.SHOWN_OTHERWISE), None)
        shown = styles.of({"valign": "top", "num_format": own or _number_format(value, column)}, mark)
        if value is not None or here:
            write_cell(target, at, index, value, shown)
        if here:
            said = clean(note(here, row.source_row, say), _MAX_NOTE)
            target.write_comment(at, index, said, _note_look(said))


def _by_cell(sheet: CorrectionSheet, row: CorrectionRow) -> dict[int, list[Issue]]:
    found: dict[int, list[Issue]] = {}
    for issue in row.issues:
        column = issue.place.column
        index = 0 if column is None else column - sheet.first_column
        found.setdefault(index if 0 <= index < len(sheet.headings) else 0, []).append(issue)
    return found


def _note_look(note: str) -> dict[str, object]:
    lines = sum(1 + len(line) // 42 for line in note.split("\n"))
    return {"x_scale": 2.2, "y_scale": max(0.8, min(lines * 0.24, 4)), "author": "batchinvoice", "font_size": 9}


def _number_format(value: Cell, column: Column | None) -> str:
    """The format that shows the value as it is: a bad amount must not be rounded out of sight."""
    if isinstance(value, dt.datetime):
        return style.DATE if value.time() == dt.time() else style.MOMENT
    if isinstance(value, dt.date):
        return style.DATE
    if isinstance(value, dt.time | dt.timedelta):
        return "[h]:mm:ss"
    if isinstance(value, bool):
        return "General"
    if isinstance(value, int | float):
        return _of_number(value, column)
    return style.TEXT if isinstance(value, str) else _blank_format(column)


def _of_number(value: float, column: Column | None) -> str:
    if column is not None and column.kind is Kind.AMOUNT and abs(value - round(value, 3)) < 1e-9:
        return style.AMOUNT
    if column is not None and column.field in _IDENTIFIERS and value == int(value):
        return "0"  # else Excel shows a long one as 9.65E+11
    return "General"


def _blank_format(column: Column | None) -> str:
    if column is None:
        return "General"
    if column.field in _IDENTIFIERS:
        return style.TEXT
    return {Kind.AMOUNT: style.AMOUNT, Kind.DATE: style.DATE}.get(column.kind, "General")


def _columns(sheet: CorrectionSheet) -> list[Column | None]:
    known = {index: BY_FIELD[name] for name, index in match(sheet.headings, sheet.mapping).columns.items()}
    return [known.get(index) for index in range(len(sheet.headings))]


def _width(sheet: CorrectionSheet, index: int) -> float:
    own = sheet.widths[index] if index < len(sheet.widths) else None
    if own is not None:
        least, most = _OWN_WIDTHS
        return min(max(own, least), most) - _PADDING
    sample = [row.cells[index] for row in sheet.rows[:200] if index < len(row.cells)]
    longest = max((len(shown(value)) for value in sample), default=0)
    return min(max(longest, len(sheet.headings[index]), 8) + 3, _MAX_WIDTH)


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel takes: 31 characters, none of `[]:*?/\\`, each once."""
    names: list[str] = []
    for name in wanted:
        base = clean(re.sub(r"[\[\]:*?/\\\n]", " ", name), 31).strip(" '") or "Sheet"
        unique, number = base, 1
        while unique.casefold() in {taken.casefold() for taken in names} or unique.casefold() == "history":
            number += 1
            unique = f"{clean(base, 26)} {number}"
        names.append(unique)
    return names

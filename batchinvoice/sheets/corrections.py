"""The corrections workbook: the bad rows alone, in their own columns, each bad cell marked. Mend it and run it.

Rows are gone through once and kept nowhere. What the format wants to have together is bounded: of a sheet, MAX_NOTES
cells have a note and MAX_LINKS lines of the list of issues a link; the list itself goes on to the end of its sheet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from batchinvoice.sheets.book import LargeBook, large_book
from batchinvoice.sheets.cells import MAX_ROWS, clean
from batchinvoice.sheets.correction_issues import ListOfIssues
from batchinvoice.sheets.correction_rows import MAX_NOTES, CorrectionRow, CorrectionSheet, RowsToMend
from batchinvoice.sheets.correction_words import Words, words
from batchinvoice.sheets.errors import CannotWrite
from batchinvoice.sheets.marks import RUN_PROPERTY
from batchinvoice.sheets.placing import write_beside
from batchinvoice.sheets.style import set_up_print

__all__ = ["CHECK", "CorrectionRow", "CorrectionSheet", "write_corrections"]

CHECK = "check"  # instead of a run's id: nothing was run


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

    A workbook that is there already may be half mended: it is left alone, and the next free name is taken. A sheet
    without rows is left out.
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
    with large_book(path, title=say.title.format(source=source), subject=f"{mark}, {of_run}") as large:
        if run:
            large.book.set_custom_property(RUN_PROPERTY, clean(run, 255), "text")
        issues = ListOfIssues(large, say, several=len(sheets) > 1)
        poured = [_rows(path, large, *each, issues, say) for each in zip(names, sheets, strict=True)]
        for rows in filter(lambda rows: rows.count, poured):
            left_out = say.notes_left_out.format(count=say.value(f"{MAX_NOTES:,}"), issues=last)
            rows.draw(f"{about}\n{left_out}" if rows.notes_left_out else about)
        if issues.count:
            issues.draw(last)
        for target in large.book.worksheets():
            set_up_print(target, header)
            if say.from_right:
                target.right_to_left()


def _rows(
    path: Path, large: LargeBook, name: str, sheet: CorrectionSheet, issues: ListOfIssues, say: Words
) -> RowsToMend:
    """The sheet's rows, with their issues in the list; the sheet is not drawn yet."""
    rows = RowsToMend(large, name, sheet, say)
    for row in sheet.rows:
        if rows.count >= MAX_ROWS - 1:
            raise CannotWrite(path, f"a sheet holds {MAX_ROWS - 1:,} rows, and there are more to mend")
        for listed in rows.add(row):
            issues.add(name, listed)
    return rows


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

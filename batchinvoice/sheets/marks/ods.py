"""The marks of a sheet of an ods: its columns as they are styled, its cells as they are shown."""

from __future__ import annotations

from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.ods_content import Content
from batchinvoice.sheets.marks.package import Package
from batchinvoice.sheets.marks.xml import chunks, parse

_KIND = b"application/vnd.oasis.opendocument.spreadsheet"


def marks(package: Package, sheet: str) -> Marks:
    """The marks of the sheet of this name."""
    with package.open("mimetype") as stream:
        if not stream.read(len(_KIND)).startswith(_KIND):
            raise MarksUnreadable("not a spreadsheet")
    content = Content(sheet)
    with package.open("content.xml") as stream:
        parse(chunks(stream), content.expat, lambda: content.ended)
    if not content.ended:
        raise MarksUnreadable("there is no such sheet")
    hidden, widths = content.columns.until(content.last_column)
    cells = content.cells
    return Marks(
        cells.broken, cells.shown, cells.otherwise, frozenset(cells.hidden_rows), hidden, widths, content.epoch_1904
    )

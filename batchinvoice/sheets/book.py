"""A workbook to write: drafted under a temporary name and moved into place when it is whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.worksheet import Worksheet

from batchinvoice.sheets.cells import clean
from batchinvoice.sheets.placing import explained, put_in_place
from batchinvoice.sheets.pouring import Poured, pack
from batchinvoice.sheets.style import Styles

# Nothing that came from a cell may turn into a formula, a link or a number by itself.
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# The same input must give the same bytes, so the file does not say when it was made.
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's properties know no zone


@contextmanager
def new_book(path: Path, *, title: str, subject: str = "") -> Iterator[Workbook]:
    """A workbook that appears at `path`, replacing what is there, once the block has ended well.

    It is held in memory until then: a large one is better a `large_book`. Raises FileInUse or CannotWrite.
    """
    book = _drawing(BytesIO(), title, subject)
    yield book
    put_in_place(path, lambda draft: _close(book, str(draft)))


class LargeBook:
    """A workbook with sheets whose rows are too many for memory; `book` draws everything else.

    The rows of a sheet are written first, and `put` into it when it is drawn with its heading.
    """

    def __init__(self, book: Workbook, folder: Path) -> None:
        self.book, self.styles = book, Styles(book)
        self._folder = folder
        self._begun: list[Poured] = []
        self._placed: dict[int, Poured] = {}

    def rows(self, columns: int) -> Poured:
        """Rows for a sheet that is drawn later."""
        self._begun.append(Poured(self._folder, str(len(self._begun)), columns))
        return self._begun[-1]

    def put(self, sheet: Worksheet, rows: Poured) -> None:
        """Put the rows into a sheet that has a heading alone."""
        self._placed[self.book.worksheets().index(sheet) + 1] = rows

    def pack(self, drawn: BytesIO, draft: Path) -> None:
        """Write the workbook."""
        _close(self.book)
        pack(drawn, self._placed, draft)

    def close(self) -> None:
        """Let go of the rows' files."""
        for rows in self._begun:
            rows.close()


@contextmanager
def large_book(path: Path, *, title: str, subject: str = "") -> Iterator[LargeBook]:
    """A large workbook that appears at `path` once the block has ended well. Raises FileInUse or CannotWrite."""
    drawn = BytesIO()
    # Rows wait in files of our own folder, so that a failure leaves no customer's data behind.
    with TemporaryDirectory(prefix="batchinvoice-", ignore_cleanup_errors=True) as scratch:
        large = LargeBook(_drawing(drawn, title, subject), Path(scratch))
        try:
            with _told_of(path):
                yield large
            put_in_place(path, lambda draft: large.pack(drawn, draft))
        finally:
            large.close()


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """The rows wait on a disk that can be full, too."""
    try:
        yield
    except OSError as error:
        raise explained(path, error) from error


def _drawing(file: BytesIO, title: str, subject: str) -> Workbook:
    book = Workbook(file, {**_AS_WRITTEN, "in_memory": True, "use_zip64": True})
    properties = {"title": clean(title, 255), "subject": clean(subject, 255)}
    book.set_properties({**properties, "author": "batchinvoice", "created": _CREATED})
    return book


def _close(book: Workbook, name: str | None = None) -> None:
    """Write the workbook. What keeps a file from being written is raised as the system says it."""
    if name:
        book.filename = name
    try:
        book.close()
    except XlsxFileError as error:
        cause = error.args[0] if error.args else error
        raise cause if isinstance(cause, OSError) else OSError(str(cause)) from error

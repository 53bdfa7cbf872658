"""A workbook to write: drafted under a temporary name and moved into place when it is whole."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError
from xlsxwriter.worksheet import Worksheet

from batchinvoice.sheets.cells import clean
from batchinvoice.sheets.errors import CannotWrite, FileInUse
from batchinvoice.sheets.pouring import Poured, pack
from batchinvoice.sheets.style import Styles

# Nothing that came from a cell may turn into a formula, a link or a number by itself.
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
T = TypeVar("T")
_DRAFT = ".batchinvoice-"
_OLD_SECONDS = 3600.0  # longer than any workbook takes
# The same input must give the same bytes, so the file does not say when it was made.
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's properties know no zone


@contextmanager
def new_book(path: Path, *, title: str, subject: str = "") -> Iterator[Workbook]:
    """A workbook that appears at `path`, replacing what is there, once the block has ended well.

    It is held in memory until then: a large one is better a `large_book`. Raises FileInUse or CannotWrite.
    """
    book = _drawing(BytesIO(), title, subject)
    yield book
    put_in_place(path, lambda draft: _close(book, draft))


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
        self.book.close()
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
        raise _explained(path, error) from error


def _drawing(file: BytesIO, title: str, subject: str) -> Workbook:
    book = Workbook(file, {**_AS_WRITTEN, "in_memory": True, "use_zip64": True})
    properties = {"title": clean(title, 255), "subject": clean(subject, 255)}
    book.set_properties({**properties, "author": "batchinvoice", "created": _CREATED})
    return book


def put_in_place(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a draft in the same folder, then move it to `path`. Raises FileInUse or CannotWrite."""
    draft = draft_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_old_drafts(path.parent)
        write(draft)
        os.replace(draft, path)  # noqa: PTH105 - the name everybody knows for an atomic move
    except (OSError, XlsxFileError) as error:
        raise _explained(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def check_folder(folder: Path) -> None:
    """Make sure that files can be written into the folder, making it if need be. Raises FileInUse or CannotWrite."""
    draft = draft_name(folder / "probe")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(b"")
        draft.unlink()
    except OSError as error:
        raise _explained(folder, error) from error


def draft_name(path: Path) -> Path:
    """A name in the same folder that nobody else has."""
    return path.with_name(f"{_DRAFT}{secrets.token_hex(8)}.tmp")


def _clear_old_drafts(folder: Path) -> None:
    """Delete what a killed process left behind: customers' data under a name that nobody looks for."""
    for draft in folder.glob(f"{_DRAFT}*.tmp"):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > _OLD_SECONDS:
                draft.unlink()


def write_beside(path: Path, write: Callable[[Path], T]) -> tuple[Path, T]:
    """Let `write` make a file and put it at `path`, or at the next free name: nothing of the user's is replaced.

    That is `….corrections-2.xlsx`. Returns where it is, and what `write` returned; a file that is there already and
    says the same is enough. Raises FileInUse or CannotWrite.
    """
    draft = draft_name(path)
    try:
        told = write(draft)
        return _put_beside(path, draft), told
    except FileInUse:
        raise FileInUse(path) from None
    except CannotWrite as error:
        raise CannotWrite(path, error.why) from None
    except OSError as error:
        raise _explained(path, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _put_beside(path: Path, draft: Path) -> Path:
    for place in _names(path):
        if not place.exists():
            draft.rename(place)
            return place
        if _same(place, draft):
            return place
    raise AssertionError("unreachable: some name is free")


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in count(2):
        yield path.with_stem(f"{path.stem}-{number}")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.read_bytes() == other.read_bytes()
    except OSError:  # open in Excel: then somebody is mending it
        return False


def _close(book: Workbook, draft: Path) -> None:
    book.filename = str(draft)
    book.close()


def _explained(path: Path, error: Exception) -> CannotWrite:
    cause = error.args[0] if isinstance(error, XlsxFileError) and error.args else error
    if isinstance(cause, PermissionError):
        return FileInUse(path)
    return CannotWrite(path, cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause))

"""A workbook to write: drafted under a temporary name and moved into place when it is whole."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxFileError

from batchinvoice.sheets.cells import clean
from batchinvoice.sheets.errors import CannotWrite, FileInUse

# Nothing that came from a cell may turn into a formula, a link or a number by itself.
_AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
T = TypeVar("T")
_DRAFT = ".batchinvoice-"
_OLD_SECONDS = 3600.0  # longer than any workbook takes
# The same input must give the same bytes, so the file does not say when it was made.
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's properties know no zone


@contextmanager
def new_book(path: Path, *, title: str, subject: str = "", constant_memory: bool = False) -> Iterator[Workbook]:
    """A workbook that appears at `path`, replacing what is there, once the block has ended well.

    With `constant_memory` each sheet's rows must be written in order and at once. Raises FileInUse or CannotWrite.
    """
    # Rows wait in files of our own folder, so that a failure leaves no customer's data behind.
    with TemporaryDirectory(prefix="batchinvoice-", ignore_cleanup_errors=True) as scratch:
        memory = {"constant_memory": True, "tmpdir": scratch} if constant_memory else {"in_memory": True}
        book = Workbook(str(Path(scratch) / "unfinished.xlsx"), {**_AS_WRITTEN, **memory, "use_zip64": True})
        book.set_properties(
            {"title": clean(title, 255), "subject": clean(subject, 255), "author": "batchinvoice", "created": _CREATED}
        )
        try:
            yield book
        except BaseException:
            # Closing is the only public way to let go of the scratch files, which Windows else could not delete.
            with suppress(Exception):
                book.close()
            raise
        put_in_place(path, lambda draft: _close(book, draft))


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

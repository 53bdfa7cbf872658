"""A file is drafted under a temporary name and moved into place when it is whole, beside whatever must stay."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

from batchinvoice.sheets.errors import CannotWrite, FileInUse

T = TypeVar("T")
_DRAFT = ".batchinvoice-"
_OLD_SECONDS = 3600.0  # longer than any workbook takes


def put_in_place(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a draft in the same folder, then move it to `path`. Raises FileInUse or CannotWrite."""
    draft = draft_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_old_drafts(path.parent)
        write(draft)
        os.replace(draft, path)  # noqa: PTH105 - the name everybody knows for an atomic move
    except OSError as error:
        raise explained(path, error) from error
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
        raise explained(folder, error) from error


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
        raise explained(path, error) from error
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


def explained(path: Path, error: OSError) -> CannotWrite:
    """What keeps a file from being written, in words."""
    if isinstance(error, PermissionError):
        return FileInUse(path)
    return CannotWrite(path, error.strerror or str(error))

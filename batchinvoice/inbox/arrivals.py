"""Which files of a folder have arrived whole: still for a while, complete, and open in no other program."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batchinvoice.inbox.layout import sheets_in

STILL_SECONDS = 2.0
# So many times as long a file must be still whose end seems to be missing: a copy over a network can pause.
_PATIENCE = 15
_ZIPPED = frozenset({".xlsx", ".xlsm", ".xlsb", ".ods"})
_LINES = frozenset({".csv", ".txt", ".tsv"})
_END_OF_ZIP = b"PK\x05\x06"
_PROTECTED = bytes.fromhex("d0cf11e0a1b11ae1")  # a workbook with a password is no archive
_LONGEST_END = 65_557  # of a zip archive, its comment included


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a file, and since when (seconds, on a clock that nobody can set) it has been like that."""

    size: int
    modified: int
    since: float


class Arrivals:
    """Looks at a folder again and again. `still`: seconds for which nothing may change before a file is taken."""

    def __init__(self, still: float = STILL_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._still, self._clock = still, clock
        self._seen: dict[Path, Look] = {}
        self._held: set[Path] = set()

    def look(self, folder: Path) -> list[Path]:
        """The files that can be taken now, the oldest first. Raises OSError if the folder cannot be read."""
        now = self._clock()
        files = {path: found for path in sheets_in(folder) if (found := self._found(path, now))}
        others = {path: seen for path, seen in self._seen.items() if path.parent != folder}
        self._seen = others | files
        whole = [path for path, seen in files.items() if self._whole(path, now - seen.since)]
        self._held = {path for path in self._held if path.parent != folder} | set(filter(in_use, whole))
        return [path for path in whole if path not in self._held]

    def waiting(self, folder: Path) -> list[Path]:
        """The files that were there at the last look, are still there, and are not held."""
        return [path for path in self._seen if path.parent == folder and path not in self._held and path.exists()]

    def held(self, folder: Path) -> list[Path]:
        """The files that are whole, as of the last look, but open in another program or not to be read."""
        return sorted(path for path in self._held if path.parent == folder)

    def _found(self, path: Path, now: float) -> Look | None:
        try:
            state = path.stat()
        except OSError:  # gone meanwhile, or not to be read yet
            return None
        before = self._seen.get(path)
        if before and (before.size, before.modified) == (state.st_size, state.st_mtime_ns):
            return before
        return Look(state.st_size, state.st_mtime_ns, now)

    def _whole(self, path: Path, still: float) -> bool:
        return still >= self._still * (1 if seems_complete(path) else _PATIENCE)


def seems_complete(path: Path) -> bool:
    """Whether the file ends as such files end: a workbook with its archive's end, lines with the end of a line.

    What a copy has not brought yet could be the last digits of an amount. Other files are taken as they are.
    """
    with suppress(OSError), path.open("rb") as file:
        beginning = file.read(len(_PROTECTED))
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_END))
        end = file.read()
        if path.suffix.lower() in _ZIPPED:
            return _END_OF_ZIP in end or beginning == _PROTECTED
        if path.suffix.lower() in _LINES:
            return end.rstrip(b"\0").endswith((b"\n", b"\r"))
        return size > 0
    return False


def in_use(path: Path) -> bool:
    """Whether a program has it open: Excel and LibreOffice leave a lock beside it, others keep it from being opened."""
    if is_open(path):
        return True
    try:
        with path.open("r+b"):
            return False
    except PermissionError:
        return _unreadable(path)
    except OSError:
        return True


def is_open(path: Path) -> bool:
    """Whether the file is there that Excel or LibreOffice puts beside a workbook while it is open."""
    with suppress(OSError):  # with a name that is too long for a lock beside it
        return any(path.with_name(name).exists() for name in (f"~${path.name}", f".~lock.{path.name}#"))
    return False


def _unreadable(path: Path) -> bool:
    """A file that may only be read is no file in use."""
    try:
        with path.open("rb"):
            return False
    except OSError:
        return True

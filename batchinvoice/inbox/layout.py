"""The rooms of a drop folder, and how a file goes from one to the next: at once, and over nothing that is there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from batchinvoice.sheets.placing import draft_name

PROCESSING, DONE, ATTENTION, TO_APPROVE = "processing", "done", "needs-attention", "to-approve"
ROOMS = frozenset({PROCESSING, DONE, ATTENTION, TO_APPROVE})
_RENAMING_REPLACES = os.name != "nt"
_MOST_BYTES, _LONGEST_SUFFIX = 255, 16  # of a file's name


@dataclass(frozen=True, slots=True)
class Inbox:
    """A folder into which sheets are dropped, and the profile whose merchant they are for (None: the usual one)."""

    folder: Path
    profile: str | None = None

    @property
    def processing(self) -> Path:
        """Sheets that are being run, or wait to be tried again."""
        return self.folder / PROCESSING

    @property
    def done(self) -> Path:
        """Sheets of which every row ended well."""
        return self.folder / DONE

    @property
    def attention(self) -> Path:
        """Sheets that need a person."""
        return self.folder / ATTENTION

    @property
    def to_approve(self) -> Path:
        """Sheets that are planned and wait for somebody's yes."""
        return self.folder / TO_APPROVE

    def make_rooms(self, *, approve: bool) -> None:
        """Make the sub-folders that are not there. Raises OSError."""
        for room in (self.processing, self.done, self.attention, *([self.to_approve] if approve else [])):
            room.mkdir(exist_ok=True)

    @property
    def name(self) -> str:
        """What a person calls it: the folder's name."""
        return self.folder.name or str(self.folder)


def sheets_in(room: Path) -> list[Path]:
    """The files of a room that people put there, the oldest first; none if there is no such room. Raises OSError."""
    with suppress(FileNotFoundError):
        found = {path: state for path in room.iterdir() if not ours_or_temporary(path.name) and (state := _state(path))}
        files = [path for path, state in found.items() if stat.S_ISREG(state.st_mode) and not _is_reserved(state)]
        return sorted(files, key=lambda path: (found[path].st_mtime, path.name))
    return []


# What programs name a file that is not finished, and what systems put into every folder.
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp")
_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def ours_or_temporary(name: str) -> bool:
    """True for what is no dropped file: locks of Excel (`~$…`), hidden files, unfinished copies, the system's own."""
    low = name.lower()
    return low.startswith(("~$", ".", "~wrl")) or low.endswith(_UNFINISHED) or low in _OF_THE_SYSTEM


def _state(path: Path) -> os.stat_result | None:
    """Of what is itself here: through a link, a file elsewhere would be read and the link put away."""
    with suppress(OSError):  # gone meanwhile
        return path.lstat()
    return None


def move(path: Path, room: Path, words: Callable[[Path], str] | None = None) -> Path:
    """Move a file into a room, under its own name or the next free one; returns where it is. Raises OSError.

    words: what a text beside it is to say of that place; it is there before the file comes.
    """
    for place in free_names(room / path.name):
        with suppress(FileExistsError), _reserved(place):
            word = leave_word(place, words(place)) if words else None
            try:
                _rename(path, place)
            except OSError:
                if word:
                    word.unlink(missing_ok=True)
                raise
            return place
    raise AssertionError("unreachable: some name is free")


def leave_word(path: Path, words: str) -> Path:
    """Write a text beside a sheet, `november.xlsx.txt`, as Notepad reads it; returns where. Raises OSError.

    A text that is there and says the same is enough.
    """
    text = f"\ufeff{words.rstrip()}\n".replace("\n", "\r\n").encode("utf-8", "replace")
    for place in free_names(path.with_name(f"{path.name}.txt")):
        if _says(place, text):
            return place
        with suppress(FileExistsError), _reserved(place):
            _write(place, text)
            return place
    raise AssertionError("unreachable: some name is free")


@contextmanager
def _reserved(place: Path) -> Iterator[None]:
    """Inside, the name is ours, and nothing else is replaced, whoever writes into the room at that moment.

    An empty file holds it that nobody may read: what a killed process leaves of it is known by that, and used again.
    On Windows nothing is needed: there a renaming replaces nothing. Raises FileExistsError.
    """
    if not _RENAMING_REPLACES and place.exists():
        raise FileExistsError(place)
    if _RENAMING_REPLACES and not _is_reserved(_state(place)):
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0))
    try:
        yield
    finally:
        if _is_reserved(_state(place)):
            place.unlink(missing_ok=True)


def _is_reserved(state: os.stat_result | None) -> bool:
    return _RENAMING_REPLACES and state is not None and state.st_size == 0 and stat.S_IMODE(state.st_mode) == 0


def _rename(path: Path, place: Path) -> None:
    if _RENAMING_REPLACES:
        os.replace(path, place)  # noqa: PTH105 - the name everybody knows for an atomic move
    else:
        path.rename(place)


def _write(place: Path, text: bytes) -> None:
    draft = draft_name(place)
    try:
        draft.write_bytes(text)
        _rename(draft, place)
    finally:
        draft.unlink(missing_ok=True)


def _says(place: Path, text: bytes) -> bool:
    with suppress(OSError):
        return place.read_bytes() == text
    return False


def free_names(path: Path) -> Iterator[Path]:
    """`november.xlsx`, `november (2).xlsx`, `november (3).xlsx`, …, each no longer than a name may be."""
    yield _fitting(path)
    for number in count(2):
        yield _fitting(path, f" ({number})")


def _fitting(path: Path, more: str = "") -> Path:
    suffix = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
    stem, end = path.name.removesuffix(suffix), f"{more}{suffix}"
    while len(os.fsencode(f"{stem}{end}")) > _MOST_BYTES:
        stem = stem[:-1]
    return path.with_name(f"{stem}{end}")

"""The rooms of a drop folder, and how a file goes from one to the next: at once, and over nothing that is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

PROCESSING, DONE, ATTENTION, TO_APPROVE = "processing", "done", "needs-attention", "to-approve"
ROOMS = frozenset({PROCESSING, DONE, ATTENTION, TO_APPROVE})


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
        files = [path for path in room.iterdir() if not ours_or_temporary(path.name) and is_plain_file(path)]
        return sorted(files, key=lambda path: (_modified(path), path.name))
    return []


# What programs name a file that is not finished, and what systems put into every folder.
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp")
_OF_THE_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


def ours_or_temporary(name: str) -> bool:
    """True for what is no dropped file: locks of Excel (`~$…`), hidden files, unfinished copies, the system's own."""
    low = name.lower()
    return low.startswith(("~$", ".", "~wrl")) or low.endswith(_UNFINISHED) or low in _OF_THE_SYSTEM


def is_plain_file(path: Path) -> bool:
    """True for a file that is itself here: through a link, a file elsewhere would be read and the link put away."""
    return path.is_file() and not path.is_symlink()


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def move(path: Path, room: Path) -> Path:
    """Move a file into a room, under its own name or the next free one; returns where it is. Raises OSError.

    An empty file of the new name is made first, which fails if there is one: so the move, which replaces it, can
    replace nothing else, whoever writes into the room at that moment.
    """
    for place in free_names(room / path.name):
        try:
            os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            continue
        try:
            os.replace(path, place)  # noqa: PTH105 - the name everybody knows for an atomic move
        except OSError:
            place.unlink(missing_ok=True)
            raise
        return place
    raise AssertionError("unreachable: some name is free")


def free_names(path: Path) -> Iterator[Path]:
    """`november.xlsx`, `november (2).xlsx`, `november (3).xlsx`, …"""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")


def free_name(path: Path) -> Path:
    """The first of these that nobody has. Raises OSError."""
    return next(place for place in free_names(path) if not place.exists())


def leave_word(path: Path, words: str) -> Path:
    """Write a text beside a sheet, `november.xlsx.txt`, as Notepad reads it; returns where. Raises OSError."""
    for place in free_names(path.with_name(f"{path.name}.txt")):
        with suppress(FileExistsError), place.open("x", encoding="utf-8-sig", newline="\r\n") as file:
            file.write(f"{words.rstrip()}\n")
            return place
    raise AssertionError("unreachable: some name is free")

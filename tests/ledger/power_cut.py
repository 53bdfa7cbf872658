"""What is on a disk after its power was cut, by what SQLite's documentation says may be relied on, and no more.

The model, from https://www.sqlite.org/atomiccommit.html (“Hardware Assumptions” and “Things That Can Go Wrong”):
- A file is certain to hold what was written to it before it was last synced. Of what was written later, any part may be
  there and any part not, in any order, torn between sectors of 512 bytes.
- A file that grew and was not synced may have its new size all the same, with zeros or with noise in it.
- A file that was made or deleted is certain to be there or gone once its folder was synced. SQLite asks for that when
  it syncs a journal and, at synchronous=EXTRA alone, when it deletes one. Until then either may be the case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from disk_events import Deleted, Event, Opened, Synced, Truncated, Wrote

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Fate:
    """How a power cut treats what was not synced: which share of it is kept, and what stands in a file's lost end."""

    kept: float
    end: str = "nothing"  # or zeros, noise
    seed: int = 0


@dataclass(slots=True)
class _File:
    certain: bytearray = field(default_factory=bytearray)
    later: list[Wrote | Truncated] = field(default_factory=list)

    def sync(self) -> None:
        self.certain, self.later = self.after(Fate(kept=1), Random(0)), []

    def after(self, fate: Fate, chance: Random) -> bytearray:
        content = bytearray(self.certain)
        for event in self.later:
            if isinstance(event, Wrote):
                for offset, sector in _sectors(event):
                    if chance.random() < fate.kept:
                        _write(content, offset, sector)
                    elif offset >= len(self.certain) and fate.end != "nothing":
                        lost = len(sector)
                        _write(content, offset, bytes(lost) if fate.end == "zeros" else chance.randbytes(lost))
            elif chance.random() < fate.kept:
                del content[event.size :]
        return content


def _sectors(event: Wrote) -> Iterator[tuple[int, bytes]]:
    at, end = event.offset, event.offset + len(event.content)
    while at < end:
        following = min(end, (at // SECTOR + 1) * SECTOR)
        yield at, event.content[at - event.offset : following - event.offset]
        at = following


def _write(content: bytearray, offset: int, sector: bytes) -> None:
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(sector)] = sector


class Disk:
    """A folder of files, as events make it."""

    def __init__(self) -> None:
        # For each name what it may stand for: first what is certain, last what is so while there is power.
        self._names: dict[str, list[_File | None]] = {}
        self._events = 0

    def happens(self, event: Event) -> None:
        self._events += 1
        match event:
            case Opened(name):
                if self._names.setdefault(name, [None])[-1] is None:
                    self._names[name].append(_File())
            case Wrote(name) | Truncated(name):
                self._file(name).later.append(event)
            case Synced(name):
                self._file(name).sync()
                if name.endswith("-journal"):
                    self._sync_folder()
            case Deleted(name, synced):
                self._names[name].append(None)
                if synced:
                    self._sync_folder()

    def after_power_cut(self, fate: Fate) -> dict[str, bytes]:
        """The files and their content."""
        chance = Random(f"{fate.seed} {self._events}")
        found = {}
        for name, (file, *later) in self._names.items():
            for other in later:
                file = other if chance.random() < fate.kept else file
            if file is not None:
                found[name] = bytes(file.after(fate, chance))
        return found

    def _file(self, name: str) -> _File:
        file = self._names[name][-1]
        assert file is not None, f"{name} is not there"
        return file

    def _sync_folder(self) -> None:
        self._names = {name: states[-1:] for name, states in self._names.items()}

"""What a recorded run consists of: what was asked of the disk, and the calls that left, in one order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opened:
    file: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """Asked for, not yet synced; written down before it is done."""

    file: str
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """Done: written down after the system said so."""

    file: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """Done. `synced`: its folder was synced, too."""

    file: str
    synced: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A request of which not one byte has left yet: the reference of a `create`, the ids of a `send`."""

    name: str
    about: tuple[str, ...]


Event = Opened | Wrote | Truncated | Synced | Deleted | Call

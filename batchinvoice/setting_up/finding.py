"""What doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from batchinvoice.loading import Loaded
from batchinvoice.settings import Settings


class Level(StrEnum):
    """How it stands: well, well with something to know, or in the way of work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name`: what; `words`: how it stands; `remedy`: what to do, empty if nothing."""

    name: str
    level: Level
    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. `offline`: leave the gateway alone."""

    loaded: Loaded
    offline: bool

    @property
    def settings(self) -> Settings:
        """The settings."""
        return self.loaded.settings


Check = Callable[[Patient], Iterator[Finding]]


def ok(name: str, words: str) -> Finding:
    """A finding that nobody need do anything about."""
    return Finding(name, Level.OK, words)


def warn(name: str, words: str, remedy: str) -> Finding:
    """A finding to know about, which stops nothing."""
    return Finding(name, Level.WARN, words, remedy)


def bad(name: str, words: str, remedy: str) -> Finding:
    """A finding that is in the way of work."""
    return Finding(name, Level.BAD, words, remedy)

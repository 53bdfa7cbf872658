"""A sheet is read in a child process, bounded in time and memory: whatever the file is, this process stays whole."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil

from batchinvoice.invoices.asked import Asked
from batchinvoice.sheets import reader, unreadable
from batchinvoice.sheets.reader import Bounds
from batchinvoice.sheets.reading import Source

_MB = 2**20
# An ordinary sheet (up to 20,000 rows, 2 MB) takes a second or two on a slow machine; a million rows are 60 to 120 MB.
_SECONDS = 20.0
_SECONDS_PER_MB = 1.0
# 100,000 rows (5 MB) need about 300 MB; with what the program takes itself, the whole stays under 1 GB.
_MEMORY = 700 * _MB
_ORDINARY = 10 * _MB
_MEMORY_PER_BYTE = 70
_MOST_MEMORY = 1_400 * _MB
# What a new interpreter and all that it loads take of their own.
_OWN = 64 * _MB
_TICK = 0.02
# How a reader in another language ends for which an allocation fails.
_ABORTED = -signal.SIGABRT
# How the system ends one whose time is over, where it can, though nobody watches.
_OUT_OF_TIME = None if sys.platform == "win32" else -signal.SIGALRM


def read_guarded(
    path: Path,
    asked: Asked = Asked(),  # noqa: B008 - it is frozen
    meanwhile: Callable[[], None] = lambda: None,
) -> Source:
    """Read a sheet as `reading.read` does, but within bounds. meanwhile: is done while the file is read.

    20 s and 1 s more for each MB of the file; 700 MB of memory, and more above 10 MB of file, up to 1.4 GB (at 20 MB).
    Raises what `reading.read` raises, and UnreadableSheet if reading breaks off or needs more than that.
    """
    bounds = bounds_for(_size(path))
    with _child(partial(reader.read, path, asked), bounds) as child:
        meanwhile()
        return _source(path, child, bounds)


@contextmanager
def begun(path: Path) -> Iterator[Callable[[Asked], Source]]:
    """Begin to read a sheet while it is not yet known what is asked of it; what is yielded waits for it, once.

    Only where the child bounds itself: it can be asked only once it has read, and may not get so far.
    """
    bounds = bounds_for(_size(path))
    with _child(partial(reader.read_ahead, path), bounds) as child:

        def sheet(asked: Asked) -> Source:
            with suppress(OSError):  # it has ended already, and said why
                child.connection.send(asked)
            return _source(path, child, bounds)

        yield sheet


def _source(path: Path, child: _Child, bounds: Bounds) -> Source:
    try:
        source: Source = _answer(path, child, bounds)
    except _OutOfMemory:
        child.end()
        # Where it looks at a file and reads it at the same time, it may end before it has said why.
        with _child(partial(reader.look, path), bounds) as another:
            _answer(path, another, bounds)
        raise unreadable.too_much_memory(path) from None
    finally:
        child.end()
    return source


class _OutOfMemory(Exception):
    """The child needed more memory than its bound."""


def _answer(path: Path, child: _Child, bounds: Bounds) -> Any:
    """What the work returns in a child process; what it raises is raised here."""
    outcome = pickle.loads(_received(path, child, bounds))  # noqa: S301 - our own child packed it
    if isinstance(outcome, reader.Raised):
        raise outcome.rebuilt()
    return outcome


def bounds_for(size: int) -> Bounds:
    """The bounds for a file of so many bytes."""
    more = max(0, size - _ORDINARY) * _MEMORY_PER_BYTE
    return Bounds(_SECONDS + _SECONDS_PER_MB * size / _MB, min(_MEMORY + more, _MOST_MEMORY))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class _Child:
    """The reading process: `connection` brings its answer, and `begun` is its memory with no sheet."""

    def __init__(self, process: BaseProcess, connection: Connection) -> None:
        self.process, self.connection = process, connection

    def start(self) -> None:
        self.process.start()
        self.watched = psutil.Process(self.process.pid)
        self.begun = _memory(self.watched) + _OWN

    def end(self) -> None:
        """See that it is gone."""
        if not self.connection.closed:
            if self.process.pid is not None:
                self.process.kill()
                self.process.join()
            self.process.close()
            self.connection.close()


@contextmanager
def _child(work: Callable[[Connection], Any], bounds: Bounds) -> Iterator[_Child]:
    """A process that does the work; it is gone when the block ends, however that ends."""
    context: Any = multiprocessing.get_context(_start_method())
    ours, theirs = context.Pipe()
    child = _Child(context.Process(target=reader.work, args=(theirs, _folder(), work, bounds), daemon=True), ours)
    try:
        with theirs:
            child.start()
        yield child
    finally:
        child.end()


def bounds_itself() -> bool:
    """Whether the child is bounded though nobody watches it: one that is forked is, by the system (reader.py)."""
    return _start_method() == "fork"


def _start_method() -> str:
    """A fork costs some 10 ms where a new interpreter costs 500, but is safe only without other threads."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _folder() -> str | None:
    """Where relative paths begin: a new interpreter begins where this one did, not where it is now."""
    with suppress(OSError):
        return os.getcwd()  # noqa: PTH109 - a Path is of no use here
    return None


def _received(path: Path, child: _Child, bounds: Bounds) -> bytearray:
    """The whole answer, taken in while it is written. Raises UnreadableSheet if there is none within the bounds."""
    packed = bytearray()
    deadline = time.monotonic() + bounds.seconds
    memory = child.begun
    with suppress(EOFError, OSError):
        while memory - child.begun <= bounds.memory and len(packed) <= bounds.memory:
            if time.monotonic() > deadline:
                raise unreadable.too_slow(path)
            if child.connection.poll(_TICK):
                packed += child.connection.recv_bytes()
            memory = _memory(child.watched)
        raise _OutOfMemory
    child.process.join()
    if child.process.exitcode in (reader.OUT_OF_MEMORY, _ABORTED):
        raise _OutOfMemory
    if child.process.exitcode == _OUT_OF_TIME:
        raise unreadable.too_slow(path)
    if child.process.exitcode:
        raise unreadable.broke_off(path)
    return packed


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended by itself
        return 0

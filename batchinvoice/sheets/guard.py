"""A sheet is read in a child process, bounded in time and memory: whatever the file is, this process stays whole."""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil

from batchinvoice.invoices.asked import Asked
from batchinvoice.sheets import reading, unreadable
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
# Addresses that are reserved and never used: a thread's stack, the allocator's arenas.
_RESERVED = 300 * _MB
_TICK = 0.02
# The child's own word for it, and how a reader in another language ends for which an allocation fails.
_OUT_OF_MEMORY = 3
_ABORTED = -signal.SIGABRT


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading a file may take: seconds, and bytes of memory beyond those of the process when it begins."""

    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class _Raised:
    """An exception on its way to the parent: rebuilt without its __init__, whose parameters nobody here knows."""

    kind: type[Exception]
    args: tuple[Any, ...]
    state: dict[str, Any]

    def rebuilt(self) -> Exception:
        error = self.kind.__new__(self.kind, *self.args)
        error.args = self.args
        error.__dict__.update(self.state)
        return error


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
    try:
        source: Source = _answer(path, partial(reading.read, path, asked), bounds, meanwhile)
    except _OutOfMemory:
        # Where it looks at a file and reads it at the same time, it may end before it has said why.
        _answer(path, partial(reading.look, path), bounds)
        raise unreadable.too_much_memory(path) from None
    return source


class _OutOfMemory(Exception):
    """The child needed more memory than its bound."""


def _answer(path: Path, work: Callable[[], Any], bounds: Bounds, meanwhile: Callable[[], None] = lambda: None) -> Any:
    """What the work returns in a child process; what it raises is raised here."""
    with _child(work, bounds) as (process, answers):
        meanwhile()
        packed = _received(path, process, answers, bounds)
    outcome = pickle.loads(packed)  # noqa: S301 - our own child packed it
    if isinstance(outcome, _Raised):
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


@contextmanager
def _child(work: Callable[[], Any], bounds: Bounds) -> Iterator[tuple[BaseProcess, Connection]]:
    """The reading process and where its answer comes from; it is gone when the block ends, however that ends."""
    context: Any = multiprocessing.get_context(_start_method())
    answers, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, _folder(), work, bounds), daemon=True)
    try:
        process.start()
        theirs.close()
        yield process, answers
    finally:
        if process.pid is not None:
            process.kill()
            process.join()
            process.close()
        theirs.close()
        answers.close()


def _start_method() -> str:
    """A fork costs some 10 ms where a new interpreter costs 500, but is safe only without other threads."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def _folder() -> str | None:
    """Where relative paths begin: a new interpreter begins where this one did, not where it is now."""
    with suppress(OSError):
        return os.getcwd()  # noqa: PTH109 - a Path is of no use here
    return None


def _received(path: Path, process: BaseProcess, answers: Connection, bounds: Bounds) -> bytearray:
    """The whole answer, taken in while it is written. Raises UnreadableSheet if there is none within the bounds."""
    packed = bytearray()
    deadline = time.monotonic() + bounds.seconds
    watched = psutil.Process(process.pid)
    begun = memory = _memory(watched)
    with suppress(EOFError, OSError):
        while memory - begun <= bounds.memory and len(packed) <= bounds.memory:
            if time.monotonic() > deadline:
                raise unreadable.too_slow(path)
            if answers.poll(_TICK):
                packed += answers.recv_bytes()
            memory = _memory(watched)
        raise _OutOfMemory
    process.join()
    if process.exitcode in (_OUT_OF_MEMORY, _ABORTED):
        raise _OutOfMemory
    if process.exitcode:
        raise unreadable.broke_off(path)
    return packed


def _memory(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended by itself
        return 0


# ── in the child ──────────────────────────────────────────────────────────────


def _work(answers: Connection, folder: str | None, work: Callable[[], Any], bounds: Bounds) -> None:
    """Read, answer, and leave without any of the endings that belong to the parent: its buffers, locks, database."""
    code = 1
    try:
        _be_quiet()
        _limit(bounds)
        threading.Thread(target=_die_with_parent, daemon=True).start()
        if folder is not None:
            os.chdir(folder)
        pickle.Pickler(_Stream(answers), protocol=5).dump(_outcome(work))
        code = 0
    except MemoryError:
        code = _OUT_OF_MEMORY
    finally:  # a reader in another language may raise what is no Exception
        os._exit(code)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except MemoryError:
        raise
    except Exception as error:
        return _Raised(type(error), error.args, dict(error.__dict__))


class _Stream:
    """What is packed goes out at once, so that it is nowhere as a whole."""

    def __init__(self, answers: Connection) -> None:
        self._answers = answers

    def write(self, data: bytes | memoryview) -> None:
        self._answers.send_bytes(data)


def _be_quiet() -> None:
    """Nothing of the child is seen; the parent's objects are left alone.

    Ctrl-C, and a service manager that stops all processes of a service, ask the parent, which sees to its child: one
    that ended by itself would look like a sheet that cannot be read.
    """
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it ends with the process
    gc.disable()  # there is nothing to collect, and looking for it takes long


def _limit(bounds: Bounds) -> None:
    """A huge allocation fails at once, where the system can see to that; and nobody waits for a parent that hangs."""
    if sys.platform == "win32":
        return
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, bounds.seconds + 5)
    most = psutil.Process().memory_info().vms + bounds.memory + _RESERVED
    with suppress(ValueError, OSError):  # macOS knows the limit and refuses to set it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

"""In the process that reads a sheet: it bounds itself, is quiet, reads, answers, and dies with its parent."""

from __future__ import annotations

import faulthandler
import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from batchinvoice.invoices.asked import Asked
from batchinvoice.sheets import reading
from batchinvoice.sheets.reading import Source

OUT_OF_MEMORY = 3  # the exit code that says so
# Addresses that are reserved and never used: a thread's stack, the allocator's arenas.
_RESERVED = 300 * 2**20


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading a file may take: seconds, and bytes of memory beyond those of the process when it begins."""

    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception on its way to the parent: rebuilt without its __init__, whose parameters nobody here knows."""

    kind: type[Exception]
    args: tuple[Any, ...]
    state: dict[str, Any]

    def rebuilt(self) -> Exception:
        error = self.kind.__new__(self.kind, *self.args)
        error.args = self.args
        error.__dict__.update(self.state)
        return error


def read(path: Path, asked: Asked, _: Connection) -> Source:
    return reading.read(path, asked)


def read_ahead(path: Path, connection: Connection) -> Source:
    """The sheet, as far as nobody need have asked; then as is asked."""
    return reading.begin(path)(_question(connection))


def look(path: Path, _: Connection) -> None:
    reading.look(path)


def _question(connection: Connection) -> Any:
    """What is asked. No time runs while the child waits for it: a person may be looking for a password."""
    if sys.platform == "win32":
        return connection.recv()
    left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        return connection.recv()
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)


def work(connection: Connection, folder: str | None, job: Callable[[Connection], Any], bounds: Bounds) -> None:
    """Read, answer, and leave without any of the endings that belong to the parent: its buffers, locks, database."""
    code = 1
    try:
        _be_quiet()
        _limit(bounds)
        threading.Thread(target=_die_with_parent, daemon=True).start()
        if folder is not None:
            os.chdir(folder)
        pickle.Pickler(_Stream(connection), protocol=5).dump(_outcome(partial(job, connection)))
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:  # a reader in another language may raise what is no Exception
        os._exit(code)


def _outcome(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except MemoryError:
        raise
    except Exception as error:
        return Raised(type(error), error.args, dict(error.__dict__))


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

"""One watcher for a folder: a lock in the folder itself, which dies with its process."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

_NAME = ".batchinvoice-watch.lock"


class FolderBusy(Exception):
    """Another watcher has the folder. Trying again is safe once it has ended."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Another batchinvoice is watching {folder} already, here or on another computer. One is enough: it takes "
            "every sheet. (If there is none: this folder may lie on a network drive that knows no locks; see "
            "docs/operations.md.)"
        )


class FolderLock:
    """Held while a folder is watched. If the folder goes and comes back, `still` takes the lock of the new one.

    Raises FolderBusy if another has it, OSError if the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._file = folder, folder / _NAME
        self._lock: FileLock | None = None
        self._identity: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._release()

    def still(self) -> None:
        """Take the lock, unless it is held already and is that of the folder as it is now."""
        if self._lock and self._identity == self._now():
            return
        self._release()
        if not self._folder.is_dir():
            raise FileNotFoundError(2, "there is no such folder; make it, or connect its drive", str(self._folder))
        if not os.access(self._folder, os.W_OK):
            raise PermissionError(13, "it may not be written to", str(self._folder))
        lock = FileLock(self._file)
        try:
            lock.acquire(timeout=0)
        except (Timeout, NotImplementedError):
            raise FolderBusy(self._folder) from None
        self._lock, self._identity = lock, self._now()

    def _now(self) -> tuple[int, int] | None:
        try:
            state = self._file.stat()
        except OSError:
            return None
        return state.st_dev, state.st_ino

    def _release(self) -> None:
        if self._lock:
            self._lock.release(force=True)
        self._lock = None

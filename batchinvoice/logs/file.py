"""The log's file: its owner's alone, of bounded size, shared by processes, and never what makes a run fail."""

from __future__ import annotations

import io
import logging
import os
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from filelock import FileLock, Timeout

FILE_NAME = "batchinvoice.log"
MOST_BYTES = 5_000_000
KEPT = 5  # older files: batchinvoice.log.1 is the newest of them


class SharedFile(RotatingFileHandler):
    """Each line is a write of its own to a file that is open only for it.

    So several processes can write to one log, and any of them can rotate it: Windows renames no file that is open,
    and elsewhere nobody goes on writing into a file that was renamed. One that cannot be rotated now (somebody reads
    it) grows until it can. What cannot be written is said once, on standard error, and given up.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES, kept: int = KEPT) -> None:
        self._told = False
        super().__init__(folder / FILE_NAME, maxBytes=most_bytes, backupCount=kept, encoding="utf-8", delay=True)
        with suppress(OSError):  # else the first line tells
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(self.baseFilename).chmod(0o600)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line and close the file."""
        super().emit(record)
        if self.stream is not None:
            with suppress(OSError):
                self.stream.close()
            self.stream = None  # as the base class does while nothing is open

    def _open(self) -> io.TextIOWrapper:
        number = os.open(self.baseFilename, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        return open(number, "a", encoding="utf-8")  # noqa: PTH123 (an open file's number; the handler closes it)

    def shouldRollover(self, record: logging.LogRecord) -> int:  # noqa: ARG002, N802 (interface)
        """Whether the file is full; it goes over by one line at most, and no line is written out twice to know."""
        try:
            return int(Path(self.baseFilename).stat().st_size >= self.maxBytes)
        except OSError:
            return False

    def doRollover(self) -> None:  # noqa: N802 (interface)
        """Let a new file begin. Of several processes that see a full file, one does it."""
        with suppress(OSError, Timeout), FileLock(f"{self.baseFilename}.lock", timeout=0):
            if self.shouldRollover(_NO_RECORD):
                self._rotate()

    def _rotate(self) -> None:
        # First what may fail: else each try would push the older files out, one by one.
        names = [Path(f"{self.baseFilename}.{number}") for number in range(self.backupCount + 1)]
        Path(self.baseFilename).replace(names[0])
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.replace(older)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 (interface)
        """Say once that there is no log; neither a traceback nor the line itself is shown."""
        if not self._told:
            self._told = True
            error = sys.exc_info()[1]
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            with suppress(OSError, ValueError, AttributeError):  # a program without a window has no standard error
                sys.stderr.write(
                    f"The log {self.baseFilename} cannot be written ({why}). The work goes on without it.\n"
                )


_NO_RECORD = logging.LogRecord("", 0, "", 0, "", None, None)

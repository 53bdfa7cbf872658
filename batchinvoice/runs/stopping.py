"""Stopping when asked: Ctrl-C lets the calls that are under way finish, and starts no others."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from batchinvoice.runs.errors import RunStopped


@dataclass(slots=True)
class Stop:
    """Whether somebody has asked to stop."""

    asked: bool = False

    def obey(self) -> None:
        """Raise RunStopped if somebody has."""
        if self.asked:
            raise RunStopped(WORDS)


WORDS = "it was stopped from the keyboard."


@contextmanager
def stop_when_asked() -> Iterator[Stop]:
    """Inside, Ctrl-C only asks: work goes on to the next point at which nothing is left half done.

    That is at most one call's time-out away, or the pause that the gateway asked for. Only the main thread can be
    asked so; in any other, nothing changes.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: object) -> None:  # noqa: ARG001 (interface)
        if not stop.asked:
            # Not by way of a stream: this may have come in the middle of its writing.
            with suppress(OSError):  # a program without a window has nobody to tell
                os.write(2, b"\nStopping: calls under way are finished and written down first.\n")
        stop.asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)

"""Stopping when asked: the first Ctrl-C lets calls that are under way finish, the second one does not wait."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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

    Only the main thread can be asked so; in any other, nothing changes.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: object) -> None:  # noqa: ARG001 (interface)
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)

"""Stopping when asked, by Ctrl-C or by the system: calls that are under way are finished, and no others begun."""

from __future__ import annotations

import os
import signal
import threading
import time
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

    def sleep(self, seconds: float) -> None:
        """Wait so long, on a clock that nobody can set, but not once somebody has asked: then raise RunStopped."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.obey()
            time.sleep(min(left, _GLANCE))


WORDS = "it was asked to stop."
_GLANCE = 0.1  # seconds between two looks at whether somebody has
# Ctrl-C; what service managers and shutting-down systems send; Ctrl-Break on Windows.
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]


_outer: list[Stop] = []  # of the main thread: whoever is inside already


@contextmanager
def stop_when_asked() -> Iterator[Stop]:
    """Inside, Ctrl-C and its like only ask: work goes on to the next point at which nothing is left half done.

    That is at most one call's time-out away, or the pause that the gateway asked for. Within another such block it is
    the same question: whoever is asked during a run ends the watching around it, too. Only the main thread can be asked
    so; in any other, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Stop()
        return
    if _outer:
        yield _outer[0]
        return
    stop = Stop()

    def ask(number: int, frame: object) -> None:  # noqa: ARG001 (interface)
        if not stop.asked:
            # Not by way of a stream: this may have come in the middle of its writing.
            with suppress(OSError):  # a program without a window has nobody to tell
                os.write(2, b"\nStopping: calls under way are finished and written down first.\n")
        stop.asked = True

    before = {number: signal.signal(number, ask) for number in _SIGNALS}
    _outer.append(stop)
    try:
        yield stop
    finally:
        _outer.clear()
        for number, handler in before.items():
            signal.signal(number, handler)

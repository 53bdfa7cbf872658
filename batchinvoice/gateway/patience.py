"""How long to wait before trying again: growing pauses for one caller, one shared pause for all of them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable


class Patience:
    """Waiting, shared by every thread that uses one gateway.

    base, longest: seconds of the first and of the longest back-off. `sleep` and `clock` can be replaced, so that a
    caller may wake early and a test need not wait.
    """

    def __init__(
        self,
        *,
        base: float = 0.5,
        longest: float = 30.0,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._base = base
        self._longest = longest
        self._sleep = sleep
        self._clock = clock
        self._spread = spread
        self._lock = threading.Lock()
        self._paused_until = 0.0

    def wait_for_turn(self) -> None:
        """Return when no pause is in force. A little jitter keeps the pool from starting off in one burst."""
        while (remaining := self._remaining()) > 0:
            self._sleep(remaining + self._spread(0.0, min(0.25, remaining)))

    def pause_all(self, seconds: float) -> None:
        """Let nobody start a call for so many seconds; a longer pause already in force stays."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def back_off(self, failures: int) -> None:
        """Wait after the n-th failure in a row: between half and the whole of base * 2**(n - 1), at most `longest`."""
        bound = min(self._longest, self._base * 2 ** min(failures - 1, 30))
        self._sleep(self._spread(bound / 2, bound))

    def _remaining(self) -> float:
        with self._lock:
            return self._paused_until - self._clock()

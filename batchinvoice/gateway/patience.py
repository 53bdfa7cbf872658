"""How long to wait: growing pauses for one caller, one shared pause and one bound of the rate for all of them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from batchinvoice.gateway.rate import Rate
from batchinvoice.gateway.traffic import Exchange


class Patience:
    """Waiting, shared by every thread that uses one gateway.

    max_rate: calls per second at most, 0 for any number; 429s may teach a lower bound. base, longest: seconds of the
    first and of the longest back-off. `sleep` and `clock` can be replaced, so that a caller may wake early and a test
    need not wait.
    """

    def __init__(
        self,
        *,
        max_rate: float = 0.0,
        base: float = 0.5,
        longest: float = 30.0,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._base = base
        self._longest = longest
        self._sleep = sleep
        self.clock = clock
        self._spread = spread
        self._rate = Rate(max_rate)
        self._door = threading.Lock()  # held by who is next, until his turn has come
        self._lock = threading.Lock()
        self._paused_until = 0.0

    @property
    def rate(self) -> float:
        """Calls per second that may leave now; infinite if nothing bounds them."""
        with self._lock:
            return self._rate.at(self.clock())

    def wait_for_turn(self) -> None:
        """Return when a call may leave: no pause is in force, and the bound of the rate is kept.

        A little jitter keeps the pool from starting off in one burst after a pause.
        """
        left = False
        while not left:
            while (remaining := self._remaining()) > 0:
                self._sleep(remaining + self._spread(0.0, min(0.25, remaining)))
            with self._door:
                while (due := self._due()) > 0:
                    self._sleep(due)
                left = self._leave()

    def saw(self, exchange: Exchange) -> None:
        """Learn from what came of a call how many the gateway takes."""
        with self._lock:
            self._rate.saw(exchange)

    def pause_all(self, seconds: float) -> None:
        """Let nobody start a call for so many seconds; a longer pause already in force stays."""
        with self._lock:
            self._paused_until = max(self._paused_until, self.clock() + seconds)

    def back_off(self, failures: int) -> None:
        """Wait after the n-th failure in a row: between half and the whole of base * 2**(n - 1), at most `longest`."""
        bound = min(self._longest, self._base * 2 ** min(failures - 1, 30))
        self._sleep(self._spread(bound / 2, bound))

    def _remaining(self) -> float:
        with self._lock:
            return self._paused_until - self.clock()

    def _due(self) -> float:
        with self._lock:
            return self._rate.due(self.clock())

    def _leave(self) -> bool:
        """Take the turn, unless everybody has been asked to pause meanwhile."""
        with self._lock:
            now = self.clock()
            if now < self._paused_until:
                return False
            self._rate.leave(now)
            return True

"""Bounds of the emulated gateway: how many calls it works on at once, and how many it takes in a second."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Bounds:
    """capacity: calls worked on at once; the others wait in line. per_second: calls taken in any one second; the others
    are answered 429. 0 bounds nothing. Both may be changed at any time.
    """

    capacity: int = 0
    per_second: int = 0
    clock: Callable[[], float] = time.monotonic
    _busy: int = 0
    _line: deque[asyncio.Event] = field(default_factory=deque)
    _taken: deque[float] = field(default_factory=deque)

    def takes(self) -> bool:
        """Count a call that arrives now, unless there are too many."""
        now = self.clock()
        while self._taken and self._taken[0] <= now - 1.0:
            self._taken.popleft()
        if self.per_second and len(self._taken) >= self.per_second:
            return False
        self._taken.append(now)
        return True

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Wait in line until there is room, then take one of the places."""
        while self.capacity and self._busy >= self.capacity:
            turn = asyncio.Event()
            self._line.append(turn)
            await turn.wait()
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1
            if self._line:
                self._line.popleft().set()

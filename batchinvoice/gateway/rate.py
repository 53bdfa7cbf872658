"""The rate at which calls may leave: a bound that is set, and one that 429s teach. Pure: times are arguments."""

from __future__ import annotations

import math
from collections import deque

from batchinvoice.gateway.traffic import Exchange, Verdict

_TELLING = 8  # calls taken in a second that tell for sure how many the gateway takes
_CALM = 2.0, 30.0, 300.0  # seconds without trying more after a 429: that tells little; that tells; at most
_RAISED = 2.0, 1.25  # times as many calls each second, once more are tried: after a 429 that tells little; that tells
_SAFE = 0.95  # of the calls taken: they do not arrive as evenly as they leave
_LATE = 0.05  # seconds: a call that is late by no more lets the next one make up for it


class Rate:
    """Calls per second. They leave evenly, and in no second more of them than `most`; 0 is any number.

    A 429 says that the gateway takes no more in a second than it took in the one before: that is then the bound. After
    a while more is tried; each time that was too much, the while is three times as long.
    """

    def __init__(self, most: float = 0.0) -> None:
        self._most = most or math.inf
        self._taken, self._before = 0, math.inf  # calls in the second before the last 429; the bound until then
        self._heard, self._heard_until = -math.inf, -math.inf
        self._calm, self._calm_until = 0.0, 0.0
        self._next = -math.inf
        self._left: deque[float] = deque()
        self._answered: deque[float] = deque()

    def at(self, now: float) -> float:
        """Calls per second that may leave at this time; infinite if nothing bounds them."""
        if not self._taken:
            return self._most
        raised = _RAISED[self._taken >= _TELLING] ** min(max(0.0, now - self._calm_until), 60.0)
        return float(min(self._most, min(_SAFE * self._taken, self._before) * raised))

    def due(self, now: float) -> float:
        """Seconds until the next call may leave; 0 or less if it may leave at once."""
        rate = self.at(now)
        if math.isinf(rate):
            return 0.0
        count = math.ceil(rate)
        full = self._left[-count] + count / rate if len(self._left) >= count else -math.inf
        return max(self._next, full) - now

    def leave(self, now: float) -> None:
        """A call leaves."""
        rate = self.at(now)
        if math.isinf(rate):
            return
        self._next = (self._next if now - self._next <= _LATE else now) + 1 / rate
        self._left.append(now)
        while len(self._left) > rate + 1:
            self._left.popleft()

    def saw(self, exchange: Exchange) -> None:
        """Learn from what came of a call. Of 429s, only the first of those that left together tells something."""
        if exchange.verdict is Verdict.ANSWERED:
            self._answered.append(exchange.began)
            while self._answered[0] <= exchange.began - 1.0:
                self._answered.popleft()
            if self._heard - 1.0 < exchange.began <= self._heard:  # it was under way when the 429 came
                self._taken += 1
        elif exchange.verdict is Verdict.THROTTLED and exchange.began > self._heard_until:
            self._learn(exchange)

    def _learn(self, refused: Exchange) -> None:
        now, raised = refused.ended, self._taken and refused.began > self._calm_until
        self._before = self.at(now)
        self._heard, self._heard_until = refused.began, now + refused.pause
        self._taken = sum(1 for began in self._answered if began > refused.began - 1.0)
        self._calm = min(max(self._calm * (3 if raised else 1), _CALM[self._taken >= _TELLING]), _CALM[2])
        self._calm_until = now + self._calm

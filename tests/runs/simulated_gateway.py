"""A gateway and a pool of callers in simulated time: nothing waits, and all is the same each time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from batchinvoice.gateway.rate import Rate
from batchinvoice.gateway.traffic import Exchange, Lately, Verdict
from batchinvoice.runs.pace import Pace

_LATE = 0.0001  # seconds by which a sleeper wakes late


@dataclass
class Simulated:
    """latency: seconds of work on a call that begins at a time. capacity: calls worked on at once.

    allowed: calls that are taken in any one second; the others get a 429 that asks for a pause of a second. lost: the
    share of calls without an answer. overhead: seconds at most between an answer and the next call of its slot.
    """

    latency: Callable[[float], float]
    capacity: int = 1000
    allowed: int = 10**9
    lost: float = 0.0
    overhead: float = 0.001
    limits: list[tuple[float, int]] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    throttled: int = 0
    most: int = 0

    def drive(self, pace: Pace, rate: Rate, seconds: float, seed: int = 1) -> None:
        """Calls one after the other in as many slots as the pace allows, for so long; what happens is in the lists."""
        dice, number = random.Random(seed), itertools.count()
        self._free, self._taken = [0.0] * self.capacity, deque[float]()
        heap: list[tuple[float, int, float, Verdict]] = []  # when, and the end of a call or, with None, its turn
        now, paused, flying = 0.0, 0.0, 0
        seen: list[Exchange] = []

        def at_the_door(when: float) -> None:
            heapq.heappush(heap, (when, next(number), -1.0, Verdict.LOST))

        while now < seconds:
            allowed = pace.allowed(Lately(tuple(seen), now, rate.at(now)), flying + sum(map(_landed, seen)))
            seen = []
            for _ in range(allowed - flying):
                at_the_door(now + self.overhead * dice.random())
            flying = max(allowed, flying)
            self.most = max(self.most, flying)
            self.limits.append((now, pace.limit(rate.at(now))))
            while not seen and heap:
                now, _, began, verdict = heapq.heappop(heap)
                if began < 0:
                    if (wait := max(paused - now, rate.due(now))) > 0:
                        at_the_door(now + wait + _LATE)
                        continue
                    rate.leave(now)
                    self.left.append(now)
                    end, verdict = self._take(now, dice)
                    heapq.heappush(heap, (end, next(number), now, verdict))
                    continue
                exchange = Exchange("create", began, now, verdict, 1.0 if verdict is Verdict.THROTTLED else 0.0)
                rate.saw(exchange)
                seen.append(exchange)
                if not _landed(exchange):
                    self.throttled += 1
                    paused = max(paused, now + exchange.pause)
                    at_the_door(paused + 0.25 * dice.random())
                else:
                    flying -= 1
                    self.done.append(now)

    def _take(self, now: float, dice: random.Random) -> tuple[float, Verdict]:
        """What comes of a call that arrives now, and when."""
        while self._taken and self._taken[0] <= now - 1.0:
            self._taken.popleft()
        if len(self._taken) >= self.allowed:
            return now + 0.002, Verdict.THROTTLED
        self._taken.append(now)
        begins = max(now, heapq.heappop(self._free))
        end = begins + self.latency(begins)
        heapq.heappush(self._free, end)
        return end, Verdict.LOST if dice.random() < self.lost else Verdict.ANSWERED

    def throughput(self, since: float, until: float) -> float:
        """Calls a second that came to an end in that time."""
        return sum(since < each <= until for each in self.done) / (until - since)


def _landed(exchange: Exchange) -> bool:
    """A call that is told to wait is made once more: it is still under way."""
    return exchange.verdict is not Verdict.THROTTLED

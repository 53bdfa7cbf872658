"""Pace: how many calls may be under way at once, found out from how the gateway answers. Pure: times are arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from batchinvoice.gateway.traffic import Exchange, Lately, Verdict

_START = 4  # calls under way before anything is known
_FEWEST = 4  # answers without which a round says nothing
_FAST = 1.3  # up to so many times the least latency, the limit is at first doubled round by round
_TOLERATED = 1.25  # up to so many times the least latency, nothing queues
_STEP = 1 / 8  # of the limit: what is added in a round, and so the share of calls that may queue
_TELLING = 0.8  # of the limit before: lowered to this, it shows whether lowering helps
_GLANCE, _EACH = 0.7, 10.0  # of the limit, each so many seconds: whether fewer calls would be as good
_CUT = 0.7  # of the limit, after a 429 or many lost answers
_HELD = 0.03  # seconds for which calls may wait for their turn under a bound of the rate


@dataclass(slots=True)
class _Round:
    """What came of calls that left since `since`: about a round trip of them. durations: seconds, by kind of call."""

    since: float
    most: int = 0
    lost: int = 0
    durations: dict[str, list[float]] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        return sum(map(len, self.durations.values()))

    def mean(self) -> float:
        return sum(map(sum, self.durations.values())) / self.answered

    def usual(self) -> dict[str, float]:
        """The mean of each kind but for its slowest quarter: a few slow calls count for nothing."""
        return {kind: _mean(sorted(each)[: len(each) - len(each) // 4]) for kind, each in self.durations.items()}


@dataclass(frozen=True, slots=True)
class _Before:
    """How things stood before the limit was lowered."""

    limit: float
    stretch: float


class Pace:
    """Between 1 and `ceiling` calls at once.

    It goes by rounds, each of about a round trip. While calls take as long as they ever did, the limit is doubled, and
    after the first sign of queueing raised by an eighth; where they take longer, it is lowered to what the gateway
    works on at once and a little (the gradient of Netflix's concurrency-limits, after TCP Vegas). If lowering it brings
    no lower latency, it costs throughput for nothing: then the latency is the gateway's own, and the limit goes back.
    Now and then it is lowered just to see that. A 429 lowers it by a third, once for all that left together.
    """

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._limit = float(min(_START, ceiling))
        self._fast = True
        self._round = _Round(-math.inf)
        self._least: dict[str, float] = {}  # seconds, by kind of call
        self._latency = 0.0
        self._before: _Before | None = None
        self._glanced = -math.inf
        self._cut_until = -math.inf

    def limit(self, rate: float = math.inf) -> int:
        """How many calls may be under way, where `rate` of them may leave in a second: no more than can be busy."""
        busy = math.ceil(min(rate * (self._latency + _HELD), self._ceiling))
        return max(1, min(int(self._limit), busy))

    def allowed(self, lately: Lately, most: int) -> int:
        """Learn from what was lately exchanged, with `most` calls under way at the most → how many may be now."""
        for each in lately.exchanges:
            self._see(each)
        self._round.most = max(self._round.most, most)
        if self._round.answered + self._round.lost >= max(self._telling(lately.rate), _FEWEST):
            self._end_round(lately.now)
        return self.limit(lately.rate)

    def _telling(self, rate: float) -> int:
        """How many answers make a round. After doubling, those that were added say what they do to the latency."""
        return self.limit(rate) // 2 if self._fast else self.limit(rate)

    def _see(self, exchange: Exchange) -> None:
        if exchange.verdict is Verdict.THROTTLED:
            if exchange.began > self._cut_until:
                # What left within a round trip, or before the pause, says the same once more.
                self._cut_until = exchange.ended + max(exchange.pause, self._latency)
                self._cut(exchange.ended)
        elif exchange.began < self._round.since:
            return
        elif exchange.verdict is Verdict.ANSWERED:
            self._round.durations.setdefault(exchange.kind, []).append(exchange.ended - exchange.began)
        else:
            self._round.lost += 1

    def _cut(self, now: float) -> None:
        self._fast, self._before, self._glanced = False, None, now
        self._set(self._limit * _CUT, now)

    def _end_round(self, now: float) -> None:
        """Draw the conclusion from a round, and begin the next."""
        over = self._round
        if over.lost > over.answered / 3:
            self._cut(now)
            return
        self._latency = over.mean()
        stretch, before = self._stretch(over), self._before
        if before and self._limit <= _TELLING * before.limit:
            self._before = None
            if stretch > before.stretch * (1 + self._limit / before.limit) / 2:
                self._least |= over.usual()
                self._set(before.limit, now)
                return
        self._set(self._next(stretch, over.most >= int(self._limit), now), now)

    def _next(self, stretch: float, full: bool, now: float) -> float:
        """The next limit, after calls that took `stretch` times as long as the least. full: it was made use of."""
        if self._fast and stretch <= _FAST:
            return self._limit * 2 if full else self._limit
        if self._fast:
            self._fast, self._glanced = False, now
        if now - self._glanced > _EACH and not self._before:
            self._glanced, self._before = now, _Before(self._limit, stretch)
            return self._limit * _GLANCE
        fresh = self._limit * _TOLERATED / max(stretch, _TOLERATED) + max(1.0, self._limit * _STEP)
        if fresh >= self._limit:
            self._before = None
            return fresh if full else self._limit
        if not self._before or stretch > 1.1 * self._before.stretch:
            self._before = _Before(self._limit, stretch)
        return max(fresh, self._limit / 2)

    def _stretch(self, over: _Round) -> float:
        """How many times as long as the least that is known the calls took, each held against its own kind."""
        total = 0.0
        for kind, usual in over.usual().items():
            count = len(over.durations[kind])
            least = self._least.setdefault(kind, usual)
            if count >= _FEWEST:
                self._least[kind] = least = min(least, usual)
            total += count * usual / least if least else count
        return total / over.answered

    def _set(self, limit: float, now: float) -> None:
        self._limit = min(max(limit, 1.0), float(self._ceiling))
        self._round = _Round(now)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)

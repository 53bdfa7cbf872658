"""Traffic: what was lately exchanged with the gateway, for whoever decides how many calls may be under way."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

_KEPT = 10_000  # exchanges; nobody need ever ask for them


class Verdict(StrEnum):
    """What came of a request."""

    ANSWERED = "answered"
    THROTTLED = "throttled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request on its own, without the waiting before it.

    kind: like is compared with like. began, ended: seconds on a monotonic clock. pause: seconds for which a 429 asks.
    """

    kind: str
    began: float
    ended: float
    verdict: Verdict = Verdict.ANSWERED
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Lately:
    """exchanges: those that ended since this was last asked. now: by their clock. rate: calls per second at most."""

    exchanges: tuple[Exchange, ...]
    now: float
    rate: float


class Traffic:
    """Notes exchanges from any thread and gives them to one."""

    def __init__(self) -> None:
        self._lately: deque[Exchange] = deque(maxlen=_KEPT)

    def note(self, exchange: Exchange) -> None:
        """Keep it until it is taken."""
        self._lately.append(exchange)

    def take(self) -> tuple[Exchange, ...]:
        """All that was noted since this was last asked."""
        return tuple(self._lately.popleft() for _ in range(len(self._lately)))

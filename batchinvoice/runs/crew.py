"""The crew: threads that make the calls whose intents are committed. Whoever is free takes the next one by itself."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.logs.context import carried

_GATHER = 0.1  # seconds for which what has landed may wait for more, so that they share a commit


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `stop`: why nothing more should be sent, if so."""

    outcome: Outcome
    stop: str | None = None

    @property
    def all_well(self) -> bool:
        """Whether the next call may leave before anybody has looked at this answer."""
        return self.stop is None and self.outcome.status not in (RowStatus.PENDING, RowStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Landed:
    """A call that is over. answer: or what the call raised besides."""

    intent: Intent
    answer: Answer | BaseException


class Crew:
    """As many threads as there may be calls at once, and the intents that wait for one of them.

    `allowed`: how many calls may be under way at this moment, `size` at most. Nobody begins with another call once
    `asked_to_stop`; nor, after an answer that is lost or stops the run, until it was collected and `begin` is called
    again: what is ahead must not run into the same.
    Used by one thread, which alone knows the ledger; inside `with`, the threads live.
    """

    def __init__(self, send: Callable[[Intent], Answer], size: int, asked_to_stop: Callable[[], bool]) -> None:
        self._send, self._asked_to_stop, self.size, self.allowed = send, asked_to_stop, size, size
        self._lock = threading.Lock()
        self._work, self._news = threading.Condition(self._lock), threading.Condition(self._lock)
        self._ready: deque[Intent] = deque()
        self._landed: list[Landed] = []
        self._under_way, self._most, self._latest = 0, 0, 0
        self._flowing, self._closed = True, False
        self._threads = [threading.Thread(target=carried(self._live), name=f"deliver_{n}") for n in range(size)]

    def __enter__(self) -> Self:
        try:
            for thread in self._threads:
                thread.start()
        except BaseException:  # no more of them can be had: those that live must not keep the process from ending
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        with self._lock:
            self._closed = True
            self._work.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()

    @property
    def ahead(self) -> int:
        """How many intents it has with which nobody has begun."""
        with self._lock:
            return len(self._ready)

    @property
    def held(self) -> int:
        """How many intents it has that have not landed."""
        with self._lock:
            return len(self._ready) + self._under_way

    @property
    def done(self) -> bool:
        """Whether all that it was given has landed and was collected."""
        with self._lock:
            return not (self._ready or self._under_way or self._landed)

    @property
    def latest(self) -> int:
        """The number of the attempt that was begun last."""
        return self._latest

    def most_lately(self) -> int:
        """How many calls were under way at the most since this was last asked."""
        with self._lock:
            most, self._most = self._most, self._under_way
            return most

    def begin(self, intents: Iterable[Intent]) -> None:
        """Let these calls be made after those that are ready, and go on if what caused a halt was collected."""
        with self._lock:
            self._ready.extend(intents)
            self._flowing = all(map(_is_well, self._landed))
            self._work.notify(min(len(self._ready), max(self.allowed - self._under_way, 0)))

    def recall(self) -> list[Intent]:
        """Take back the intents with which nobody has begun: they certainly never left."""
        with self._lock:
            back = list(self._ready)
            self._ready.clear()
            return back

    def collect(self) -> list[Landed]:
        """What has landed since the last time, in the order in which it did."""
        with self._lock:
            landed, self._landed = self._landed, []
            return landed

    def wait(self, at_most: float) -> None:
        """Until something has landed, and a moment longer if there is no hurry; for so many seconds at most."""
        with self._lock:
            self._news.wait_for(lambda: self._landed or self._stands_still(), at_most)
            self._news.wait_for(self._is_due, _GATHER)

    def wait_for_all(self) -> None:
        """Until no call is under way; take back first what is not to leave any more."""
        with self._lock:
            self._news.wait_for(lambda: not self._under_way)

    def _is_due(self) -> bool:
        """Whether someone waits for work or for a look at what landed; or as many have landed as may be under way."""
        return not self._landed or not self._ready or not self._flowing or len(self._landed) >= self.allowed

    def _stands_still(self) -> bool:
        """Whether nothing will land: no call is under way, and none is ready that may begin."""
        return not self._under_way and not (self._ready and self._may_begin())

    def _live(self) -> None:
        while (intent := self._next()) is not None:
            answer: Answer | BaseException
            try:
                answer = self._send(intent)
            except BaseException as error:
                answer = error
            self._land(Landed(intent, answer))

    def _next(self) -> Intent | None:
        with self._lock:
            while not (self._ready and self._may_begin()):
                if self._closed:
                    return None
                if self._stands_still():  # a stop was asked for before the first of them left: nothing will land
                    self._news.notify()
                self._work.wait()
            self._under_way += 1
            self._most = max(self._most, self._under_way)
            intent = self._ready.popleft()
            self._latest = intent.attempt
            return intent

    def _may_begin(self) -> bool:
        flowing = self._flowing and not self._closed
        return flowing and self._under_way < self.allowed and not self._asked_to_stop()

    def _land(self, landed: Landed) -> None:
        with self._lock:
            self._under_way -= 1
            self._landed.append(landed)
            self._flowing = self._flowing and _is_well(landed)
            if len(self._landed) == 1 or self._is_due() or not self._under_way:
                self._news.notify()


def _is_well(landed: Landed) -> bool:
    return isinstance(landed.answer, Answer) and landed.answer.all_well

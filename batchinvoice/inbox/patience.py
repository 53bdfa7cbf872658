"""Patience: what is said once and not at every look, and what is tried again after a while, then after a longer one."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

_LONGEST = 1800.0  # seconds between two tries


@dataclass(slots=True)
class SayOnce:
    """Says what is the matter with something when it begins, and not again while it is the same."""

    say: Callable[[str], None]
    _said: dict[Hashable, str] = field(default_factory=dict)

    def trouble(self, about: Hashable, words: str) -> None:
        """Something is the matter."""
        if self._said.get(about) != words:
            self._said[about] = words
            self.say(words)

    def over(self, about: Hashable, words: str = "") -> None:
        """Nothing is the matter any more; the words are said if something was."""
        if self._said.pop(about, None) and words:
            self.say(words)

    def forget(self, gone: Callable[[Hashable], bool]) -> None:
        """What is gone is no matter any more."""
        self._said = {about: words for about, words in self._said.items() if not gone(about)}

    def __contains__(self, about: Hashable) -> bool:
        return about in self._said


@dataclass(slots=True)
class PutOff:
    """What is tried again, and when. first: seconds before the second try, doubled with each; `once`: never again."""

    first: float
    once: bool
    clock: Callable[[], float] = time.monotonic
    _tries: dict[Hashable, tuple[int, float]] = field(default_factory=dict)

    def is_due(self, what: Hashable) -> bool:
        """Whether it may be tried now."""
        tries = self._tries.get(what)
        return tries is None or (not self.once and self.clock() >= tries[1])

    def waits(self, what: Hashable) -> bool:
        """Whether it was tried in vain before."""
        return what in self._tries

    def again(self, what: Hashable) -> float:
        """It was tried in vain; returns after how many seconds it is tried again."""
        count = self._tries.get(what, (0, 0.0))[0]
        pause = min(self.first * 2.0**count, _LONGEST)
        self._tries[what] = count + 1, self.clock() + pause
        return pause

    def done(self, what: Hashable) -> None:
        """It need not be tried again."""
        self._tries.pop(what, None)

    def forget(self, gone: Callable[[Hashable], bool]) -> None:
        """What is gone need not be tried again."""
        self._tries = {what: tries for what, tries in self._tries.items() if not gone(what)}

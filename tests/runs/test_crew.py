"""The crew: how many calls are under way, what leaves after a lost answer or a stop, and what is taken back."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Iterable
from itertools import count, islice
from typing import Any, cast

import pytest

from batchinvoice.invoices.lifecycle import Action, RowStatus
from batchinvoice.ledger.intent import Intent, Outcome
from batchinvoice.runs.crew import Answer, Crew

LONG = 10.0  # seconds that nobody waits if the crew does what it should
WELL = Answer(Outcome(RowStatus.CREATED))


def intents(count: int) -> list[Intent]:
    """Intents of which the crew looks at the number alone."""
    nothing = cast(Any, None)
    return [Intent(n, nothing, nothing, n, Action.CREATE, None, dt.datetime.now(dt.UTC)) for n in range(1, count + 1)]


class Gateway:
    """Calls that end when they are let, each with the answer that is set for it."""

    def __init__(self, answers: dict[int, Answer | Exception] | None = None) -> None:
        self.answers = answers or {}
        self.let = threading.Semaphore(0)
        self.most, self.now, self.began = 0, 0, list[int]()
        self._lock = threading.Lock()

    def send(self, intent: Intent) -> Answer:
        with self._lock:
            self.began.append(intent.attempt)
            self.now += 1
            self.most = max(self.most, self.now)
        self.let.acquire(timeout=LONG / 2)  # so that a test that fails comes to an end
        with self._lock:
            self.now -= 1
        answer = self.answers.get(intent.attempt, WELL)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def wait_for(self, calls: int) -> None:
        until = time.monotonic() + LONG
        while len(self.began) < calls and time.monotonic() < until:
            time.sleep(0.001)
        assert len(self.began) >= calls


def all_landed(crew: Crew, count: int) -> list[int]:
    landed: list[int] = []
    while len(landed) < count:
        crew.wait(LONG)
        landed += numbers(each.intent for each in crew.collect())
    return sorted(landed)


def numbers(made: Iterable[Intent]) -> list[int]:
    return [each.attempt for each in made]


def test_whoever_is_free_takes_the_next_one_and_never_more_are_under_way_than_allowed() -> None:
    gateway = Gateway()
    with Crew(gateway.send, 4, lambda: False) as crew:
        crew.allowed = 2
        crew.begin(intents(8))
        gateway.wait_for(2)
        gateway.let.release(8)
        assert all_landed(crew, 8) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert gateway.most == 2


@pytest.mark.parametrize(
    "lost", [Answer(Outcome(RowStatus.UNKNOWN)), Answer(Outcome(RowStatus.CREATED), "stop"), ValueError("odd")]
)
def test_nothing_leaves_after_a_lost_answer_until_somebody_has_looked_at_it(lost: Answer | Exception) -> None:
    gateway = Gateway({1: lost})
    with Crew(gateway.send, 1, lambda: False) as crew:
        crew.begin(intents(3))
        gateway.let.release(3)
        assert all_landed(crew, 1) == [1]
        assert gateway.began == [1]
        crew.begin([])
        assert all_landed(crew, 2) == [2, 3]


def test_a_lost_answer_that_nobody_has_looked_at_holds_up_what_is_begun_after_it() -> None:
    gateway = Gateway({1: Answer(Outcome(RowStatus.UNKNOWN))})
    gateway.let.release(3)
    with Crew(gateway.send, 2, lambda: False) as crew:
        crew.begin(intents(1))
        while crew.held:
            time.sleep(0.001)
        crew.begin(intents(3)[1:])  # by somebody who looked before it had landed
        time.sleep(0.02)
        assert gateway.began == [1]
        assert all_landed(crew, 1) == [1]
        crew.begin([])
        assert all_landed(crew, 2) == [2, 3]


def test_fewer_allowed_than_are_under_way_is_kept_to_and_more_allowed_is_made_use_of() -> None:
    gateway = Gateway()
    with Crew(gateway.send, 4, lambda: False) as crew:
        crew.begin(intents(12))
        gateway.wait_for(4)
        crew.allowed = 1
        gateway.let.release(3)
        assert all_landed(crew, 3)
        assert gateway.began == [1, 2, 3, 4]
        crew.begin([])
        gateway.let.release(1)  # whichever is the last of the four lets the next one leave
        gateway.wait_for(5)
        assert gateway.now == 1
        crew.allowed = 4
        crew.begin([])
        gateway.wait_for(8)
        gateway.let.release(8)
        all_landed(crew, 9)
    assert (len(gateway.began), gateway.most) == (12, 4)


def test_a_lost_answer_while_only_one_is_allowed_does_not_leave_all_waiting_for_each_other() -> None:
    gateway = Gateway({2: Answer(Outcome(RowStatus.UNKNOWN))})
    gateway.let.release(9)
    with Crew(gateway.send, 3, lambda: False) as crew:
        crew.allowed = 1
        crew.begin(intents(9))
        landed: list[int] = []
        while len(landed) < 9:
            began = time.monotonic()
            crew.wait(LONG)
            assert time.monotonic() - began < LONG
            landed += numbers(each.intent for each in crew.collect())
            crew.begin([])
    assert landed == list(range(1, 10))


@pytest.mark.parametrize("seed", range(12))
def test_each_intent_lands_once_or_is_taken_back_and_nobody_waits_in_vain_whatever_comes(seed: int) -> None:
    dice, stop, landed = random.Random(seed), threading.Event(), list[int]()
    bad = (Answer(Outcome(RowStatus.UNKNOWN)), Answer(Outcome(RowStatus.PENDING), "stop"), ValueError("odd"))
    gateway = Gateway({n: dice.choice(bad) for n in range(1, 61) if dice.random() < 0.2})
    gateway.let.release(60)
    given, last = iter(intents(60)), dice.randint(10, 80)
    with Crew(gateway.send, 4, stop.is_set) as crew:
        more, turns = True, count()
        while (more or not crew.done) and next(turns) < 1000:
            crew.allowed = dice.randint(1, 4)
            landed += numbers(each.intent for each in crew.collect())
            fresh = list(islice(given, dice.randint(0, 2 * crew.allowed)))
            crew.begin(fresh)
            if len(landed) >= last:
                stop.set()
            began = time.monotonic()
            crew.wait(LONG)
            assert time.monotonic() - began < LONG
            more = not stop.is_set() and len(landed) + crew.held < 60
            back = numbers(crew.recall()) if stop.is_set() else []
    assert next(turns) < 1000
    assert sorted(landed) == sorted(gateway.began)
    assert len(set(landed)) == len(landed)
    assert not set(back) & set(landed)
    assert stop.is_set() or len(landed) == 60


def test_once_it_is_over_nobody_begins_with_what_was_not_taken_back() -> None:
    gateway = Gateway()
    with Crew(gateway.send, 1, lambda: False) as crew:
        crew.begin(intents(3))
        gateway.wait_for(1)
        threading.Timer(0.02, gateway.let.release, [3]).start()
    assert gateway.began == [1]


def test_if_not_all_threads_can_be_had_those_that_began_end(monkeypatch: pytest.MonkeyPatch) -> None:
    really, started = threading.Thread.start, list[threading.Thread]()

    def start(thread: threading.Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        really(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError), Crew(Gateway().send, 4, lambda: False):
        raise AssertionError("it must not begin")
    assert [thread.is_alive() for thread in started] == [False, False]


def test_what_is_taken_back_never_leaves() -> None:
    gateway = Gateway()
    with Crew(gateway.send, 1, lambda: False) as crew:
        crew.begin(intents(3))
        gateway.wait_for(1)
        assert numbers(crew.recall()) == [2, 3]
        gateway.let.release(3)
        crew.wait_for_all()
        assert numbers(each.intent for each in crew.collect()) == [1]
    assert gateway.began == [1]


def test_a_stop_before_the_first_call_left_is_heard_at_once() -> None:
    gateway = Gateway()
    with Crew(gateway.send, 2, lambda: True) as crew:
        crew.begin(intents(2))
        began = time.monotonic()
        crew.wait(LONG)
        assert time.monotonic() - began < LONG
        assert len(crew.recall()) == 2
    assert gateway.began == []


def test_whoever_waits_hears_that_a_stop_came_just_before_the_first_call_left() -> None:
    stop = threading.Event()

    def asked() -> bool:  # the first of the crew to ask hears it; whoever waits has found that a call was to begin
        if threading.current_thread() is not threading.main_thread():
            stop.set()
        return stop.is_set()

    with Crew(Gateway().send, 2, asked) as crew:
        time.sleep(0.01)  # for all of them to wait for work
        crew.begin(intents(2))
        began = time.monotonic()
        crew.wait(LONG)
        assert time.monotonic() - began < LONG
        assert len(crew.recall()) == 2


def test_what_a_call_raises_comes_back_with_its_intent() -> None:
    gateway = Gateway({1: ValueError("odd")})
    gateway.let.release()
    with Crew(gateway.send, 1, lambda: False) as crew:
        crew.begin(intents(1))
        crew.wait(LONG)
        (landed,) = crew.collect()
    assert isinstance(landed.answer, ValueError)
    assert crew.held == 0


def test_nobody_waits_for_a_landing_when_nothing_is_under_way() -> None:
    with Crew(Gateway().send, 2, lambda: False) as crew:
        began = time.monotonic()
        crew.wait(LONG)
        assert time.monotonic() - began < LONG


def test_it_tells_how_many_were_under_way_at_the_most_since_it_was_last_asked() -> None:
    gateway = Gateway()
    with Crew(gateway.send, 4, lambda: False) as crew:
        crew.begin(intents(3))
        gateway.wait_for(3)
        gateway.let.release(2)
        all_landed(crew, 2)
        told = crew.most_lately(), crew.most_lately()
        gateway.let.release(1)
        all_landed(crew, 1)
    assert told == (3, 1)

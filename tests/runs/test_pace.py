"""How many calls at once: found out within seconds from how the gateway answers, in simulated time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_gateway import Simulated

from batchinvoice.gateway.rate import Rate
from batchinvoice.gateway.traffic import Exchange, Lately, Verdict
from batchinvoice.runs.pace import Pace

CEILING = 32


def _noisy(seconds: float, seed: int = 1) -> Callable[[float], float]:
    """About so long; now and then half as long again."""
    dice = random.Random(seed)
    return lambda _: seconds * (0.95 + 0.55 * dice.random() ** 4)


def _driven(gateway: Simulated, seconds: float, ceiling: int = CEILING, rate: float = 0.0) -> Simulated:
    gateway.drive(Pace(ceiling), Rate(rate), seconds)
    return gateway


def _limits(gateway: Simulated, since: float, until: float = math.inf) -> list[int]:
    return [limit for when, limit in gateway.limits if since <= when < until]


@pytest.mark.parametrize("latency", [0.05, 0.2])
def test_while_the_latency_stays_flat_it_grows_to_the_ceiling_and_stays_there(latency: float) -> None:
    gateway = _driven(Simulated(_noisy(latency)), 6)
    assert gateway.limits[0][1] == 4
    assert set(_limits(gateway, since=2)) == {CEILING}


@pytest.mark.parametrize("latency", [0.05, 0.2])
def test_at_first_it_doubles_with_each_round_trip(latency: float) -> None:
    gateway = _driven(Simulated(lambda _: latency), 2)
    reached = {limit: when for when, limit in reversed(gateway.limits)}
    assert reached[CEILING] <= 3.1 * latency + 0.01


@pytest.mark.parametrize("latency", [0.02, 0.05, 0.2])
@pytest.mark.parametrize("capacity", [3, 8, 20])
def test_it_settles_a_little_above_what_a_gateway_works_on_at_once(latency: float, capacity: int) -> None:
    gateway = _driven(Simulated(_noisy(latency), capacity), 12)
    limits = sorted(_limits(gateway, since=4))
    assert capacity <= limits[len(limits) // 2] <= 1.5 * capacity + 3
    assert gateway.throughput(4, 12) >= 0.95 * capacity / (latency * 1.06)


def test_latency_that_doubles_by_itself_costs_nothing_more() -> None:
    gateway = _driven(Simulated(lambda now: _noisy(0.05 if now < 6 else 0.1)(now)), 16)
    assert set(_limits(gateway, since=2, until=6)) == {CEILING}
    assert gateway.throughput(9, 16) >= 0.95 * CEILING / 0.106


def test_a_gateway_that_gets_slower_and_works_on_few_calls_is_not_crowded() -> None:
    gateway = _driven(Simulated(lambda now: 0.05 if now < 6 else 0.1, capacity=8), 16)
    assert max(_limits(gateway, since=9)) <= 16
    assert gateway.throughput(9, 16) >= 0.95 * 8 / 0.1


@pytest.mark.parametrize("allowed", [20, 60, 150])
def test_above_a_rate_that_brings_429s_it_stays_below_after_the_first_of_them(allowed: int) -> None:
    gateway = _driven(Simulated(_noisy(0.05), allowed=allowed), 20)
    assert gateway.throughput(3, 20) >= 0.9 * allowed
    assert gateway.throttled <= CEILING


def test_a_few_slow_calls_are_no_sign_of_a_queue() -> None:
    dice = random.Random(3)
    gateway = _driven(Simulated(lambda _: 0.05 if dice.random() < 0.9 else 0.3), 8)
    assert set(_limits(gateway, since=3)) == {CEILING}


def test_with_a_bound_of_the_rate_no_more_calls_wait_for_their_turn_than_can_be_busy() -> None:
    gateway = _driven(Simulated(_noisy(0.05)), 8, rate=50.0)
    assert max(_limits(gateway, since=1)) <= 6
    assert gateway.throughput(1, 8) >= 47


@settings(max_examples=40, deadline=None)
@given(
    ceiling=st.integers(1, 40),
    latency=st.floats(0.005, 0.5),
    spread=st.floats(0, 3),
    capacity=st.integers(1, 50),
    allowed=st.one_of(st.just(10**9), st.integers(5, 200)),
    lost=st.sampled_from([0.0, 0.0, 0.02, 0.5, 1.0]),
    rate=st.one_of(st.just(0.0), st.floats(2, 100)),
    seed=st.integers(0, 9),
)
def test_whatever_the_gateway_does_there_are_between_one_call_and_the_ceiling_and_it_goes_on(
    ceiling: int, latency: float, spread: float, capacity: int, allowed: int, lost: float, rate: float, seed: int
) -> None:
    dice = random.Random(seed)
    gateway = Simulated(lambda _: latency * (1 + spread * dice.random()), capacity, allowed, lost)
    gateway.drive(Pace(ceiling), Rate(rate), 4, seed)
    assert gateway.most <= ceiling
    assert all(1 <= limit <= ceiling for _, limit in gateway.limits)
    assert gateway.done[-1] > 4 - 1.5 - latency * (1 + spread) * math.ceil(ceiling / capacity) - 1 / (rate or 1)


class _ByHand:
    """A pace, told of exchanges one round after the other; a second passes between two rounds."""

    def __init__(self, ceiling: int = CEILING) -> None:
        self.pace, self.now = Pace(ceiling), 0.0

    def round(self, *durations: float, kind: str = "create", verdict: Verdict = Verdict.ANSWERED) -> int:
        """→ the limit after calls that left together took so long."""
        gone = tuple(Exchange(kind, self.now, self.now + each, verdict) for each in durations)
        return self.hear(*gone)

    def hear(self, *gone: Exchange) -> int:
        self.now += 1.0
        return self.pace.allowed(Lately(gone, self.now, math.inf), len(gone))

    def grown(self) -> int:
        while (before := self.pace.limit()) < self.round(*[0.1] * before):
            pass
        return before


def test_429s_of_calls_that_left_together_lower_it_once() -> None:
    hand = _ByHand()
    limit = hand.grown()
    gone = [Exchange("create", hand.now, hand.now + 0.1, Verdict.THROTTLED, 0.0) for _ in range(limit)]
    assert hand.hear(*gone) == int(0.7 * limit)


def test_many_lost_answers_lower_it_and_a_few_do_not() -> None:
    hand = _ByHand()
    limit = hand.grown()
    few = [Exchange("create", hand.now, hand.now + 5.0, Verdict.LOST)] * 3
    rest = [Exchange("create", hand.now, hand.now + 0.1)] * (limit - 3)
    assert hand.hear(*few, *rest) == limit
    assert hand.round(*[5.0] * limit, verdict=Verdict.LOST) == int(0.7 * limit)


def test_one_kind_of_call_that_takes_longer_than_another_is_no_sign_of_a_queue() -> None:
    hand = _ByHand()
    limit = hand.grown()
    assert hand.round(*[0.9] * limit, kind="update") == limit
    assert hand.round(*[0.1] * limit) == limit


def test_calls_that_left_before_the_limit_was_changed_say_nothing_of_the_new_one() -> None:
    hand = _ByHand()
    hand.round(0.1, 0.1, 0.1, 0.1)
    since = hand.pace.limit()
    early = [Exchange("create", hand.now - 0.5, hand.now + 0.6)] * 50
    assert hand.hear(*early) == since


def test_what_is_not_made_use_of_does_not_grow() -> None:
    hand = _ByHand()
    for _ in range(10):
        assert hand.round(0.1, 0.1) == 4


def test_nor_does_it_grow_so_after_a_429() -> None:
    hand = _ByHand()
    hand.grown()
    limit = hand.hear(Exchange("create", hand.now, hand.now + 0.1, Verdict.THROTTLED, 0.0))
    for _ in range(7):
        assert hand.round(*[0.1] * 4) == limit
    assert hand.round(*[0.1] * limit) > limit


def test_one_at_once_is_exactly_one() -> None:
    gateway = _driven(Simulated(_noisy(0.05)), 3, ceiling=1)
    assert gateway.most == 1
    assert len(gateway.done) >= 50


@given(
    turns=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["create", "create", "create refused"]),
                st.sampled_from([0.0, 0.0, 0.0, 0.0156, 0.2]),  # seconds; Windows' clock may tick each 0.0156 s only
                st.sampled_from([Verdict.ANSWERED] * 6 + [Verdict.LOST, Verdict.THROTTLED]),
            ),
            max_size=6,
        ),
        max_size=40,
    ),
    ceiling=st.sampled_from([1, 8, 128]),
    rate=st.sampled_from([math.inf, 3.0, 0.1]),
)
def test_whatever_is_measured_there_are_between_one_call_at_once_and_the_ceiling(
    turns: list[list[tuple[str, float, Verdict]]], ceiling: int, rate: float
) -> None:
    pace, now = Pace(ceiling), 0.0
    for turn in turns:
        seen = tuple(Exchange(kind, now, now + seconds, verdict, 1.0) for kind, seconds, verdict in turn)
        now += 0.5
        assert 1 <= pace.allowed(Lately(seen, now, rate), ceiling) <= ceiling


def test_calls_too_quick_for_the_clock_do_not_end_the_run() -> None:
    pace = Pace(1)
    first = [("create", 0.0), ("create", 0.0), ("create", 0.0156), ("create", 0.0156)]
    then = [("create", 0.0), ("create", 0.0), ("create", 0.0), ("create refused", 0.0)]
    for now, turn in enumerate([first, [*then[:3], ("create refused", 0.0156)], then]):
        cut = [Exchange("create", now, now, Verdict.THROTTLED)] if now == 1 else []
        seen = (*cut, *(Exchange(kind, now, now + seconds) for kind, seconds in turn))
        assert pace.allowed(Lately(seen, now + 0.5, math.inf), 1) == 1

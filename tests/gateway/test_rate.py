"""The rate at which calls leave: a bound that is set holds in any second; one that 429s teach is found in time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.gateway.patience import Patience
from batchinvoice.gateway.rate import Rate
from batchinvoice.gateway.traffic import Exchange, Verdict


def _leave(rate: Rate, wishes: Sequence[float], late: float = 0.0) -> list[float]:
    """When the calls leave that would like to at these times. late: seconds by which every other one wakes late."""
    now, left = 0.0, []
    for wish in wishes:
        now = max(now, wish)
        while (wait := rate.due(now)) > 0:
            now += wait + late * (len(left) % 2)
        rate.leave(now)
        left.append(now)
    return left


@given(
    most=st.floats(0.1, 200),
    late=st.sampled_from([0.0, 0.01, 0.04]),
    pauses=st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.02, 0.3, 2.0, 30.0]), min_size=1, max_size=150),
)
def test_in_no_second_more_calls_leave_than_were_set(most: float, late: float, pauses: list[float]) -> None:
    wishes = [sum(pauses[: n + 1]) for n in range(len(pauses))]
    left = _leave(Rate(most), wishes, late)
    for first, began in enumerate(left):
        assert bisect_left(left, began + 1.0 - 1e-6) - first <= math.ceil(most)


@given(
    most=st.floats(0.1, 60),
    calls=st.lists(
        st.tuples(
            st.sampled_from([0.0] * 12 + [0.2, 1.0, 3.0, 40.0]),  # seconds without anything to send
            st.sampled_from([0.0, 0.0, 0.01, 0.045]),  # seconds by which it wakes late
            st.sampled_from([Verdict.ANSWERED] * 12 + [Verdict.THROTTLED]),
        ),
        min_size=30,
        max_size=200,
    ),
)
def test_in_no_second_more_leave_than_were_set_while_429s_teach_less_and_more_is_tried(
    most: float, calls: list[tuple[float, float, Verdict]]
) -> None:
    rate, now, left = Rate(most), 0.0, list[float]()
    for pause, late, verdict in calls:
        now += pause
        while (wait := rate.due(now)) > 0:
            now += wait + late
        rate.leave(now)
        left.append(now)
        rate.saw(Exchange("create", now, now, verdict, 0.5))
    for first, began in enumerate(left):
        assert bisect_left(left, began + 1.0 - 1e-6) - first <= math.ceil(most)


def test_after_one_that_woke_late_no_more_leave_in_a_second_where_the_bound_is_no_whole_number() -> None:
    rate, now, left = Rate(9.8), 0.0, list[float]()
    for number in range(40):
        now += max(0.0, rate.due(now)) + (0.045 if number == 5 else 0.0)
        rate.leave(now)
        left.append(now)
    assert min(after - before for before, after in zip(left, left[10:], strict=False)) >= 1.0 - 1e-6


@given(st.floats(1, 200))
def test_calls_that_all_want_to_leave_leave_evenly_and_at_that_rate(most: float) -> None:
    left = _leave(Rate(most), [0.0] * 100)
    steps = [after - before for before, after in pairwise(left)]
    assert (min(steps), max(steps)) == (pytest.approx(1 / most), pytest.approx(1 / most))


def test_after_a_while_without_calls_they_leave_evenly_again_and_not_in_a_burst() -> None:
    left = _leave(Rate(10.0), [0.0] * 5 + [3.0] * 10)
    assert left[5] == 3.0
    assert min(after - before for before, after in pairwise(left[5:])) == pytest.approx(0.1)


def test_those_who_make_up_for_one_that_woke_late_are_not_too_many_in_a_second() -> None:
    left = _leave(Rate(50.0), [0.0] * 200, late=0.04)
    assert min(after - before for before, after in zip(left, left[50:], strict=False)) >= 1.0 - 1e-6
    assert left[-1] <= 4.5


def test_without_a_bound_nothing_waits() -> None:
    rate = Rate()
    assert _leave(rate, [0.0] * 100) == [0.0] * 100
    assert math.isinf(rate.at(0.0))


def _hear_429(rate: Rate, now: float, answered: int, pause: float = 1.0) -> None:
    """A second in which so many calls were taken, and then one was not."""
    for number in range(answered):
        began = now - 1.0 + (number + 0.5) / answered
        rate.saw(Exchange("create", began, min(began + 0.1, now)))
    rate.saw(Exchange("create", now, now, Verdict.THROTTLED, pause))


def test_a_429_says_that_no_more_are_taken_than_were_taken_in_the_second_before() -> None:
    rate = Rate()
    _hear_429(rate, 10.0, answered=40)
    assert 36 <= rate.at(10.0) < 40
    assert rate.at(39.0) == rate.at(10.0)  # and so for half a minute


def test_429s_of_calls_that_left_together_tell_once() -> None:
    rate = Rate()
    _hear_429(rate, 10.0, answered=40)
    learnt = rate.at(10.0)
    for late in range(20):
        rate.saw(Exchange("create", 10.0 + late / 100, 10.3, Verdict.THROTTLED, 1.0))
    assert rate.at(10.3) == learnt


def test_after_a_while_more_is_tried_and_after_each_failure_the_while_is_longer() -> None:
    rate = Rate()
    _hear_429(rate, 10.0, answered=40)
    assert rate.at(45.0) > 60
    _hear_429(rate, 45.0, answered=40)
    assert rate.at(45.0 + 80.0) < 40
    assert rate.at(45.0 + 100.0) > 40


def test_nothing_that_is_learnt_lifts_the_bound_that_was_set() -> None:
    rate = Rate(50.0)
    _hear_429(rate, 10.0, answered=40)
    assert rate.at(10_000.0) == 50.0


@pytest.mark.parametrize("most", [3.0, 25.0])
def test_a_pool_with_one_patience_keeps_the_bound_together(most: float) -> None:
    now = [100.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    patience, left = Patience(max_rate=most, sleep=sleep, clock=lambda: now[0]), []
    for _ in range(60):
        patience.wait_for_turn()
        left.append(now[0])
    assert left[-1] - left[0] >= 59 / most - 1e-6
    assert patience.rate == most


def test_whoever_waited_for_his_turn_still_heeds_a_pause_that_came_meanwhile() -> None:
    now = [100.0]
    patience: Patience

    def sleep(seconds: float) -> None:
        if now[0] < 100.5:
            patience.pause_all(7.0)
        now[0] += seconds

    patience = Patience(max_rate=2.0, sleep=sleep, clock=lambda: now[0], spread=lambda low, _: low)
    patience.wait_for_turn()
    patience.wait_for_turn()
    assert now[0] >= 107.0

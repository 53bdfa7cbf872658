"""Bounds of the emulated gateway: so many calls at once, so many in a second."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.emulator.bounds import Bounds


@given(st.integers(1, 20), st.lists(st.floats(0, 0.4), max_size=100))
def test_in_no_second_more_calls_are_taken_and_none_is_refused_without_need(
    per_second: int, pauses: list[float]
) -> None:
    now, taken = [0.0], []
    bounds = Bounds(per_second=per_second, clock=lambda: now[0])
    for pause in pauses:
        now[0] += pause
        before = sum(now[0] - each < 1.0 for each in taken)
        assert bounds.takes() == (before < per_second)
        if before < per_second:
            taken.append(now[0])


@given(st.integers(0, 5), st.integers(1, 20))
def test_no_more_are_worked_on_at_once_and_the_others_are_in_the_order_in_which_they_came(
    capacity: int, calls: int
) -> None:
    bounds, busy, begun, most = Bounds(capacity), [0], [], [0]

    async def call(number: int) -> None:
        async with bounds.working():
            begun.append(number)
            busy[0] += 1
            most[0] = max(most[0], busy[0])
            await asyncio.sleep(0)
            busy[0] -= 1

    async def all_at_once() -> None:
        await asyncio.gather(*map(call, range(calls)))

    asyncio.run(all_at_once())
    assert begun == list(range(calls))
    assert most[0] == (min(capacity, calls) if capacity else calls)

"""Questions side by side: in order, no more of them than the pace allows, and what one raises is raised."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from batchinvoice.runs.abreast import abreast


def _job(allowed: int) -> Any:
    return SimpleNamespace(terms=SimpleNamespace(workers=8), allowed=lambda _: allowed)


@pytest.mark.parametrize("allowed", [1, 3])
def test_answers_come_in_order_and_no_more_are_asked_at_once_than_allowed(allowed: int) -> None:
    lock, busy, most = threading.Lock(), [0], [0]

    def ask(number: int) -> int:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        time.sleep(0.002)
        with lock:
            busy[0] -= 1
        return 10 * number

    assert abreast(_job(allowed), ask, range(12)) == [10 * number for number in range(12)]
    assert most[0] <= allowed


def test_what_one_raises_is_raised() -> None:
    def ask(number: int) -> int:
        if number == 2:
            raise ValueError("two")
        return number

    with pytest.raises(ValueError, match="two"):
        abreast(_job(3), ask, range(6))

"""Waiting: growing, bounded, jittered, and shared."""

from __future__ import annotations

import threading
import time

from batchinvoice.gateway.patience import Patience


def test_back_off_grows_to_its_bound_with_jitter() -> None:
    slept: list[float] = []
    lows: list[float] = []

    def spread(low: float, high: float) -> float:
        lows.append(low)
        return high

    patience = Patience(base=0.5, longest=4.0, sleep=slept.append, spread=spread)
    for failures in range(1, 7):
        patience.back_off(failures)
    patience.back_off(10_000)
    assert slept == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]
    assert lows == [wait / 2 for wait in slept]


def test_a_pause_holds_every_thread_and_a_shorter_one_does_not_cut_it() -> None:
    patience = Patience()
    patience.pause_all(0.4)
    patience.pause_all(0.0)
    started = time.monotonic()
    waited: list[float] = []

    def use() -> None:
        patience.wait_for_turn()
        waited.append(time.monotonic() - started)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(waited) == 8
    assert min(waited) >= 0.39
    assert max(waited) < 2.0


def test_a_sleep_cut_short_does_not_end_the_pause() -> None:
    now = [0.0]
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds / 2

    patience = Patience(sleep=nap, clock=lambda: now[0], spread=lambda low, _: low)
    patience.pause_all(1.0)
    now[0] = 0.5
    patience.wait_for_turn()
    assert now[0] >= 0.99
    assert len(naps) > 1

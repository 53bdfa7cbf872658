"""What is noted of each exchange: 429s inside a call, too, and the time of the exchange alone."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.patience import Patience
from batchinvoice.gateway.traffic import Verdict


def test_429s_that_a_call_outlives_are_seen_each_with_its_pause(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    emulator.set_faults("create:throttle=0:1x2")
    gateway = connect(emulator.base_url)
    assert gateway.create(payload).attempts == 3
    seen = gateway.lately().exchanges
    assert [(each.kind, each.verdict) for each in seen] == [
        ("login", Verdict.ANSWERED),
        ("create", Verdict.THROTTLED),
        ("create", Verdict.THROTTLED),
        ("create", Verdict.ANSWERED),
    ]
    assert gateway.lately().exchanges == ()


def test_a_429_of_any_call_bounds_the_rate_of_all_that_follow(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    gateway = connect(emulator.base_url)
    gateway.create(payload)
    assert math.isinf(gateway.lately().rate)
    emulator.set_faults("create:throttle=0:1x1")
    gateway.create({**payload, "referenceNumber": "R-2"})
    assert gateway.lately().rate < 10


def test_waiting_for_ones_turn_is_no_latency(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    gateway = connect(emulator.base_url, patience=Patience(max_rate=0.1, sleep=sleep, clock=lambda: now[0]))
    gateway.create(payload)
    login, create = gateway.lately().exchanges
    assert (login.began, login.ended) == (0.0, 0.0)
    assert create.began == create.ended == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("fault", "kind", "verdict"),
    [("http-502-before", "create", Verdict.LOST), ("refused", "create refused", Verdict.ANSWERED)],
)
def test_a_lost_answer_and_a_refusal_are_told_apart(
    emulator: RunningEmulator, gateway: Gateway, payload: dict[str, object], fault: str, kind: str, verdict: Verdict
) -> None:
    emulator.set_faults(f"create:{fault}:1")
    with pytest.raises(GatewayError):
        gateway.create(payload)
    last = gateway.lately().exchanges[-1]
    assert (last.kind, last.verdict) == (kind, verdict)

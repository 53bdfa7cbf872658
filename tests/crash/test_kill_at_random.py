"""Killed at random times, again and again, with answers being lost: a larger job still comes out exactly once."""

from __future__ import annotations

import os
import random
import time

import pytest
from endings import RESUME, RUN, finished
from scene import SECONDS, Lanes, Scene

pytestmark = pytest.mark.timeout(SECONDS)

ROUNDS, ROWS = 3, 60
DELIVERIES = ("sms", "sms", "link", "whatsapp")


def test_many_rows_and_many_crashes(lanes: Lanes) -> None:
    seed = int(os.environ.get("BATCHINVOICE_SEED") or random.randrange(10**6))
    print(f"BATCHINVOICE_SEED={seed}")  # noqa: T201 - to do it again
    whole = lanes.one(_seconds)
    found = lanes.all(lambda scene, number: _round(scene, number, whole), range(seed, seed + ROUNDS))
    assert not found, "\n".join(found)


def _seconds(scene: Scene) -> float:
    """How long the job takes here, if nobody kills it."""
    _set_up(scene, random.Random(0))
    began = time.monotonic()
    scene.run(RUN)
    return time.monotonic() - began


def _round(scene: Scene, seed: int, whole: float) -> list[str]:
    chance = random.Random(seed)
    _set_up(scene, chance)
    lives = [scene.run(RUN, kill_after=chance.uniform(0.2, 0.9) * whole)]
    lives += [scene.run(RESUME, kill_after=chance.uniform(0.1, 0.9) * whole) for _ in range(chance.randint(1, 3))]
    scene.gateway.set_faults()
    killed = len([life for life in lives if life.killed])
    return [f"BATCHINVOICE_SEED={seed}, killed {killed} times: {said}" for said in finished(scene)]


def _set_up(scene: Scene, chance: random.Random) -> None:
    scene.settings.update(BATCHINVOICE_CONCURRENCY="8", BATCHINVOICE_SMS_CHUNK="7")
    rows = [[f"R-{n}", "Noura", f"6610{n:04d}", n + 0.5, None, chance.choice(DELIVERIES)] for n in range(ROWS)]
    scene.sheet(rows)
    scene.gateway.set(latency_ms=4)
    scene.gateway.set_faults("create:close-after:7", "create:http-500-before:11", "send:close-after:2")

"""Killed at random times, again and again, with answers being lost: a larger job still comes out exactly once."""

from __future__ import annotations

import os
import random

from endings import RESUME, RUN, finished
from scene import Lanes, Scene

ROUNDS, ROWS = 3, 60
DELIVERIES = ("sms", "sms", "link", "whatsapp")


def test_many_rows_and_many_crashes(lanes: Lanes) -> None:
    seed = int(os.environ.get("BATCHINVOICE_SEED") or random.randrange(10**6))
    print(f"BATCHINVOICE_SEED={seed}")  # noqa: T201 - to do it again
    found = lanes.all(_round, range(seed, seed + ROUNDS))
    assert not found, "\n".join(found)


def _round(scene: Scene, seed: int) -> list[str]:
    chance = random.Random(seed)
    scene.settings.update(BATCHINVOICE_CONCURRENCY="8", BATCHINVOICE_SMS_CHUNK="7")
    rows = [[f"R-{n}", "Noura", f"6610{n:04d}", n + 0.5, None, chance.choice(DELIVERIES)] for n in range(ROWS)]
    scene.sheet(rows)
    scene.gateway.set(latency_ms=4)
    scene.gateway.set_faults("create:close-after:7", "create:http-500-before:11", "send:close-after:5")
    lives = [scene.run(RUN, kill_after=chance.uniform(0.1, 0.8))]
    lives += [scene.run(RESUME, kill_after=chance.uniform(0.1, 0.8)) for _ in range(chance.randint(1, 4))]
    scene.gateway.set_faults()
    killed = len([life for life in lives if life.killed])
    return [f"BATCHINVOICE_SEED={seed}, killed {killed} times: {said}" for said in finished(scene)]

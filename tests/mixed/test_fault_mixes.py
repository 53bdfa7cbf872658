"""Random mixes of faults: after the gateway is well again, a resume makes one story of it. A failure shrinks to few."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, note, settings
from hypothesis import strategies as st
from job import Job, job_in, row

from batchinvoice.emulator.broken_answers import KINDS
from batchinvoice.emulator.process import RunningEmulator

CALLS = ("login", "create", "update", "send", "find", "invoice")
# Kinds that wait: for longer than our time-out, or, what works or shows itself later, for less than the settle window.
NUMBERS = {"hang-before": "=0.5", "hang-after": "=0.5", "drip": "=0.05", "late": "=0.1", "lag": "=0.15"}
LATER = ("late", "lag")
ASSUMED = ("send:unauthorised-after",)  # never to happen: see test_each_fault.py

BEFORE = [row(1, email="a@example.com")]
# Some references begin like others: a look-up by text finds them together.
SHEET = [
    row(1, "6.250", email="a@example.com"),
    *(row(number, f"{number}.500") for number in (2, 20, 200)),
    row(3, delivery="link"),
    row(30, email="b@example.com"),
]


@st.composite
def one_fault(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(list(KINDS)))
    call = draw(st.sampled_from([each for each in CALLS if not KINDS[kind].calls or each in KINDS[kind].calls]))
    every = draw(st.integers(1, 5).map(str) | st.sampled_from(["10%", "30%", "60%", "90%"]))
    times = draw(st.sampled_from(["x1", "x2", "x4", ""]))
    return f"{call}:{kind}{NUMBERS.get(kind, '')}:{every}{times}"


mixes = st.lists(one_fault().filter(lambda fault: not fault.startswith(ASSUMED)), min_size=1, max_size=4)


@pytest.mark.timeout(600)  # for a failure to be made small
@settings(
    max_examples=int(os.environ.get("BATCHINVOICE_EXAMPLES", "8")),
    deadline=None,
    derandomize=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@example(faults=["create:late=0.1:2"], seed=0)
@example(faults=["create:close-after:2", "find:lag=0.15:1"], seed=0)
@given(faults=mixes, seed=st.integers(0, 999))
def test_no_mix_of_faults_leaves_anything_behind(one_emulator: RunningEmulator, faults: list[str], seed: int) -> None:
    window = 0.6 if any(kind in fault for fault in faults for kind in LATER) else 0.05
    one_emulator.reset()
    with TemporaryDirectory() as folder, job_in(Path(folder), one_emulator, timeout=0.3, settle_seconds=window) as job:
        job.run(BEFORE)
        one_emulator.set(seed=seed)
        one_emulator.set_faults(*faults)
        job.run(SHEET)
        one_emulator.set_faults()
        job.resume()
        job.run_again(SHEET)
        time.sleep(0.1 if window > 0.1 else 0)  # for what is done late
        note(told(job))
        assert job.wrong(SHEET) == []


def told(job: Job) -> str:
    """What the gateway did, for whoever must understand a failure."""
    calls = [(call["name"], call["payload"] or {}, call["outcome"]) for call in job.emulator.truth()["calls"]]
    return "\n".join(f"{name} {payload.get('referenceNumber', '')}: {outcome}" for name, payload, outcome in calls)

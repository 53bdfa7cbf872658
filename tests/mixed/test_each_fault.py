"""Every fault of the emulator, alone, at every call that a run makes: afterwards all is as if it had never been."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from job import job_in, row

from batchinvoice.emulator.broken_answers import KINDS
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.invoices.lifecycle import RowStatus

# For each call, what else must happen so that a run makes it after the gateway is proved.
CALLS = {
    "create": (),
    "update": (),
    "send": (),
    "find": ("create:close-after:2x1", "create:http-500-before:3x1"),
    "login": ("create:unauthorised:3x2",),
}
# Kinds that wait: for longer than our time-out, or, what works or shows itself later, for less than the settle window.
NUMBERS = {"hang-before": "=0.5", "hang-after": "=0.5", "drip": "=0.05", "late": "=0.2", "lag": "=0.3"}
WINDOW = {"late": 0.6, "lag": 0.6}
# How often at most, so that every try of a change and of a few look-ups fails, where a call has several.
TIMES = {"update": 6, "find": 18}
SLOW = ("hang-before", "hang-after", "drip")

BEFORE = [row(1, email="a@example.com"), row(2, delivery="link", email="b@example.com")]
# Some references begin like others: a look-up by text finds them together.
SHEET = [
    row(1, "6.250", email="a@example.com"),
    row(2, "7.125", delivery="link", email="b@example.com"),
    *(row(number, f"{number}.500") for number in (3, 30, 300)),
    row(4, delivery="link"),
    row(40, delivery="whatsapp"),
]
# A 401 is taken to come before any work (docs/guarantees.md).
ASSUMED = {("send", "unauthorised-after")}
CASES = [
    pytest.param(call, name, id=f"{call}-{name}")
    for call in CALLS
    for name, kind in KINDS.items()
    if (not kind.calls or call in kind.calls)
    and (call, name) not in ASSUMED
    # Logging in fails alike with and without the work done: once is enough.
    and not (call == "login" and (name.endswith("-before") or name in SLOW))
]


@pytest.mark.parametrize(("call", "kind"), CASES)
def test_a_fault_leaves_nothing_behind(call: str, kind: str, emulator: RunningEmulator, tmp_path: Path) -> None:
    times = min(TIMES.get(call, 3), 6 if kind in SLOW else 18)
    fault = f"{call}:{kind}{NUMBERS.get(kind, '')}:1x{times}"
    with job_in(tmp_path, emulator, timeout=0.3, settle_seconds=WINDOW.get(kind, 0.02)) as job:
        if call == "update":
            job.run(BEFORE)
        job.run(SHEET, [fault, *CALLS[call]])
        emulator.set_faults()
        job.resume()
        if kind == "refused":
            job.run_again(SHEET)
        time.sleep(0.2 if kind == "late" else 0)
        assert job.wrong(SHEET) == []
        assert [each for each in job.calls(call) if each["outcome"].endswith(f": {kind}")], "the fault was never met"


@pytest.mark.parametrize("kind", ["close-before", "unauthorised"])
def test_what_somebody_made_by_hand_is_not_taken_for_ours(kind: str, emulator: RunningEmulator, tmp_path: Path) -> None:
    """The same reference with another amount, made in the gateway's panel: neither adopted, nor texted, nor doubled."""
    with job_in(tmp_path, emulator, settle_seconds=0.05) as job:
        job.make_by_hand(row(1, "9.000"))
        run = job.run([row(1)], [f"create:{kind}:1"])
        assert [(row.status, row.gateway_id) for row in job.ledger.rows(run)] == [(RowStatus.UNKNOWN, "")]
        assert job.violations(unknown_allowed=True) == []
        assert (len(emulator.truth()["invoices"]), emulator.truth()["texts"]) == (1, [])

"""Two processes at once on one ledger: one works, the other says so and leaves all alone, and nothing is made twice."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest
from job import job_in, row, write_sheet
from scene import Scene
from whole_tool import settings

from batchinvoice.emulator.process import RunningEmulator

ROWS = [row(n, f"{n}.750", delivery="link" if n % 4 == 0 else "sms") for n in range(1, 17)]
OTHERS = [*ROWS[8:], *(row(n, f"{n}.750") for n in range(17, 21))]
SHEETS = {"invoices.xlsx": ROWS, "the same.xlsx": ROWS, "others.xlsx": OTHERS}
RUN, RESUME = ("run", "invoices.xlsx", "--yes"), ("resume", "--yes")
BUSY = ("Another batchinvoice is working with this ledger", "Another process is making the same invoices")
REPEATS = int(os.environ.get("BATCHINVOICE_REPEATS", "1"))  # of every two at once, with other delays each time
LONGEST_DELAY = 0.4  # seconds by which one is started before the other
Words = tuple[str, ...]
Ended = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Case:
    """What two people do at once. `cut_off`: a run was stopped before, its gateway being down."""

    first: Words
    second: Words
    cut_off: bool = False

    def prepare(self, folder: Path, emulator: RunningEmulator) -> None:
        """Write the sheets, and what was cut off."""
        for name, rows in SHEETS.items():
            write_sheet(folder, rows, name)
        if self.cut_off:
            with job_in(folder, emulator) as job:
                job.run(ROWS, ["create:http-500-before:1"])
                assert job.ledger.unfinished()
            emulator.set_faults()

    def finish(self, folder: Path, emulator: RunningEmulator, kept: list[str]) -> None:
        """The runs that had to wait are carried out; then all is as if one person had worked alone."""
        emulator.set(latency_ms=0)
        rows = [*ROWS, *OTHERS[8:]] if "others.xlsx" in self.second else ROWS
        with job_in(folder, emulator) as job:
            for run in kept:
                job.drive(job.ledger.run(run))
            job.resume()
            job.run_again(rows)
            assert job.wrong(rows) == []
            assert len(emulator.truth()["texts"]) == len([each for each in rows if each[-1] == "sms"])


CASES = {
    "one sheet twice": Case(RUN, RUN),
    "one sheet under two names": Case(RUN, ("run", "the same.xlsx", "--yes")),
    "two sheets that share references": Case(RUN, ("run", "others.xlsx", "--yes")),
    "a resume and a run": Case(RESUME, RUN, cut_off=True),
    "a run and a resume": Case(RUN, RESUME, cut_off=True),
    "two resumes": Case(RESUME, RESUME, cut_off=True),
}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
# Who comes second meets the same lock whatever it wants; all of them start at once below.
SECONDS = CASES if os.environ.get("BATCHINVOICE_CRASH") == "every" else {k: CASES[k] for k in list(CASES)[::3]}


@pytest.mark.parametrize("case", SECONDS.values(), ids=SECONDS)
def test_who_comes_second_is_told_so_and_leaves_all_alone(
    case: Case, tmp_path: Path, emulator: RunningEmulator, context: BaseContext
) -> None:
    case.prepare(tmp_path, emulator)
    with under_way(case.first, tmp_path, emulator) as first:
        creates = len(calls(emulator))
        second = Scene(tmp_path, emulator, context).run(case.second)
        assert not first.done()
        assert (second.codes, BUSY[0] in second.output) == ([3], True), second.output
    assert first.result().returncode == 0, first.result()
    assert len(calls(emulator)) > creates
    case.finish(tmp_path, emulator, [kept(second.output)])


@each_case
def test_of_two_at_once_each_ends_well_or_says_that_another_is_working(
    case: Case, tmp_path: Path, emulator: RunningEmulator, context: BaseContext
) -> None:
    seed = int(os.environ.get("BATCHINVOICE_SEED") or random.randrange(10**6))
    print(f"BATCHINVOICE_SEED={seed}")  # noqa: T201 - to do it again
    chance = random.Random(seed)
    for repeat in range(REPEATS):
        folder = tmp_path / str(repeat)
        folder.mkdir()
        emulator.reset()
        case.prepare(folder, emulator)
        emulator.set(latency_ms=10)
        scene = Scene(folder, emulator, context, {"BATCHINVOICE_CONCURRENCY": "2"})
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(scene.run, case.first)
            time.sleep(chance.choice([0.0, chance.uniform(0, LONGEST_DELAY)]))
            second = pool.submit(replace(scene, started=1).run, case.second)
        ended = [first.result(), second.result()]
        for each in ended:
            assert each.codes == ([3] if any(words in each.output for words in BUSY) else [0]), each.output
        case.finish(folder, emulator, [kept(each.output) for each in ended if each.codes == [3]])


def calls(emulator: RunningEmulator) -> list[object]:
    """The creates that have come to the gateway."""
    return [call for call in emulator.truth()["calls"] if call["name"] == "create"]


def started(words: Words, folder: Path, emulator: RunningEmulator) -> Ended:
    """A command as its users start it, to its end."""
    env = {**os.environ, **settings(folder, emulator.base_url), "BATCHINVOICE_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "batchinvoice", *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=60, check=False)


@contextmanager
def under_way(words: Words, folder: Path, emulator: RunningEmulator) -> Iterator[Future[Ended]]:
    """Inside, this command is at work, at a gateway too slow for it to end; outside, the gateway is quick again."""
    emulator.set(latency_ms=50)
    before = len(calls(emulator))
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(started, words, folder, emulator)
        while len(calls(emulator)) == before:
            assert not ended.done(), ended.result()
            time.sleep(0.02)
        emulator.set(latency_ms=300)
        try:
            yield ended
        finally:
            emulator.set(latency_ms=0)


def kept(output: str) -> str:
    """The run of a process that was not let in: it says that the run is kept, and with which command to carry it on."""
    found = re.search(r"Run (\S+) is kept; then: batchinvoice (?:apply|resume) \1", " ".join(output.split()))
    assert found, output
    return found[1]

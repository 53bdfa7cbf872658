"""Any order of what people, faults and crashes do to a sheet and its runs, beside a model of what must be true."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter, defaultdict
from contextlib import closing
from decimal import Decimal
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as every_order
from job import job_in, row, write_sheet
from scene import Scene

from batchinvoice.emulator.process import RunningEmulator

FORKS = sys.platform != "win32"
FAULTS = (
    *("create:close-after:2", "create:http-500-after:3", "create:close-before:2", "create:unauthorised-after:2"),
    "create:refused:3",
    *("update:garbled:1x1", "find:close-before:2x2", "send:cut:2", "send:close-before:1x1"),
)
SOME_FAULTS = st.lists(st.sampled_from(FAULTS), max_size=2, unique=True)
NUMBERS = st.integers(1, 4)
Record = dict[str, Any]


class Model:
    """What must be true.

    Always: an invoice is of a row that was applied, is the only one of its reference, and its customer was texted at
    most once. After a resume and a run: each row has its invoice, with the amount that the sheet says now, or, where
    there is no e-mail address and the gateway therefore changes nothing, with one that it said once.
    """

    def __init__(self) -> None:
        self.sheet: dict[int, list[Any]] = {}
        self.applied: defaultdict[str, set[Decimal]] = defaultdict(set)

    def apply(self, rows: list[list[Any]]) -> None:
        for reference, _, _, amount, *_ in rows:
            self.applied[reference].add(Decimal(amount))

    def wrong(self, invoices: list[Record], texts: list[Record]) -> list[str]:
        made = Counter(each["reference_number"] for each in invoices)
        times = made + Counter(each["phone"] for each in texts)
        return [*(made.keys() - self.applied.keys()), *(what for what, count in times.items() if count > 1)]

    def wrong_in_the_end(self, invoices: list[Record]) -> list[str]:
        made = {each["reference_number"]: Decimal(each["amount"]) for each in invoices}
        said = {name: {Decimal(amount)} if email else self.applied[name] for name, _, _, amount, email, _ in self.rows}
        return [name for name, amounts in said.items() if made.get(name) not in amounts]

    @property
    def rows(self) -> list[list[Any]]:
        return list(self.sheet.values())


class Merchant(RuleBasedStateMachine):
    """The real thing beside the model; every command is a process of its own."""

    emulator: RunningEmulator
    context: BaseContext
    planned = Bundle("planned")

    def __init__(self) -> None:
        super().__init__()
        self.emulator.reset()
        self.folder = Path(tempfile.mkdtemp())
        self.scene, self.model = Scene(self.folder, self.emulator, self.context), Model()

    @initialize(count=NUMBERS, faults=SOME_FAULTS)
    def begin(self, count: int, faults: list[str]) -> None:
        """A first sheet, run while these faults happen."""
        for number in range(1, count + 1):
            self.write_row(number, 5, email=True)
        self.set_faults(faults)
        self.run()

    @rule(number=NUMBERS, amount=st.integers(1, 9), email=st.booleans())
    def write_row(self, number: int, amount: int, email: bool) -> None:
        """Add a row or change it."""
        address = f"{amount}@example.com" if email else None
        self.model.sheet[number] = row(number, f"{amount}.000", email=address, delivery="sms" if number % 2 else "link")

    @precondition(lambda self: len(self.model.sheet) > 1)
    @rule()
    def remove_a_row(self) -> None:
        self.model.sheet.popitem()

    @rule(target=planned, sms=st.booleans())
    def plan(self, sms: bool) -> tuple[str, list[list[Any]]]:
        words = ("plan", self.written()) if sms else ("plan", self.written(), "--no-sms")
        found = re.search(r"batchinvoice apply (\S+)", self.scene.run(words).output)
        assert found
        return found[1], self.model.rows

    @rule(planned=planned)
    def apply(self, planned: tuple[str, list[list[Any]]]) -> None:
        run, rows = planned
        self.model.apply(rows)
        self.does("apply", run, "--yes")

    @rule()
    def run(self) -> None:
        self.model.apply(self.model.rows)
        self.does("run", self.written(), "--yes")

    @rule()
    def resume(self) -> None:
        self.does("resume", "--yes")

    @precondition(lambda _: FORKS)
    @rule(event=st.integers(1, 70), resume=st.booleans())
    def crash(self, event: int, resume: bool) -> None:
        """Be killed in a run or in a resume."""
        if not resume:
            self.model.apply(self.model.rows)
        self.scene.run(("resume", "--yes") if resume else ("run", self.written(), "--yes"), kill_at=event)

    @rule(number=st.integers(0, 9))
    def send(self, number: int) -> None:
        """Text those who wait, of any run that was begun."""
        if begun := self.begun():
            self.does("send", begun[number % len(begun)], "--yes")

    @rule(faults=SOME_FAULTS)
    def set_faults(self, faults: list[str]) -> None:
        self.emulator.set_faults(*faults)

    @invariant()
    def nothing_is_made_or_sent_twice(self) -> None:
        truth = self.emulator.truth()
        assert self.model.wrong(truth["invoices"], truth["texts"]) == []

    def teardown(self) -> None:
        """The gateway is well, the user resumes and runs the sheet once more: all is as it must be."""
        self.emulator.set_faults()
        with job_in(self.folder, self.emulator) as job:
            self.model.apply(self.model.rows)
            job.resume()
            job.run_again(self.model.rows)
            self.nothing_is_made_or_sent_twice()
            assert self.model.wrong_in_the_end(self.emulator.truth()["invoices"]) == []
            assert job.violations() == []
        shutil.rmtree(self.folder)

    def does(self, *words: str) -> None:
        """The tool does it, and ends as it may when the gateway fails or rows need a person: not with a breakdown."""
        ended = self.scene.run(words)
        assert ended.codes[0] in (0, 1, 3), ended.output
        assert "unexpected" not in ended.output, ended.output

    def written(self) -> str:
        """The name of the sheet, as it is now."""
        return write_sheet(self.folder, self.model.rows).name

    def begun(self) -> list[str]:
        """The runs that were begun."""
        ledger = self.folder / "home" / "ledger.sqlite3"
        if not ledger.exists():
            return []
        with closing(sqlite3.connect(ledger)) as database:
            return [run for (run,) in database.execute("SELECT id FROM runs WHERE status != 'planned' ORDER BY id")]


@pytest.mark.timeout(600)  # for a failure to be made small
def test_any_order_of_what_happens(one_emulator: RunningEmulator, context: BaseContext) -> None:
    here = type("Here", (Merchant,), {"emulator": one_emulator, "context": context})
    examples = int(os.environ.get("BATCHINVOICE_EXAMPLES", "6"))
    every_order(
        here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=10,
            deadline=None,
            derandomize=False,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )

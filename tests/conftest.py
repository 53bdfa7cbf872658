"""What most tests want: a gateway in a process of its own, settings for it, and sheets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import openpyxl
import pytest

from batchinvoice.emulator.process import RunningEmulator, running_emulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.loading import load
from batchinvoice.settings import Settings

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Email", "Delivery", "Invoice ID")


@pytest.fixture(scope="session")
def one_emulator() -> Iterator[RunningEmulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def emulator(one_emulator: RunningEmulator) -> RunningEmulator:
    """The emulator with nothing in its memory and no faults."""
    one_emulator.reset()
    one_emulator.set(latency_ms=0, token_seconds=900, framing="response")
    return one_emulator


@pytest.fixture
def settings(tmp_path: Path, emulator: RunningEmulator) -> Settings:
    """Settings of the sandbox merchant at the emulator, with everything that is written in the test's own folder."""
    return load(
        **{f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()},
        BATCHINVOICE_BASE_URL=emulator.base_url,
        BATCHINVOICE_HOME=tmp_path / "home",
        BATCHINVOICE_LEDGER_URL=f"sqlite:///{(tmp_path / 'home' / 'ledger.sqlite3').as_posix()}",
        BATCHINVOICE_REPORT_DIR=tmp_path / "reports",
        BATCHINVOICE_TIMEOUT=5,
        BATCHINVOICE_SETTLE_SECONDS=0.05,
    )


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook: rows below the headings, shorter rows leaving cells empty; `items` make an Items sheet."""

    def write(
        rows: Sequence[Sequence[object]],
        name: str = "invoices.xlsx",
        headings: Sequence[str] = HEADINGS,
        items: Sequence[Sequence[object]] = (),
    ) -> Path:
        book = openpyxl.Workbook()
        book.active.title = "Invoices"
        for row in (headings, *rows):
            book.active.append(list(row))
        if items:
            lines = book.create_sheet("Items")
            for line in (("Reference Number", "Item", "Item Rate", "Item Quantity"), *items):
                lines.append(list(line))
        path = tmp_path / name
        book.save(path)
        return path

    return write

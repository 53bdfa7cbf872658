"""The bench: a ledger of its own for each test, the shared emulator, and servers that answer as a test tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bench import Bench
from odd_gateway import OddGateway

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.opening import open_ledger
from batchinvoice.settings import Settings


@pytest.fixture
def bench(settings: Settings, emulator: RunningEmulator, sheet: Callable[..., Path]) -> Iterator[Bench]:
    with open_ledger(settings) as ledger:
        yield Bench(settings, emulator, ledger, sheet, emulator.base_url)


@pytest.fixture
def odd(bench: Bench) -> Iterator[OddGateway]:
    """A gateway that answers as the test tells it; the bench talks to it instead of the emulator."""
    with OddGateway() as server:
        bench.base_url = server.base_url
        yield server

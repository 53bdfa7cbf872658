"""One emulator for a file of tests, and a client to it that starts from nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from plain_client import Client

from batchinvoice.emulator.process import RunningEmulator, running_emulator


@pytest.fixture(scope="module")
def running() -> Iterator[RunningEmulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def client(running: RunningEmulator) -> Client:
    running.reset()
    running.set(seed=0)
    return Client(running)

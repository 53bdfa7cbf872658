"""The tool and the gateway as the tests of the whole tool have them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "whole"))

from whole_tool import Tool, settings

from batchinvoice.emulator.process import RunningEmulator, running_emulator


@pytest.fixture(scope="session")
def _gateway() -> Iterator[RunningEmulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def gateway(_gateway: RunningEmulator) -> RunningEmulator:
    """The emulator, with nothing in its memory."""
    _gateway.reset()
    return _gateway


@pytest.fixture
def tool(tmp_path: Path, gateway: RunningEmulator) -> Tool:
    """The tool, set up for the emulator."""
    return Tool(tmp_path, settings(tmp_path, gateway.base_url))

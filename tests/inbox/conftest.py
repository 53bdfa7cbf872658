"""A drop folder of each test's own, before a gateway that the tests share."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "whole"))

from drop_folder import Drop, ended
from whole_tool import Tool, settings

from batchinvoice.emulator.process import RunningEmulator


@pytest.fixture
def drop(tmp_path: Path, emulator: RunningEmulator) -> Iterator[Drop]:
    """A folder to drop sheets into, and the tool set up for the emulator."""
    folder = tmp_path / "invoices to send"
    folder.mkdir()
    with ended(Drop(Tool(tmp_path, settings(tmp_path, emulator.base_url)), emulator, folder)) as made:
        yield made

"""What these tests share with others: the crash scene's processes and the tool as its users start it."""

from __future__ import annotations

import sys
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest
from forking import processes

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("crash", "whole")]


@pytest.fixture(scope="session")
def context() -> BaseContext:
    """How processes are started that have all loaded from the beginning."""
    return processes()

"""Ledgers of a test's own, with a clock that stands where the test puts it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batchinvoice.ledger.ledger import Ledger

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{(tmp_path / 'home' / 'ledger.sqlite3').as_posix()}"


@pytest.fixture
def open_ledger(url: str) -> Iterator[Callable[..., Ledger]]:
    """Open the test's ledger, as often and for whom a test wants."""
    opened: list[Ledger] = []

    def open_one(environment: str = "sandbox", merchant: str = "842217", address: str = "") -> Ledger:
        opened.append(Ledger.open(address or url, environment, merchant, lambda: NOW))
        return opened[-1]

    yield open_one
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(open_ledger: Callable[..., Ledger]) -> Ledger:
    return open_ledger()

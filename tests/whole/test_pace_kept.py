"""The rate that is set is kept to, and a gateway that answers 429 gets each invoice once and few calls in vain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from whole_tool import Tool, calls

from batchinvoice.emulator.process import RunningEmulator

RATE = 40
ROWS = [(f"R-{n}", "Noura", f"6600{n:04d}", "5.000", "", "") for n in range(RATE)]


@pytest.fixture(autouse=True)
def _unbounded_afterwards(gateway: RunningEmulator) -> Iterator[None]:
    yield
    gateway.set(limit_per_second=0)


def _span(gateway: RunningEmulator, names: Sequence[str] = ("create", "send")) -> float:
    """Seconds from the first of these calls to the last, by the gateway's clock."""
    came = [datetime.fromisoformat(call["at"]) for call in gateway.truth()["calls"] if call["name"] in names]
    return (max(came) - min(came)).total_seconds()


def _made(gateway: RunningEmulator) -> list[str]:
    return sorted(invoice["reference_number"] for invoice in gateway.truth()["invoices"])


@pytest.mark.parametrize("how", ["flag", "setting"])
def test_no_more_calls_leave_in_a_second_than_were_set(tool: Tool, gateway: RunningEmulator, how: str) -> None:
    sheet = tool.sheet("invoices.xlsx", ROWS)
    flag = ["--max-rate", RATE] if how == "flag" else []
    changed = {"BATCHINVOICE_MAX_RATE": str(RATE)} if how == "setting" else {}
    result = tool("run", sheet, "--yes", *flag, **changed)
    assert result.returncode == 0, result.stdout + result.stderr
    assert _made(gateway) == sorted(row[0] for row in ROWS)
    # 40 creates and a bulk send: a whole second, but for what the first of them may have been late.
    assert _span(gateway) >= 0.8


def test_a_gateway_that_answers_429_above_a_rate_is_soon_asked_no_more_than_it_takes(
    tool: Tool, gateway: RunningEmulator
) -> None:
    gateway.set(limit_per_second=30)
    result = tool("run", tool.sheet("invoices.xlsx", ROWS), "--yes", BATCHINVOICE_CONCURRENCY="8")
    assert result.returncode == 0, result.stdout + result.stderr
    assert _made(gateway) == sorted(row[0] for row in ROWS)
    in_vain = [call for call in calls(gateway.truth(), "create") if call["outcome"].startswith("nothing done")]
    assert 1 <= len(in_vain) <= 16  # those that were under way together, at most twice


def test_a_rate_that_is_none_is_refused_in_words(tool: Tool) -> None:
    result = tool("run", tool.sheet("invoices.xlsx", ROWS[:1]), "--yes", "--max-rate", "0.01")
    assert result.returncode == 3
    assert "BATCHINVOICE_MAX_RATE" in result.stderr
    assert "at least 0.1 calls per second" in result.stderr

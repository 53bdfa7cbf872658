"""What a person at a terminal meets: a question before anything is sent, and text in any code page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = ["INV-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"]


def _at_a_terminal(tool: Tool, answer: str, *words: str, **changed: str) -> tuple[int, str]:
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
    master, slave = pty.openpty()
    env = {**os.environ, **tool.settings, **changed, "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-m", "batchinvoice", *words]
    with subprocess.Popen(command, cwd=tool.folder, env=env, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        os.write(master, answer.encode())
        shown = b""
        while True:
            try:
                block = os.read(master, 65536)
            except OSError:  # Linux says so when the other end is closed
                break
            if not block:
                break
            shown += block
        process.wait(30)
    os.close(master)
    return process.returncode, shown.decode(errors="replace")


def test_a_person_is_asked_with_count_kwd_and_environment(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    code, shown = _at_a_terminal(tool, "n\n", "run", "a.xlsx", BATCHINVOICE_ENVIRONMENT="live")
    assert code == 1
    assert "Send 1 invoice, 120.500 KWD, to the LIVE gateway" in shown
    assert "batchinvoice apply" in shown
    assert gateway.truth()["invoices"] == []


def test_a_yes_sends(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    assert _at_a_terminal(tool, "y\n", "run", "a.xlsx")[0] == 0
    assert len(gateway.truth()["invoices"]) == 1


def test_yes_asks_nobody(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    code, shown = _at_a_terminal(tool, "", "run", "a.xlsx", "--yes")
    assert code == 0
    assert "Send 1 invoice" not in shown
    assert len(gateway.truth()["invoices"]) == 1


@pytest.mark.parametrize("code_page", ["cp1252", "ascii", "cp1256"])
def test_no_code_page_stops_a_run(tool: Tool, code_page: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "batchinvoice", "run", str(SAMPLES / "arabic.csv")],
        cwd=tool.folder,
        env={**os.environ, **tool.settings, "PYTHONIOENCODING": code_page, "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = tool("run", SAMPLES / "mistakes.xlsx", "--json", PYTHONIOENCODING=code_page)
    assert json.loads(told.stdout)["issues"]

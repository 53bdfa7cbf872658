"""What a person at a terminal meets: a question before anything is sent, and text in any code page."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from terminal import at_a_terminal
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = ["INV-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"]


def test_a_person_is_asked_with_count_kwd_and_environment(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    code, shown = at_a_terminal(tool, "n\n", "run", "a.xlsx", BATCHINVOICE_ENVIRONMENT="live")
    assert code == 1
    assert "LIVE gateway: send 1 invoice, 120.500 KWD, and text 1 customer?" in shown
    assert "batchinvoice apply" in shown
    assert gateway.truth()["invoices"] == []


def test_a_yes_sends(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    assert at_a_terminal(tool, "y\n", "run", "a.xlsx")[0] == 0
    assert len(gateway.truth()["invoices"]) == 1


def test_yes_asks_nobody(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    code, shown = at_a_terminal(tool, "", "run", "a.xlsx", "--yes")
    assert code == 0
    assert "send 1 invoice" not in shown
    assert len(gateway.truth()["invoices"]) == 1


def test_a_person_is_asked_before_texts_alone(tool: Tool, gateway: RunningEmulator) -> None:
    tool("run", tool.sheet("a.xlsx", [GOOD]), "--no-sms")
    code, shown = at_a_terminal(tool, "n\n", "run", "a.xlsx")
    assert code == 1
    assert "Sandbox gateway: text 1 customer?" in shown
    assert gateway.truth()["texts"] == []


def test_an_uncertain_text_is_sent_again_only_if_a_person_says_so(tool: Tool, gateway: RunningEmulator) -> None:
    """No option answers that question: neither --yes, nor a schedule where nobody sits."""
    gateway.set_faults("send:close-before:1x1")
    run = tool.json("run", tool.sheet("a.xlsx", [GOOD, ["INV-2", "Ali", "66100202", 5, None, "link"]]))["run"]
    gateway.set_faults()
    plain = tool("send", run)
    assert "1 customer may have been texted or not" in plain.stdout
    assert f"batchinvoice send {run} --again" in plain.stdout

    alone = tool("send", run, "--again", "--yes")
    assert (alone.returncode, "needs a person at the terminal" in alone.stderr) == (1, True)
    code, shown = at_a_terminal(tool, "n\n", "send", run, "--again", "--yes")
    assert code == 1
    assert "Text 1 customer (sandbox gateway), 1 of whom may have been texted before?" in shown
    assert [call["name"] for call in gateway.truth()["calls"] if call["name"] == "send"] == ["send"]

    assert at_a_terminal(tool, "y\n", "send", run, "--again")[0] == 0
    assert len(gateway.truth()["texts"]) == 1
    assert at_a_terminal(tool, "y\n", "send", run, "--again")[0] == 0
    assert len(gateway.truth()["texts"]) == 1


def test_a_person_is_asked_even_if_the_output_goes_elsewhere(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    code, shown = at_a_terminal(tool, "n\n", "run", "a.xlsx", "--json")
    assert code == 1
    assert "send 1 invoice" in shown
    assert gateway.truth()["invoices"] == []


def test_a_run_name_can_be_read_in_any_width(tool: Tool) -> None:
    done = tool.json("run", tool.sheet("a.xlsx", [GOOD]))
    for columns in ("60", "80", "200"):
        assert done["run"] in tool("history", COLUMNS=columns).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C alone")
def test_a_stop_at_any_moment_ends_with_a_report_and_can_be_taken_up(tool: Tool, gateway: RunningEmulator) -> None:
    # So many that four stops, on however busy a machine, find it at work: half a second makes fifty.
    rows = [[f"INV-{n}", "Ali", "66100202", 5, None, "sms"] for n in range(400)]
    sheet = tool.sheet("a.xlsx", rows)
    gateway.set(latency_ms=40)
    env = {**os.environ, **tool.settings, "BATCHINVOICE_CONCURRENCY": "4"}
    seed = random.randrange(10**6)
    print(f"seed {seed}")  # noqa: T201 - to repeat a failure
    moments = random.Random(seed)
    run, words = None, ["run", str(sheet)]
    for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        command = [sys.executable, "-m", "batchinvoice", *words, "--json"]
        process = subprocess.Popen(command, cwd=tool.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        _until_creating(gateway, process)
        time.sleep(moments.uniform(0, 0.4))
        process.send_signal(asked)
        out, err = process.communicate(timeout=30)
        ended = json.loads(out)
        assert process.returncode == 3, err
        assert ended["rows"]["unknown"] == 0
        assert (tool.folder / ended["report"]).exists()
        assert f"To go on: batchinvoice resume {ended['run']}" in err.decode()
        assert run in (None, ended["run"])
        run, words = ended["run"], ["resume"]
    gateway.set(latency_ms=0)
    done = tool.json("resume")
    assert (done["run"], done["status"], done["rows"]["created"]) == (run, "complete", 400)
    assert done["sms"]["sent"] == 400
    truth = gateway.truth()
    assert sorted(i["reference_number"] for i in truth["invoices"]) == sorted(row[0] for row in rows)
    assert [i["texted"] for i in truth["invoices"]] == [1] * 400


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent Ctrl-C alone")
def test_ctrl_c_stops_the_sheets_that_follow_too(tool: Tool, gateway: RunningEmulator) -> None:
    first = tool.sheet("a.xlsx", [[f"A-{n}", "Ali", "66100202", 5, None, "sms"] for n in range(80)])
    second = tool.sheet("b.xlsx", [[f"B-{n}", "Ali", "66100202", 5, None, "sms"] for n in range(5)])
    gateway.set(latency_ms=100)
    env = {**os.environ, **tool.settings, "BATCHINVOICE_CONCURRENCY": "2"}
    command = [sys.executable, "-m", "batchinvoice", "run", str(first), str(second), "--json"]
    process = subprocess.Popen(command, cwd=tool.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    _until_creating(gateway, process)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    gateway.set(latency_ms=0)
    assert [result["status"] for result in json.loads(out)] == ["failed", "failed"]
    assert b"Stopping: calls under way are finished" in err
    assert {invoice["reference_number"][0] for invoice in gateway.truth()["invoices"]} == {"A"}


def _until_creating(gateway: RunningEmulator, process: subprocess.Popen[bytes]) -> None:
    before = len(gateway.truth()["invoices"])
    until = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < until and len(gateway.truth()["invoices"]) == before:
        time.sleep(0.02)


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

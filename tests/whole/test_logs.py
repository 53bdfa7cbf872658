"""The log of a run as its users have it: each row accounted for, every line about its run, and nobody in it."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from whole_tool import Tool, table

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.gateway import calls
from batchinvoice.logs.file import FILE_NAME

ROWS = [
    [f"Canary-REF-{n}", f"Canary Al-Person {n}", f"6610975{n}", 100 + n, f"canary{n}@example.com", "sms"]
    for n in range(8)
]
BAD = [
    ["Canary-REF-9", "Canary Al-Bad", "12", "1,234", "canary-at-example", "sms"],
    ROWS[0],
    ["Canary-REF-1", "Canary Al-Other", "66109751", 7, "canary1@example.com", "sms"],
]
FAULTS = ("create:close-after:3", "create:refused:5x1", "create:http-500-before:6x1", "send:close-after:1")
PERSONAL = ("anary", "6610975", "example.com", "Al-Person", "a sheet of")
SECRETS = tuple(value for name, value in SANDBOX.items() if name not in ("merchant_code", "username"))
OUTSIDE = ("command begun", "command ended")
OPENING = [calls.LOGIN.path, calls.FIND.path]  # the way to the gateway is opened while there is no run yet


def kept(tool: Tool) -> list[dict[str, Any]]:
    folder = Path(tool.settings["BATCHINVOICE_HOME"]) / "logs"
    return [json.loads(line) for line in (folder / FILE_NAME).read_text("utf-8").splitlines()]


def nobody(text: str) -> None:
    assert [canary for canary in (*PERSONAL, *SECRETS, "Bearer", "Traceback") if canary in text] == []


@pytest.mark.parametrize("form", ["json", "text"])
def test_every_row_has_its_line_every_line_its_run_and_no_line_a_person(
    tool: Tool, gateway: RunningEmulator, form: str
) -> None:
    gateway.set_faults(*FAULTS)
    sheet = tool.sheet("a sheet of Canary Al-Person.xlsx", [*ROWS, *BAD])
    done = tool("-v", "--log-format", form, "run", sheet, "--json", BATCHINVOICE_LOG_LEVEL="debug")
    result = json.loads(done.stdout)  # one object and nothing else
    nobody(done.stderr)
    nobody(json.dumps(kept(tool)))

    shown = [_read(line) for line in done.stderr.splitlines()] if form == "text" else _json_lines(done.stderr)
    outcomes = [line for line in kept(tool) if line["event"] == "row outcome"]
    assert len(outcomes) == len([line for line in shown if line["event"] == "row outcome"])
    for row in table(tool.folder / result["report"], "Rows"):
        own = [line for line in outcomes if line["row"] == row["Row"]]
        assert own[-1]["status"] == row["Status"]
        assert [line["status"] for line in own].count(row["Status"]) == 1
        assert own[-1]["attempts"] == row["Attempts"]
        if row["Invoice ID"] and row["Status"] != "duplicate":
            assert own[-1]["gateway_id"] == row["Invoice ID"]
    assert {line["status"] for line in outcomes} >= {"created", "adopted", "rejected", "invalid", "unknown"}
    for lines in (kept(tool), shown):
        inside = [line for line in lines if line["event"] not in OUTSIDE]
        nameless = [line for line in inside if not line.get("run")]
        assert [line["event"] for line in nameless] == ["call"] * len(OPENING)
        assert {line["run"] for line in inside if line not in nameless} == {result["run"]}
    assert [line["path"] for line in kept(tool) if line["event"] == "call" and "run" not in line] == OPENING
    for line in kept(tool):
        assert line["command"] == "run"
        assert line["event"] in OUTSIDE or (line["environment"], line["merchant"]) == ("sandbox", "842217")
    creates = [line for line in kept(tool) if line["event"] == "call" and line["path"] == "/api/v1/invoice"]
    assert creates
    assert all("row" in line for line in creates)


def _json_lines(text: str) -> list[dict[str, Any]]:
    """The lines of the log; what is said to the user stands between them."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _read(line: str) -> dict[str, str]:
    fields = r"(?: run=(?P<run>\S+))?(?: row=(?P<row>\d+))?(?: \w+=(?:\"(?:[^\"\\]|\\.)*\"|\S+))*"
    found = re.fullmatch(r"\S+\+03:00 (?P<level>\w+) +(?P<event>[a-z ]+?)" + fields, line)
    assert found, line
    return found.groupdict()


def test_by_default_the_file_tells_how_the_run_went_and_no_row(tool: Tool, gateway: RunningEmulator) -> None:
    gateway.set_faults("create:throttle:1x1")
    done = tool("run", tool.sheet("a.xlsx", ROWS[:2]), "--json")
    assert done.stderr == ""
    told = kept(tool)
    assert [line["event"] for line in told] == [
        "command begun",
        "run planned",
        "run begun",
        "call repeated",
        "bulk send begun",
        "bulk send ended",
        "run concluded",
        "command ended",
    ]
    assert {line["level"] for line in told} == {"info"}
    assert told[3]["kind"] == "Throttled"
    assert told[-2]["rows"] == {"created": 2}
    assert told[-2]["kwd"] == {"created": "201.000"}
    assert told[-2]["status"] == "complete"
    assert told[-1]["exit_code"] == 0
    nobody(json.dumps(told))
    if sys.platform != "win32":
        assert (Path(tool.settings["BATCHINVOICE_HOME"]) / "logs" / FILE_NAME).stat().st_mode & 0o077 == 0


def test_what_stopped_a_run_is_told_by_its_kind(tool: Tool) -> None:
    done = tool("run", tool.sheet("a.xlsx", ROWS[:2]), "--json", BATCHINVOICE_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 3
    told = kept(tool)
    assert [line["event"] for line in told][-2:] == ["run stopped", "command ended"]
    assert told[-2]["kind"] == "NotSent"
    assert told[-2]["rows"] == {"pending": 2}
    assert told[-1]["exit_code"] == 3
    nobody(json.dumps(told))


def test_a_sheet_that_cannot_be_read_is_told_without_its_name(tool: Tool) -> None:
    (tool.folder / "a sheet of Canary.xlsx").write_text("no workbook")
    assert tool("run", "a sheet of Canary.xlsx").returncode == 3
    assert [line["event"] for line in kept(tool)] == ["command begun", "not run", "command ended"]
    nobody(json.dumps(kept(tool)))


def test_a_log_that_cannot_be_written_is_said_once_and_the_run_goes_on(tool: Tool, gateway: RunningEmulator) -> None:
    home = Path(tool.settings["BATCHINVOICE_HOME"])
    home.mkdir()
    (home / "logs").write_text("in the way of the folder")
    done = tool("run", tool.sheet("a.xlsx", ROWS), "--json", BATCHINVOICE_LOG_LEVEL="debug")
    assert done.returncode == 0
    assert len(gateway.truth()["invoices"]) == len(ROWS)
    assert json.loads(done.stdout)["rows"]["created"] == len(ROWS)
    assert done.stderr.count("cannot be written") == 1


def test_without_v_the_form_alone_shows_how_the_work_goes_on(tool: Tool) -> None:
    done = tool("--log-format", "json", "run", tool.sheet("a.xlsx", ROWS[:1]), "--json")
    shown = [json.loads(line) for line in done.stderr.splitlines()]
    assert shown[0]["event"] == "command begun"
    assert {line["level"] for line in shown} == {"info"}


def test_a_level_that_does_not_exist_is_refused_in_plain_words(tool: Tool) -> None:
    done = tool("run", tool.sheet("a.xlsx", ROWS[:1]), BATCHINVOICE_LOG_LEVEL="loud")
    assert done.returncode == 3
    assert "BATCHINVOICE_LOG_LEVEL" in done.stderr

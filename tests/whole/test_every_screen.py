"""Every command says first which gateway and merchant it means, and every file which gateway it is about."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from whole_tool import Tool

ROWS = [["INV-1", "Noura", "66100201", 120.5, None, "sms"], ["INV-2", "Ali", "66100202", "12.3456", None, "sms"]]


@pytest.mark.parametrize(
    ("environment", "mark"), [("live", "LIVE · merchant 842217"), ("sandbox", "SANDBOX (test) · merchant 842217")]
)
def test_every_command_and_every_file_says_which_gateway_it_is(tool: Tool, environment: str, mark: str) -> None:
    tool.settings["BATCHINVOICE_ENVIRONMENT"] = environment
    sheet = tool.sheet("a.xlsx", ROWS)
    done = tool.json("run", sheet, "--no-sms")
    run = done["run"]
    commands = [("check", sheet), ("plan", sheet), ("run", sheet, "--no-sms"), ("resume",), ("resume", run)]
    commands += [("send", run), ("history",), ("show", run), ("show", run, "--row", "2"), ("report", run)]
    for command in commands:
        shown = tool(*command)
        assert shown.stdout.splitlines()[0] == mark, (command, shown)
    doctor = tool("doctor")
    assert f"environment: {mark}\n" in doctor.stdout
    assert tool.json("check", sheet)["environment"] == environment

    word = mark.split(" ")[0]
    for file in (done["report"], done["corrections"], *(tool.folder / "reports").glob("*.check*.xlsx")):
        assert re.search(rf"\b{word}\b", _first_sheet(tool.folder / Path(file))), file


def _first_sheet(path: Path) -> str:
    """All that the first sheet of a workbook says: cells and their notes."""
    cells = [cell for row in openpyxl.load_workbook(path).worksheets[0] for cell in row]
    return "\n".join(f"{cell.value} {cell.comment.text if cell.comment else ''}" for cell in cells)

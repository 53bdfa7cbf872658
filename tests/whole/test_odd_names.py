"""Odd files and odd names: hostile ones are refused and send nothing; whatever a good sheet is called, it is run."""

from __future__ import annotations

import json
import os
import sys
import unicodedata

import pytest
from hostile_files import HOSTILE
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator

GOOD = ["INV-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"]
BAD = ["INV-2", None, "66100202", 5, None, "sms"]
ODD = {
    "codes": "a\nb\x1b[31m\x07\u202efdp\u202c 100%s {run} [a]*?",
    "long": "ف" * 122,
    "no text": "\udcff\udcfe",
    "dots": "..",
}


@pytest.mark.parametrize("name", ["bomb-that-lies.xlsx", "far-cell.xlsx", "far-and-odd.xlsx"])
def test_a_hostile_file_is_refused_and_sends_nothing(tool: Tool, gateway: RunningEmulator, name: str) -> None:
    make, said = HOSTILE[name]
    (tool.folder / name).write_bytes(make())
    commands = [["check"], ["plan"], ["run", "--json"]] if name == "far-cell.xlsx" else [["run"]]
    for command in commands:
        done = tool(*command, name)
        assert done.returncode == 3
        assert done.stderr.startswith(name)
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        if "--json" in command:
            assert said in json.loads(done.stdout)["error"]
    assert gateway.truth()["calls"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
@pytest.mark.parametrize("stem", ODD.values(), ids=ODD)
def test_whatever_a_sheet_is_called(tool: Tool, gateway: RunningEmulator, stem: str) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, BAD]).rename(tool.folder / f"{stem}.xlsx")
    done = [tool("check", sheet), tool("run", sheet)]
    assert [each.returncode for each in done] == [1, 1]
    assert len(gateway.truth()["invoices"]) == 1
    shown = "".join(each.stdout + each.stderr for each in done)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n"]
    written = [path.name for path in (tool.folder / "reports").iterdir() if path.suffix == ".xlsx"]
    assert sorted(name.split(".")[-2] for name in written) == ["corrections", "corrections", "report"]
    assert all(name.isprintable() and len(os.fsencode(name)) <= 255 for name in written)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
def test_a_csv_whose_name_is_no_text(tool: Tool) -> None:
    sheet = tool.folder / "\udcff\n.csv"
    sheet.write_text("reference,name,phone,amount\nINV-1,Noura,66100201,5\n", encoding="utf-8")
    done = tool.json("run", sheet)
    assert done["rows"]["created"] == 1
    assert (tool.folder / done["report"]).exists()
